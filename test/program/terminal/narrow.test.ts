import { describe, expect, vi } from 'vitest'
import { columnsOf } from '../../../src/cli/render/layout.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { guideServer, test, TWO, type Trial } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 60_000 })

const BARE = { DOCKER_HOST: 'unix:///no/such.sock' }

const NAMES = [
  'a name of many words '.repeat(6).trim(),
  '服务器 名字 '.repeat(9).trim(),
  'x'.repeat(130),
  'evil \u001b[31m\u202e name '.repeat(4).trim(),
]

const SERVERS = [
  ...NAMES.map((name, i) => guideServer(`s${i}`, { server_name: name, alias: name })),
  ...NAMES.map((name, i) =>
    guideServer(`near${i}`, {
      server_name: name,
      alias: name,
      url: `http://localhost:8586/servers/near${i}/sse`,
    }),
  ),
  ...TWO,
]

/** What is asked before the servers are moved, and after it. */
const BEFORE = [
  ['status'],
  ['status', '--verbose'],
  ['status', '--diagram'],
  ['verify', '--check', 'closed'],
  ['--yes', '--only', 'nobody'],
]
const AFTER = [
  ['history', '--check'],
  ['status'],
  ['status', '--verbose'],
  ['verify'],
  ['--revert', 'nothing', '--yes'],
]

/** What cannot be broken: one word, with a sign or a label before it. */
const ONE_WORD = /^\s*(.{1,14} )?\S+( \\)?$/

/** Lines of an invocation that are wider than the screen, and need not be. */
async function tooWide({ call }: Trial, screen: number, args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await call(args, { env: BARE, screen })
  return `${stdout}${stderr}`.split('\n').filter((line) => columnsOf(line) > screen && !ONE_WORD.test(line))
}

describe.each([20, 40, 80])('on a screen of %d columns', (screen) => {
  test('no line is wider, but for a single word', async ({ open }) => {
    const trial = await open({ servers: SERVERS })
    const expectFit = async (commands: readonly (readonly string[])[]): Promise<void> => {
      for (const args of commands) expect(await tooWide(trial, screen, args), args.join(' ')).toEqual([])
    }
    await expectFit(BEFORE)
    await trial.setUp(['--yes', '--no-wait'])
    await expectFit(AFTER)
  })
})
