import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, vi } from 'vitest'
import type { SandboxServer } from '../../../src/sandbox/index.ts'
import type { Quirk, QuirkAction } from '../../../src/sandbox/quirks.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { moved, rowOf, SIGNED } from './oauth-servers.ts'
import { documentOf, guideServer, newestFile, sentence, test, type Trial, urls } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const THREE = [guideServer('fetch'), guideServer('n8n'), guideServer('postgres')]
/** LiteLLM looks for its sign-in settings within a PUT: 1.81.14, 1.92.2, 1.96.2 (live). */
const oauth = (name: string): SandboxServer => guideServer(name, { auth_type: 'oauth2' })
const NEW = 'http://mcp-proxy-sse:8080/servers/'
const REFUSED: QuirkAction = { status: 400, body: { detail: { error: 'no' } } }
/** A proxy before LiteLLM waited in vain, though LiteLLM wrote. */
const TIMED_OUT: QuirkAction = { status: 504, body: null, after: true }
const SOON = ['--timeout', '1', '--patience', '1']
const POLICIES = ['stop', 'continue', 'revert'] as const

const atPut = (nth: number, action: QuirkAction): Quirk => ({
  on: { method: 'PUT', path: '/v1/mcp/server', nth },
  do: action,
})
const atRead = (name: string, nth: number, action: QuirkAction): Quirk => ({
  on: { method: 'GET', path: `/v1/mcp/server/id-${name}`, nth },
  do: action,
})

interface RunDocument {
  run: { id: string }
  changes: {
    server: { name: string }
    outcome: string
    error: string | null
    effects: { code: string; message: string; reversible: boolean }[]
  }[]
  halted: string | null
  trouble: string | null
}

const fates = ({ changes }: RunDocument): string[] =>
  changes.map(({ server, outcome }) => `${server.name} ${outcome}`)

/** How a run ended: its exit code, what halted it, and what became of each server; and all that it told. */
async function runOf(
  trial: Trial,
  args: string[],
  options?: Parameters<Trial['call']>[1],
): Promise<{ end: unknown[]; document: RunDocument }> {
  // Nobody waits for the workers of a gateway that does not answer.
  const finished = await trial.call(args, { wait: true, ...options })
  const document = documentOf<RunDocument>(finished)
  return { end: [finished.code, document.halted, ...fates(document)], document }
}

/** What the program asked from the how-manieth PUT on, that one included. */
function askedFrom({ sandbox }: Trial, nth: number): string[] {
  const asked = sandbox.requests.map(({ method, path }) => `${method} ${path}`)
  const puts = asked.flatMap((each, i) => (each.startsWith('PUT') ? [i] : []))
  return asked.slice(puts[nth - 1])
}

