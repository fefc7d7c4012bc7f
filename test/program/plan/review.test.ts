import { describe, expect, vi } from 'vitest'
import { guideServers } from '../../../src/sandbox/world.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { guideServer, sentence, test, type Trial, TWO, urls, writes } from '../../support/trial.ts'
import { SIGNED } from '../run/oauth-servers.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const TRY = { preflight: true }

/** The arguments of each command that a dry run ends with. */
const commandsIn = (stdout: string): string[][] =>
  [...stdout.matchAll(/^ {2}npx mcp-url-migrate (.+)$/gm)].map(([, line = '']) => line.split(' '))

const olds = ({ sandbox }: Trial): number =>
  Object.values(urls(sandbox.rows())).filter((url) => String(url).includes('localhost:8585')).length

describe.concurrent('the review of the seven servers of the guide', () => {
  // What asks stands below it: the keys, the question, and a line to spare.
  const ROOM = 24 - 4

  test('fits a screen of 24 lines together with the question, and so does that of taking them back', async ({
    open,
  }) => {
    const trial = await open({ servers: guideServers() })
    const review = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await trial.call([...args, '--dry-run'], TRY)
      return stdout.slice(0, stdout.indexOf('Nothing was written')).split('\n')
    }
    const forward = await review()
    expect(forward.filter((line) => line.includes('✓ 2 tools'))).toHaveLength(7)
    expect(forward.length).toBeLessThanOrEqual(ROOM)
    await trial.setUp(['--yes'])
    const back = await review('--revert')
    expect(back.filter((line) => line.includes('✓ 2 tools'))).toHaveLength(7)
    expect(back.length).toBeLessThanOrEqual(ROOM)
    expect(back.join('\n')).toContain('7 to take back, each in url alone.')
  })
})

describe.concurrent('a revert', () => {
  test('shows what somebody changed since in its three states, and that it is left alone', async ({
    open,
    expect,
  }) => {
    const trial = await open({ servers: [...TWO, guideServer('postgres')] })
    await trial.setUp(['--yes'])
    trial.sandbox.edit('id-postgres', { url: 'http://pg-mcp:9000/sse?key=geheim' })
    const finished = await trial.call(['--revert', '--dry-run'])
    const shown = trial.plain(finished).replace(/ of [^,]+, by .*$/m, ' of TIME, by USER')
    expect(shown.slice(0, shown.indexOf('\n— stderr'))).toMatchInlineSnapshot(`
      "exit 1
      — stdout
      Taking back run RUN of TIME, by USER
      LiteLLM 1.106.2 at GATEWAY (master key): 3 servers

      - http://mcp-proxy-sse:8080
      + http://localhost:8585
          fetch  /servers/fetch/sse
          n8n    /servers/n8n/sse

      Left alone:
        ! postgres [drifted]: changed since then, to http://pg-mcp:9000/sse?key=***;
          left as it is
            url  before  http://localhost:8585/servers/postgres/sse
                 ours    http://mcp-proxy-sse:8080/servers/postgres/sse
                 now     http://pg-mcp:9000/sse?key=***

      2 to take back, each in url alone. Others: 1 left alone.
      Nothing was written: this was a dry run.
      To take it back:
        npx mcp-url-migrate --revert RUN --no-preflight --url GATEWAY --journal JOURNAL"
    `)
  })
})

describe.concurrent('a dry run ends with what applies it:', () => {
  test('a migration, of the servers that were chosen', async ({ open }) => {
    const trial = await open({ servers: [...TWO, guideServer('postgres')] })
    const { stdout } = await trial.call(['--dry-run', '--only', 'fetch,n8n'])
    expect(sentence(stdout)).toContain('Others: 1 not selected.')
    const [apply = [], ...more] = commandsIn(stdout)
    expect(more).toEqual([])
    expect((await trial.call([...apply, '--yes'])).code).toBe(0)
    expect([writes(trial.sandbox), olds(trial)]).toEqual([2, 1])
  })

  test('and with what waits for a consent', async ({ open }) => {
    const trial = await open({ servers: [...TWO, SIGNED] })
    const [apply = [], all = []] = commandsIn((await trial.call(['--dry-run'])).stdout)
    expect((await trial.call([...apply, '--yes'])).code).toBe(4)
    expect(olds(trial)).toBe(1)
    expect(all.slice(0, 2)).toEqual(['--accept', 'reauthorization'])
    expect((await trial.call([...all, '--yes'])).code).toBe(0)
    expect(olds(trial)).toBe(0)
  })

  test('one that was agreed to beforehand stays agreed to', async ({ open }) => {
    const trial = await open({ servers: [...TWO, SIGNED] })
    const { stdout } = await trial.call(['--dry-run', '--accept', 'reauthorization'])
    const commands = commandsIn(stdout)
    expect(commands.map((words) => words.slice(0, 2))).toEqual([['--accept', 'reauthorization']])
  })

  test('with the care that was asked for', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const care = '--thorough --on-failure revert --canary --patience 5 --no-preflight --no-wait'.split(' ')
    const [apply = []] = commandsIn((await trial.call(['--dry-run', ...care])).stdout)
    expect(apply.slice(0, care.length)).toEqual(care)
    await trial.setUp(['--yes'])
    const mild = ['--on-failure', 'continue', '--no-preflight', '--no-wait']
    const [back = []] = commandsIn((await trial.call(['--revert', '--dry-run', ...mild])).stdout)
    expect(back.join(' ')).toContain(mild.join(' '))
    expect((await trial.call([...back, '--yes'])).code).toBe(0)
  })

  test('a revert, of its run, and of the servers that were chosen', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await trial.setUp(['--yes'])
    const [back = []] = commandsIn((await trial.call(['--revert', '--dry-run', '--only', 'fetch'])).stdout)
    expect((await trial.call([...back, '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toMatchObject({
      'id-fetch': TWO[0]?.['url'],
      'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
    })
  })
})

describe.concurrent('with --quiet a dry run is', () => {
  test('the numbers', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const { stdout } = await trial.call(['--dry-run', '--quiet'])
    expect(stdout).toBe('2 to change, each in url alone; all can be taken back.\n')
  })

  test('what was meant and is left alone, warnings, and the numbers', async ({ open }) => {
    const trial = await open({
      version: '1.77.7',
      servers: TWO,
      configServers: [guideServer('fixed', { server_id: undefined })],
    })
    const { code, stdout } = await trial.call(['--dry-run', '--quiet'])
    expect(code).toBe(1)
    expect(sentence(stdout)).toBe(
      '1 server was left alone: fixed (config-defined) 2 to change, each in url alone; all can be taken back. Others: 1 left alone. ! Restart LiteLLM afterwards, all its workers: this release uses a URL that was written only after a restart.',
    )
  })

  test('why nothing is to change', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await trial.setUp(['--yes'])
    expect((await trial.call(['--dry-run', '--quiet'])).stdout).toBe(
      'Nothing to change: all 2 servers are at http://mcp-proxy-sse:8080 already.\n',
    )
  })
})
