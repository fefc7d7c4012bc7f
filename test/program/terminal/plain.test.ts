import { describe, expect, vi } from 'vitest'
import { columnsOf } from '../../../src/cli/render/layout.ts'
import { KEY } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { test } from '../../support/sitting.ts'
import { guideServer } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 60_000 })

const ASCII = /^[\n\r\u001b -~]*$/
/** The program, started by a shell: the terminal of the tests says that it is another. */
const dumb = (words: string): string => `TERM=dumb; export TERM; eval "exec $TOOL ${words}"`
const BARE = { DOCKER_HOST: 'unix:///no/such.sock' }

describe.concurrent('where the locale knows no more than ASCII', () => {
  test('a review, its question and its spinner are ASCII, and so are help and usage', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: { LC_ALL: 'C' } })
    await session.waitFor('Change 3 servers on')
    session.press(KEY.enter)
    expect(await session.exit()).toBe(130)
    expect(session.raw).toMatch(ASCII)
    const [help, usage] = await Promise.all(
      ['--help', '--no-such=thing'].map((option) => trial.run([option], { env: { LC_ALL: 'C' } })),
    )
    expect(`${help?.stdout}${usage?.stderr}`).toMatch(ASCII)
  })

  test('a document keeps every letter', async ({ sit }) => {
    const trial = await sit({ servers: [guideServer('fetch', { alias: 'a → b' })] })
    const run = (...args: string[]) => trial.run(['--dry-run', ...args], { env: { LC_ALL: 'C' } })
    expect((await run('--json')).stdout).toContain('"alias": "a → b"')
    expect((await run()).stdout).toMatch(ASCII)
  })
})

describe.concurrent('a dumb terminal', () => {
  test('gets lines of text alone, and a rule in place of a clear screen', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ shell: dumb('status --watch 1'), env: BARE, columns: 60 })
    await session.waitFor('3 to migrate')
    await session.waitFor('Again in 1 s; Ctrl-C ends')
    await session.waitFor('─'.repeat(60))
    await session.waitFor('3 to migrate')
    session.press(KEY.ctrlC)
    expect(await session.exit()).toBe(130)
    expect(session.raw).not.toContain('\u001b')
  })
})

test('in a narrow terminal no line is wider, but for a single word', async ({ sit }) => {
  const trial = await sit()
  // In a dumb one, as nothing of the spinner is left between the lines.
  const session = trial.start({ shell: dumb('status'), env: BARE, columns: 30 })
  expect(await session.exit()).toBe(0)
  const lines = session.text.split('\n')
  expect(lines.filter((line) => columnsOf(line) > 30 && / \S+ /.test(line.trim()))).toEqual([])
  expect(session.text).toMatch(
    /to migrate:\n {2}npx mcp-url-migrate \\\n {4}--url \\\n {4}http\S+ \\\n {4}--journal \\\n {4}\S+$/m,
  )
})