describe.concurrent('servers at whose new URL LiteLLM looks for sign-in settings within the write', () => {
  const MIXED = [oauth('filesystem'), guideServer('fetch'), oauth('monitoring'), guideServer('n8n')]

  test('are moved last, and the plan says why; no consent is asked for', async ({ open }) => {
    const trial = await open({ servers: MIXED, version: '1.90.7' })
    const finished = await trial.call(['--dry-run', '--json'])
    const { changes } = documentOf<RunDocument>(finished)
    expect(finished.code).toBe(0)
    expect(changes.map(({ server, effects }) => [server.name, ...effects.map(({ code }) => code)])).toEqual([
      ['fetch'],
      ['n8n'],
      ['filesystem', 'may-hang'],
      ['monitoring', 'may-hang'],
    ])
    const { stdout } = await trial.call(['--dry-run'])
    expect(sentence(stdout)).toContain(
      '(1) 2 servers: moved last: this release of LiteLLM may look for sign-in settings at the new URL during the write, and an address that streams can keep it from answering this write and all that follow',
    )
    expect((await trial.call(['--yes'])).code).toBe(0)
  })

  test('are taken back last, by --revert and by the run itself', async ({ open }) => {
    const trial = await open({ servers: MIXED, version: '1.90.7', quirks: [atPut(4, REFUSED)] })
    expect((await trial.call(['--yes', '--on-failure', 'revert'])).code).toBe(4)
    const order = ({ sandbox }: Trial): unknown[] =>
      sandbox.requests
        .filter(({ method }) => method === 'PUT')
        .map(({ body }) => (body as SandboxServer)['server_id'])
    expect(order(trial).slice(4)).toEqual(['id-n8n', 'id-fetch', 'id-filesystem'])
    await trial.setUp(['--yes'])
    const { changes } = documentOf<RunDocument>(await trial.call(['--revert', '--dry-run', '--json']))
    expect(changes.map(({ server }) => server.name)).toEqual(['fetch', 'n8n', 'filesystem', 'monitoring'])
  })

  test('are not the one that --canary tries first', async ({ open }) => {
    const trial = await open({ servers: MIXED, version: '1.90.7' })
    await trial.setUp(['--yes', '--canary'])
    const tried = trial.sandbox.requests.filter(({ path }) => path.startsWith('/mcp-rest/tools/list'))
    expect(tried.map(({ path }) => path)).toEqual([expect.stringContaining('server_id=id-fetch')])
  })

  test('are none of 1.106: the order stays', async ({ open }) => {
    const trial = await open({ servers: MIXED })
    const accept = ['--accept', 'reauthorization', '--accept', 'client-loss']
    const { changes } = documentOf<RunDocument>(await trial.call(['--dry-run', '--json', ...accept]))
    expect(changes.map(({ server }) => server.name)).toEqual(['fetch', 'filesystem', 'monitoring', 'n8n'])
    expect(changes.flatMap(({ effects }) => effects.map(({ code }) => code))).not.toContain('may-hang')
  })

  test('are finished last, too, when a run was cut short', async ({ open }) => {
    const trial = await open({ servers: MIXED, version: '1.90.7' })
    await trial.setUp(['--yes'])
    const file = await newestFile(trial)
    const lines = (await readFile(file, 'utf8')).split('\n')
    // start, fetch: intent and outcome
    await writeFile(file, `${lines.slice(0, 3).join('\n')}\n`)
    for (const { server_id: id, url } of MIXED.slice(2)) trial.sandbox.edit(String(id), { url })
    trial.sandbox.edit('id-filesystem', { url: MIXED[0]?.['url'] })
    const { changes } = documentOf<RunDocument>(
      await trial.call(['--unfinished', 'finish', '--dry-run', '--json', ...SOON]),
    )
    expect(changes.map(({ server }) => server.name)).toEqual(['n8n', 'filesystem', 'monitoring'])
  })
})

describe.concurrent('an address that streams without asking anybody to sign in', () => {
  const STREAMING = [oauth('filesystem'), oauth('monitoring'), oauth('playwright'), guideServer('fetch')]

  test.for(POLICIES)(
    'keeps LiteLLM from answering writes, which are written all the same: the second ends the run (%s), exit 4',
    async (policy, { open }) => {
      const faults = { [`${NEW}filesystem`]: 'endless' as const }
      const trial = await open({ servers: STREAMING, version: '1.90.7', faults })
      const args = ['--yes', '--json', ...SOON]
      const { document, end } = await runOf(trial, [...args, '--on-failure', policy], { preflight: true })
      expect(end).toEqual([
        4,
        'unanswered',
        'fetch applied',
        'filesystem applied',
        'monitoring applied',
        'playwright not-applied',
      ])
      expect(document.trouble).toContain('LiteLLM has answered no write since that of filesystem.')
      expect(document.trouble).toContain('address of filesystem to end its stream. Stop the MCP server there')
      expect(document.changes[1]?.error).toContain('LiteLLM did not answer the write')
      // The read that settles it is answered; nothing is asked after it.
      expect(askedFrom(trial, 3)).toEqual(['PUT /v1/mcp/server', 'GET /v1/mcp/server/id-monitoring'])

      trial.sandbox.restart()
      const again = await trial.call(args)
      expect([again.code, ...fates(documentOf<RunDocument>(again))]).toEqual([0, 'playwright applied'])
      await trial.setUp(['--revert', '--yes'])
      await trial.setUp(['--revert', document.run.id, '--yes'])
      expect(urls(trial.sandbox.rows())).toEqual(urls(STREAMING as never))
    },
  )

  test('and is the last to be moved: read back, told as not answered, and the run goes to its end', async ({
    open,
  }) => {
    const faults = { [`${NEW}filesystem`]: 'endless' as const }
    const servers = [oauth('filesystem'), guideServer('fetch')]
    const trial = await open({ servers, version: '1.90.7', faults })
    const finished = await trial.call(['--yes', '--json', '--no-wait', ...SOON])
    const document = documentOf<RunDocument>(finished)
    expect([document.halted, ...fates(document)]).toEqual([null, 'fetch applied', 'filesystem applied'])
    expect(document.changes[1]?.error).toContain('may not use the new URL yet')
  })
})

