import { describe, expect, vi } from 'vitest'
import type { Sandbox, SandboxOptions, SandboxRow } from '../../../src/sandbox/index.ts'
import {
  documentOf,
  guideServer,
  sentence,
  test,
  type Trial,
  TWO,
  urls,
  writes,
} from '../../support/trial.ts'
import type { Finished } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()
// Most of these wait for an answer that never comes.
vi.setConfig({ maxConcurrency: 8, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers/fetch/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/fetch/sse'
const PUT = { method: 'PUT', path: '/v1/mcp/server' }
const READ = { method: 'GET', path: '/v1/mcp/server/id-fetch' }

/** A yes to a write that does not show what it wrote. */
const MUTE = { on: PUT, do: { alter: () => ({}) } }

const LIST = { method: 'GET', path: '/v1/mcp/server' }

interface Collateral {
  field: string
  before: unknown
  after: unknown
  repaired: boolean
}

interface Run {
  run: { id: string } | null
  changes: { server: { id: string }; outcome: string; error: string | null; collateral: Collateral[] }[]
  halted: string | null
  summary: Record<string, number>
}

/** Of each change: id, outcome, error. */
const fates = (finished: Finished) =>
  documentOf<Run>(finished).changes.map(({ server, outcome, error }) => [server.id, outcome, error])

/** What the journal says of the newest run. */
async function history(trial: Trial): Promise<Record<string, unknown> | undefined> {
  return documentOf<{ runs: Record<string, unknown>[] }>(await trial.call(['history', '--json'])).runs.at(-1)
}

describe.concurrent('what became of a write is found out by reading:', () => {
  test('an answer lost after the commit is applied: exit 0', async ({ open }) => {
    const trial = await open({ servers: TWO, quirks: [{ on: { ...PUT, nth: 1 }, do: 'reset-after' }] })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(0)
    expect(fates(finished)).toEqual([
      ['id-fetch', 'applied', null],
      ['id-n8n', 'applied', null],
    ])
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('a 500 after the commit is applied: exit 0', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [{ on: { ...PUT, nth: 1 }, do: { status: 500, body: { detail: 'registry' }, after: true } }],
    })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(0)
    expect(fates(finished)).toEqual([
      ['id-fetch', 'applied', null],
      ['id-n8n', 'applied', null],
    ])
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('a 500 before the commit is a failure, and ends the run: exit 1', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [{ on: { ...PUT, nth: 1 }, do: { status: 500, body: { detail: 'no memory' } } }],
    })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(1)
    expect(fates(finished)).toEqual([
      ['id-fetch', 'failed', 'HTTP 500: no memory'],
      ['id-n8n', 'not-applied', null],
    ])
    expect(writes(trial.sandbox)).toBe(1)
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe(OLD)
  })

  test('a 4xx is a refusal, and ends the run: exit 1', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [{ on: PUT, do: { status: 403, body: { detail: { error: 'not today' } } } }],
    })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(1)
    expect(documentOf<Run>(finished)).toMatchObject({
      halted: 'failure',
      summary: { applied: 0, notApplied: 1, failed: 1, drifted: 0, unknown: 0, reverted: 0 },
    })
    expect(fates(finished)).toEqual([
      ['id-fetch', 'failed', 'HTTP 403: not today'],
      ['id-n8n', 'not-applied', null],
    ])
    expect(writes(trial.sandbox)).toBe(1)
    // Such a run is none that could be taken back.
    const { code, stderr } = await trial.call(['--revert', '--yes'])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('knows no run')
  })

  test('a refusal after a change: exit 4, and the rest is not tried', async ({ open }) => {
    const trial = await open({
      servers: [...TWO, guideServer('postgres')],
      quirks: [{ on: { ...PUT, nth: 2 }, do: { status: 422, body: { detail: 'no' } } }],
    })
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain(
      '1 of 3 servers changed, 1 refused, 1 not tried. ✗ n8n: refused, not written (HTTP 422: no) · postgres: not tried The run stopped at the first failure; the rest was not tried.',
    )
    expect(Object.values(urls(trial.sandbox.rows()))).toEqual([
      NEW,
      'http://localhost:8585/servers/n8n/sse',
      'http://localhost:8585/servers/postgres/sse',
    ])
  })

  test('a run in which nothing was written offers nothing to undo', async ({ open }) => {
    const trial = await open({ servers: TWO, quirks: [{ on: PUT, do: { status: 403, body: {} } }] })
    const { stdout } = await trial.call(['--yes'])
    expect(stdout).toContain('Nothing was written.')
    expect(stdout).not.toContain('--revert')
  })

  const doubtful: [what: string, quirks: SandboxOptions['quirks'], error: string | RegExp][] = [
    [
      'an answer lost before the commit',
      [{ on: PUT, do: 'reset-before' }],
      /^no clear answer \(The connection to http:.* was lost \(ECONNRESET\)\), but the record still shows the old value$/,
    ],
    [
      'a 502 before the commit',
      [{ on: PUT, do: { status: 502, body: { error: 'bad gateway' } } }],
      /^no clear answer \(HTTP 502: bad gateway\), but the record still shows the old value$/,
    ],
    [
      '202 answered, but nothing written',
      [{ on: PUT, do: { status: 202, body: {} } }],
      /^the gateway accepted the change, but the record still shows the old value$/,
    ],
  ]
  for (const [what, quirks = [], error] of doubtful) {
    test(`${what} is unknown in the end, and ends the run: exit 4`, async ({ open }) => {
      const trial = await open({ servers: TWO, quirks })
      const finished = await trial.call(['--yes', '--json', '--patience', '1'])
      expect(finished.code).toBe(4)
      expect(fates(finished)).toEqual([
        ['id-fetch', 'unknown', expect.stringMatching(error)],
        ['id-n8n', 'not-applied', null],
      ])
      // Never sent twice.
      expect(writes(trial.sandbox)).toBe(1)
      expect(await history(trial)).toMatchObject({ summary: { unknown: 1, notApplied: 1, applied: 0 } })
      // The revert asks the gateway, and finds nothing to do.
      const back = await trial.call(['--revert', '--yes'])
      expect(back.code).toBe(0)
      expect(back.stdout).toContain('Nothing to take back')
    })
  }

  test('a record that cannot be read back is unknown, and --revert takes it back later', async ({ open }) => {
    let sandbox: Sandbox | null = null
    const broken = {
      on: READ,
      do: { alter: (body: unknown) => (sandbox && writes(sandbox) === 1 ? [] : body) },
    }
    const trial = await open({ servers: TWO, quirks: [broken, MUTE] })
    sandbox = trial.sandbox
    const finished = await trial.call(['--yes', '--json', '--patience', '1'])
    expect(finished.code).toBe(4)
    expect(fates(finished)).toEqual([
      ['id-fetch', 'unknown', 'the gateway accepted the change, but its record is not what LiteLLM sends'],
      ['id-n8n', 'not-applied', null],
    ])
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe(NEW)
    sandbox = null
    const back = await trial.call(['--revert', '--yes'])
    expect(back.code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(urls([...(TWO as SandboxRow[])]))
  })
})