describe.concurrent('a gateway that answers nothing after a write', () => {
  test.for(POLICIES)(
    'ends the run with the cause named (%s): unknown, the rest not tried, exit 4',
    async (policy, { open }) => {
      const trial = await open({ servers: THREE, quirks: [atPut(2, 'silence')] })
      const args = ['--yes', '--json', '--on-failure', policy, ...SOON]
      const { document, end } = await runOf(trial, args, { preflight: true })
      expect(end).toEqual([4, 'unanswered', 'fetch applied', 'n8n unknown', 'postgres not-applied'])
      expect(document.trouble).toBe(
        'LiteLLM has not answered anything since the write of n8n, which may already be in its database. Restart LiteLLM. Then run the same command again, or take the run back: both ask the gateway first what was written.',
      )
      // One read, and then neither workers nor moved servers are looked at.
      expect(askedFrom(trial, 2)).toEqual(['PUT /v1/mcp/server', 'GET /v1/mcp/server/id-n8n'])
      const [run] = documentOf<{ runs: { halted: string; summary: object }[] }>(
        await trial.call(['history', '--json']),
      ).runs
      expect(run).toMatchObject({ halted: 'unanswered', summary: { applied: 1, unknown: 1, notApplied: 1 } })
    },
  )

  test('is told on the screen, and afterwards both ways are open', async ({ open }) => {
    for (const back of [false, true]) {
      const trial = await open({ servers: THREE, quirks: [atPut(2, 'silence')] })
      const { code, stdout } = await trial.call(['--yes', ...SOON])
      expect(code).toBe(4)
      expect(sentence(stdout)).toContain('? n8n: UNKNOWN whether it was written')
      expect(sentence(stdout)).toContain(
        'The run stopped because LiteLLM left its last requests unanswered. The rest was not tried, and nobody looked at the servers afterwards.',
      )
      trial.sandbox.restart()
      await trial.setUp(back ? ['--revert', '--yes'] : ['--yes'])
      const expected = THREE.map(({ server_name: name, url }) => (back ? url : `${NEW}${String(name)}/sse`))
      expect(Object.values(urls(trial.sandbox.rows()))).toEqual(expected)
    }
  })

  test('is noticed after a connection that was reset, too', async ({ open }) => {
    const quirks = [atPut(2, 'reset-after'), atRead('n8n', 2, 'hang')]
    const trial = await open({ servers: THREE, quirks })
    const { end } = await runOf(trial, ['--yes', '--json', '--on-failure', 'continue', ...SOON])
    expect(end).toEqual([4, 'unanswered', 'fetch applied', 'n8n unknown', 'postgres not-applied'])
  })

  test('and whose first read was answered, but not that of the next server', async ({ open }) => {
    const quirks = [atPut(1, TIMED_OUT), atRead('n8n', 2, 'hang')]
    const trial = await open({ servers: THREE, version: '1.87.5', quirks })
    const { document, end } = await runOf(trial, [
      '--yes',
      '--json',
      '--on-failure',
      'continue',
      '--timeout',
      '11',
    ])
    expect(end).toEqual([4, 'unanswered', 'fetch applied', 'n8n not-applied', 'postgres not-applied'])
    expect(document.trouble).toContain('neither the write of fetch nor a request after it')
  })

  test.for(POLICIES)(
    'before a write, while no other is waited for (%s): the rest is not tried',
    async (policy, { open }) => {
      // Read for the plan, and up to 1.87 once more before its write.
      const quirks = [atRead('n8n', 2, 'silence')]
      const trial = await open({ servers: THREE, version: '1.87.5', quirks })
      const { document, end } = await runOf(trial, ['--yes', '--json', '--on-failure', policy, ...SOON])
      expect(end).toEqual([4, 'unanswered', 'fetch applied', 'n8n not-applied', 'postgres not-applied'])
      expect(document.trouble).toContain(
        'LiteLLM answered neither the read of n8n nor a request after it. Restart LiteLLM.',
      )
      expect(askedFrom(trial, 1).slice(1)).toEqual(['GET /v1/mcp/server/id-n8n', 'GET /v1/mcp/server'])
    },
  )

  test('before the first write, where a list is to vouch for the servers: nothing is written, exit 3', async ({
    open,
  }) => {
    // For the plan, and then to see whether the servers are as they were read.
    const list: Quirk = { on: { method: 'GET', path: '/v1/mcp/server', nth: 2 }, do: 'silence' }
    const trial = await open({ servers: THREE, quirks: [list] })
    const { document, end } = await runOf(trial, ['--yes', '--json', ...SOON])
    expect(end.slice(1)).toEqual([
      'unanswered',
      'fetch not-applied',
      'n8n not-applied',
      'postgres not-applied',
    ])
    expect(document.trouble).toContain('LiteLLM answered neither the read of fetch nor a request after it.')
    expect(urls(trial.sandbox.rows())).toEqual(urls(THREE as never))
  })

  test.for([
    ['answers', null, 'postgres applied'],
    ['is not answered either', 'unanswered', 'postgres not-applied'],
  ] as const)(
    'is told by a proxy that waited in vain: of a read, while the list %s',
    async ([how, halted, last], { open }) => {
      const late: QuirkAction = { status: 504, body: null }
      // For the plan, and then to see whether anything is answered.
      const list: Quirk = { on: { method: 'GET', path: '/v1/mcp/server', nth: 2 }, do: late }
      const quirks = [atRead('n8n', 2, late), ...(how === 'answers' ? [] : [list])]
      const trial = await open({ servers: THREE, version: '1.87.5', quirks })
      const args = ['--yes', '--json', '--no-wait', '--on-failure', 'continue', ...SOON]
      const document = documentOf<RunDocument>(await trial.call(args))
      expect([document.halted, ...fates(document)]).toEqual([
        halted,
        'fetch applied',
        'n8n not-applied',
        last,
      ])
    },
  )

  test('when the run takes itself back: what was taken back so far is told, and the rest stays', async ({
    open,
  }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(3, REFUSED), atPut(4, 'silence')] })
    const { end } = await runOf(trial, ['--yes', '--json', '--on-failure', 'revert', ...SOON])
    expect(end).toEqual([4, 'unanswered', 'fetch applied', 'n8n unknown', 'postgres failed'])
    expect(askedFrom(trial, 4)).toEqual(['PUT /v1/mcp/server', 'GET /v1/mcp/server/id-n8n'])
    trial.sandbox.restart()
    await trial.setUp(['--revert', '--yes'])
    expect(urls(trial.sandbox.rows())).toEqual(urls(THREE as never))
  })

  test('when a field is put back: told as not put back, as far as anybody knows', async ({ open }) => {
    let lose = (): void => {}
    const reset: QuirkAction = {
      alter: (body) => {
        lose()
        return { ...(body as SandboxServer), args: [] }
      },
    }
    const servers = [guideServer('fetch', { args: ['--fast'] }), guideServer('n8n')]
    const quirks = [atPut(1, reset), atPut(2, 'silence')]
    const trial = await open({ servers, version: '1.81.14', quirks })
    lose = () => trial.sandbox.edit('id-fetch', { args: [] })
    const { document, end } = await runOf(trial, ['--yes', '--json', ...SOON])
    expect(end).toEqual([4, 'unanswered', 'fetch applied', 'n8n not-applied'])
    expect(document.changes[0]).toMatchObject({
      error: 'whether its other fields are back is not known',
      collateral: [{ field: 'args', repaired: false }],
    })
  })

  test('when settings are put back: unknown, and --revert brings all of them back later', async ({
    open,
  }) => {
    const servers = [SIGNED, guideServer('n8n')]
    const trial = await open({ servers, version: '1.105.7', quirks: [atPut(3, 'silence')] })
    const before = rowOf(trial.sandbox.rows(), 'signed')
    const accept = ['--accept', 'reauthorization', '--accept', 'client-loss']
    const finished = await trial.call(['--yes', '--json', ...accept, ...SOON])
    const document = documentOf<RunDocument>(finished)
    expect([finished.code, document.halted]).toEqual([4, 'unanswered'])
    expect(document.changes).toContainEqual(
      expect.objectContaining({
        server: expect.objectContaining({ name: 'signed' }),
        outcome: 'unknown',
        error: 'its URL was written; whether its settings are back is not known',
      }),
    )
    expect(rowOf(trial.sandbox.rows(), 'signed')['url']).toBe(moved(before)['url'])
    trial.sandbox.restart()
    await trial.call(['--revert', '--yes', ...accept])
    expect(rowOf(trial.sandbox.rows(), 'signed')).toMatchObject({
      url: before['url'],
      token_url: before['token_url'],
      authorization_url: before['authorization_url'],
    })
  })
})