describe.concurrent('just before each write the server is looked at again:', () => {
  test('a server that somebody edited meanwhile has drifted and is left alone; the rest go on: exit 4', async ({
    open,
  }) => {
    let sandbox: Sandbox | null = null
    let reads = 0
    // The inventory has read it when it is asked for the second time.
    const edit = (body: unknown): unknown => {
      reads += 1
      if (reads === 1) queueMicrotask(() => sandbox?.edit('id-fetch', { description: 'mine now' }))
      return body
    }
    const trial = await open({ servers: TWO, quirks: [{ on: READ, do: { alter: edit } }] })
    sandbox = trial.sandbox
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain(
      '! fetch: left alone, it was changed by somebody else (changed since it was shown: description)',
    )
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': OLD,
      'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
    })
  })

  test('when all have drifted: exit 3, nothing written, and no run in the journal', async ({ open }) => {
    let sandbox: Sandbox | null = null
    let reads = 0
    const edit = (body: unknown): unknown => {
      reads += 1
      if (reads === 1) queueMicrotask(() => sandbox?.edit('id-fetch', { url: 'http://elsewhere/sse' }))
      return body
    }
    const trial = await open({
      servers: [guideServer('fetch')],
      quirks: [{ on: READ, do: { alter: edit } }],
    })
    sandbox = trial.sandbox
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(3)
    expect(documentOf<Run>(finished)).toMatchObject({ run: null, changes: [{ outcome: 'drifted' }] })
    expect(writes(trial.sandbox)).toBe(0)
    expect(await trial.journalFiles()).toEqual([])
    expect(urls(trial.sandbox.rows())).toEqual({ 'id-fetch': 'http://elsewhere/sse' })
  })

  test('a server that was deleted meanwhile has drifted', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [
        { on: { ...LIST, nth: 2 }, do: { alter: (body) => (body as object[]).slice(1) } },
        { on: { ...READ, nth: 2 }, do: { status: 404, body: { detail: { error: 'not found' } } } },
      ],
    })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(4)
    expect(fates(finished)).toEqual([
      ['id-fetch', 'drifted', 'it is no longer there'],
      ['id-n8n', 'applied', null],
    ])
  })
})

describe.concurrent('what changes with the URL though nobody asked is found, put back and told:', () => {
  const rich = [
    guideServer('fetch', { mcp_access_groups: ['dev'], description: 'Fetches', args: ['--now'] }),
    guideServer('n8n'),
  ]

  /** A gateway whose write of fetch resets fields, as its own answer shows: the first time, or each time. */
  function resetting(fields: Record<string, unknown>, when: 'once' | 'always') {
    const state: { sandbox: Sandbox | null; times: number } = { sandbox: null, times: 0 }
    const alter = (body: unknown): unknown => {
      if ((body as SandboxRow).server_id !== 'id-fetch') return body
      state.times += 1
      if (when === 'once' && state.times > 1) return body
      state.sandbox?.edit('id-fetch', fields)
      return { ...(body as SandboxRow), ...fields }
    }
    return { state, quirks: [{ on: PUT, do: { alter } }] }
  }

  async function migrate(
    open: (options?: SandboxOptions) => Promise<Trial>,
    fields: Record<string, unknown>,
    when: 'once' | 'always',
    // A release whose PUT carries these fields, so that another value in its answer is the gateway's doing.
    version = '1.81.14',
  ) {
    const { state, quirks } = resetting(fields, when)
    const trial = await open({ version, servers: rich, quirks })
    state.sandbox = trial.sandbox
    const finished = await trial.call(['--yes', '--json'])
    const row = trial.sandbox.rows().find(({ server_id: id }) => id === 'id-fetch')
    return { trial, finished, row, run: documentOf<Run>(finished) }
  }

  test('a field that the write reset is put back and reported: exit 0', async ({ open }) => {
    const { finished, row, run } = await migrate(open, { args: [] }, 'once')
    expect(finished.code).toBe(0)
    expect(row).toMatchObject({ url: NEW, args: ['--now'], mcp_access_groups: ['dev'] })
    expect(run.changes[0]?.collateral).toEqual([
      {
        field: 'args',
        before: { sha256: expect.any(String) as string },
        after: { sha256: expect.any(String) as string },
        repaired: true,
      },
    ])
    expect(run.changes[1]).toMatchObject({ outcome: 'applied', collateral: [] })
  })

  test('it is told on the screen too', async ({ open }) => {
    const { state, quirks } = resetting({ args: [] }, 'once')
    const trial = await open({ version: '1.81.14', servers: rich, quirks })
    state.sandbox = trial.sandbox
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain('args changed with it: (hidden) → (hidden); put back')
    expect(stdout).not.toContain('--now')
  })

  test('what the request did not carry may be anybody’s edit: told, never written over, exit 4', async ({
    open,
  }) => {
    const { trial, finished, row, run } = await migrate(
      open,
      { allow_all_keys: true, args: [] },
      'once',
      '1.106.2',
    )
    expect(finished.code).toBe(4)
    expect(run).toMatchObject({
      halted: 'security',
      changes: [
        {
          collateral: [
            { field: 'allow_all_keys', repaired: false },
            { field: 'args', repaired: false },
          ],
        },
        {},
      ],
    })
    expect(row).toMatchObject({ allow_all_keys: true, args: [] })
    expect(writes(trial.sandbox)).toBe(1)
  })

  test('access groups: put back, but a security finding that ends the run: exit 4', async ({ open }) => {
    const { trial, finished, row, run } = await migrate(open, { mcp_access_groups: [] }, 'once')
    expect(finished.code).toBe(4)
    expect(run).toMatchObject({
      halted: 'security',
      changes: [
        {
          outcome: 'applied',
          collateral: [{ field: 'mcp_access_groups', before: ['dev'], after: [], repaired: true }],
        },
        { outcome: 'not-applied' },
      ],
    })
    expect(row?.['mcp_access_groups']).toEqual(['dev'])
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe('http://localhost:8585/servers/n8n/sse')
  })

  test('allow_all_keys switched on: put back, told as a security finding: exit 4', async ({ open }) => {
    const { finished, row, run } = await migrate(open, { allow_all_keys: true }, 'once')
    expect(finished.code).toBe(4)
    expect(run).toMatchObject({
      halted: 'security',
      changes: [
        { collateral: [{ field: 'allow_all_keys', before: false, after: true, repaired: true }] },
        { outcome: 'not-applied' },
      ],
    })
    expect(row?.['allow_all_keys']).toBe(false)
  })

  test('what comes back each time cannot be put back, which ends the run: exit 4', async ({ open }) => {
    const { trial, finished, row, run } = await migrate(open, { args: [] }, 'always')
    expect(finished.code).toBe(4)
    expect(run).toMatchObject({
      halted: 'collateral',
      changes: [
        { outcome: 'applied', collateral: [{ field: 'args', repaired: false }] },
        { outcome: 'not-applied' },
      ],
    })
    expect(row?.['args']).toEqual([])
    // One change and one attempt to mend it.
    expect(writes(trial.sandbox)).toBe(2)
    expect(await history(trial)).toMatchObject({
      halted: 'collateral',
      summary: { applied: 1, notApplied: 1 },
    })
  })

  test("somebody else's edit right after the write is found in the end, and never written over: exit 4", async ({
    open,
  }) => {
    let sandbox: Sandbox | null = null
    const trial = await open({
      servers: rich,
      quirks: [
        {
          on: { ...PUT, nth: 1 },
          // After the write, so that the gateway's answer does not show it.
          do: { rowEdit: () => sandbox?.edit('id-fetch', { description: 'by somebody else', args: [] }) },
        },
      ],
    })
    sandbox = trial.sandbox
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(4)
    expect(documentOf<Run>(finished)).toMatchObject({
      changes: [
        {
          outcome: 'applied',
          collateral: [
            { field: 'args', repaired: false },
            { field: 'description', repaired: false },
          ],
        },
        { outcome: 'applied', collateral: [] },
      ],
    })
    expect(trial.sandbox.rows()[0]).toMatchObject({ url: NEW, description: 'by somebody else', args: [] })
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('a URL that somebody else set right after it stays, and the server has drifted: exit 4', async ({
    open,
  }) => {
    let sandbox: Sandbox | null = null
    const trial = await open({
      servers: TWO,
      quirks: [
        {
          on: { ...PUT, nth: 1 },
          do: { rowEdit: () => sandbox?.edit('id-fetch', { url: 'http://third/sse' }) },
        },
      ],
    })
    sandbox = trial.sandbox
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(4)
    expect(fates(finished)).toEqual([
      ['id-fetch', 'drifted', 'it was written, and somebody changed it after that'],
      ['id-n8n', 'applied', null],
    ])
    expect(await history(trial)).toMatchObject({ summary: { drifted: 1, applied: 1 } })
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe('http://third/sse')
  })

  test('public availability that appears with the write: a security finding that cannot be put back: exit 4', async ({
    open,
  }) => {
    const alter = (body: unknown): unknown => {
      const record = body as { mcp_info: object }
      return { ...record, mcp_info: { ...record.mcp_info, is_public: true } }
    }
    const seen = { on: { ...READ, nth: 2 }, do: { alter } }
    const trial = await open({ servers: TWO, quirks: [{ on: PUT, do: { alter } }, seen] })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(4)
    expect(documentOf<Run>(finished)).toMatchObject({
      halted: 'security',
      changes: [
        { collateral: [{ field: 'mcp_info.is_public', before: false, after: true, repaired: false }] },
        { outcome: 'not-applied' },
      ],
    })
  })
})