describe.concurrent('one answer that never comes, from a gateway that answers otherwise,', () => {
  test('is no reason to stop: the write is found, and the run goes on, exit 0', async ({ open }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(2, TIMED_OUT)] })
    const finished = await trial.call(['--yes', '--json', ...SOON])
    const document = documentOf<RunDocument>(finished)
    expect([finished.code, document.halted, document.trouble, ...fates(document)]).toEqual([
      0,
      null,
      null,
      'fetch applied',
      'n8n applied',
      'postgres applied',
    ])
  })

  test('is one of two when the next write gets none either: the run stops after that, exit 4', async ({
    open,
  }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(1, TIMED_OUT), atPut(2, TIMED_OUT)] })
    const { end } = await runOf(trial, ['--yes', '--json', ...SOON])
    expect(end).toEqual([4, 'unanswered', 'fetch applied', 'n8n applied', 'postgres not-applied'])
  })

  test('two that were reset cost no time, and the run goes on', async ({ open }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(1, 'reset-after'), atPut(2, 'reset-after')] })
    expect((await trial.call(['--yes', ...SOON])).code).toBe(0)
  })
})

describe.concurrent('a run that was cut short, on a gateway that answers nothing more,', () => {
  test('is left as it is: exit 3, nothing is recorded; later it is finished', async ({ open }) => {
    for (const way of ['finish', 'revert']) {
      // Read for the plan, and when the run is taken up again.
      const trial = await open({ servers: THREE, quirks: [atRead('postgres', 2, 'silence')] })
      await trial.setUp(['--yes'])
      const file = await newestFile(trial)
      const lines = (await readFile(file, 'utf8')).split('\n')
      await writeFile(file, `${lines.slice(0, 6).join('\n')}\n`)
      const journal = await readFile(file, 'utf8')
      const args = ['--unfinished', way, '--yes']
      const { code, stderr } = await trial.call([...args, '--timeout', '1'])
      expect([code, sentence(stderr)]).toEqual([
        3,
        expect.stringContaining('LiteLLM does not answer, so what became of run'),
      ])
      expect(await readFile(file, 'utf8')).toBe(journal)
      trial.sandbox.restart()
      await trial.setUp([...args, '--patience', '0'])
      expect((await trial.call(['--dry-run'])).stderr).not.toContain('did not finish')
    }
  })
})
