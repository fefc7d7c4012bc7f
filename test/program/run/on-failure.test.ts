import { rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxRow } from '../../../src/sandbox/index.ts'
import type { Quirk, QuirkAction } from '../../../src/sandbox/quirks.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, sentence, test, type Trial, urls } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const THREE = [guideServer('fetch'), guideServer('n8n'), guideServer('postgres')]
const REFUSED: QuirkAction = { status: 400, body: { detail: { error: 'no' } } }

/** Does something at the how-manieth PUT. */
const atPut = (nth: number, action: QuirkAction): Quirk => ({
  on: { method: 'PUT', path: '/v1/mcp/server', nth },
  do: action,
})

interface RunDocument {
  run: { id: string }
  changes: { server: { name: string }; outcome: string; error: string | null }[]
  summary: Record<string, number>
  halted: string | null
  undo: string | null
}

/** The servers that were written to, in order, each with the host that it got. */
const written = ({ sandbox }: Trial): string[] =>
  sandbox.requests
    .filter(({ method }) => method === 'PUT')
    .map(({ body }) => {
      const { server_id: id, url } = body as { server_id: string; url: string }
      return `${id} ${new URL(url).hostname}`
    })

const outcomes = ({ changes }: RunDocument): string[] => changes.map(({ outcome }) => outcome)

describe.concurrent('after a refused write', () => {
  test('a run stops: the rest is not tried, exit 4', async ({ open }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(2, REFUSED)] })
    const finished = await trial.call(['--yes', '--json'])
    expect([finished.code, ...outcomes(documentOf(finished))]).toEqual([
      4,
      'applied',
      'failed',
      'not-applied',
    ])
  })

  test('--on-failure continue goes on with the rest, exit 4', async ({ open }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(2, REFUSED)] })
    const finished = await trial.call(['--yes', '--json', '--on-failure', 'continue'])
    const document = documentOf<RunDocument>(finished)
    expect([finished.code, ...outcomes(document)]).toEqual([4, 'applied', 'failed', 'applied'])
    expect(document.halted).toBeNull()
  })

  test('--on-failure revert takes back what the run wrote, newest first, exit 4', async ({ open }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(3, REFUSED)] })
    const before = trial.sandbox.rows()
    const { code, stdout, stderr } = await trial.call(['--yes', '--on-failure', 'revert'])
    expect(code).toBe(4)
    expect(sentence(stderr)).toContain('Taking back what this run wrote (2 servers), newest first')
    expect(sentence(stdout)).toContain('0 of 3 servers changed, 2 changed and taken back, 1 refused.')
    expect(sentence(stdout)).toContain('All that this run wrote was taken back.')
    expect(stdout).not.toContain('To take this back:')
    expect(urls(trial.sandbox.rows())).toEqual(urls(before))
    expect(written(trial)).toEqual([
      'id-fetch mcp-proxy-sse',
      'id-n8n mcp-proxy-sse',
      'id-postgres mcp-proxy-sse',
      'id-n8n localhost',
      'id-fetch localhost',
    ])
    expect((await trial.call(['--revert', '--yes'])).code).toBe(1)
    expect((await trial.call(['--yes'])).code).toBe(0)
  })

  test('at the first server there is nothing to take back: exit 1', async ({ open }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(1, REFUSED)] })
    const finished = await trial.call(['--yes', '--json', '--on-failure', 'revert'])
    expect([finished.code, ...outcomes(documentOf(finished))]).toEqual([
      1,
      'failed',
      'not-applied',
      'not-applied',
    ])
  })

  test('what cannot be taken back stays told as changed, and the others go back all the same', async ({
    open,
  }) => {
    const trial = await open({ servers: THREE, quirks: [atPut(3, REFUSED), atPut(4, REFUSED)] })
    const finished = await trial.call(['--yes', '--json', '--on-failure', 'revert'])
    const document = documentOf<RunDocument>(finished)
    expect([finished.code, ...outcomes(document)]).toEqual([4, 'reverted', 'applied', 'failed'])
    expect(document.changes[1]?.error).toContain('not taken back: ')
    expect(document.undo).toContain(`--revert ${document.run.id}`)
    expect((await trial.call(['--revert', '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(urls(THREE as never))
  })

  test('an edit by somebody else is not written over when a run takes itself back', async ({ open }) => {
    let edit = (): void => {}
    const meanwhile: QuirkAction = {
      alter: (body) => {
        edit()
        return body
      },
    }
    const trial = await open({
      servers: THREE,
      version: '1.87.5',
      quirks: [
        atPut(3, REFUSED),
        { on: { method: 'GET', path: '/v1/mcp/server/id-postgres', nth: 2 }, do: meanwhile },
      ],
    })
    edit = () => trial.sandbox.edit('id-n8n', { url: 'http://elsewhere/n8n' })
    const { code, stdout } = await trial.call(['--yes', '--on-failure', 'revert'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('it was written, and somebody changed it after that')
    expect(sentence(stdout)).toContain(
      'before http://localhost:8585/servers/n8n/sse ours http://mcp-proxy-sse:8080/servers/n8n/sse now http://elsewhere/n8n',
    )
    expect(urls(trial.sandbox.rows())).toEqual({
      ...urls(THREE as never),
      'id-n8n': 'http://elsewhere/n8n',
    })
  })
})

describe.concurrent('what this run wrote and somebody else changed before it could be taken back', () => {
  test('by another URL: exit 4, it is no "nothing was written", and the run can be named', async ({
    open,
  }) => {
    let edit = (): void => {}
    const trial = await open({
      servers: THREE.slice(0, 2),
      version: '1.87.5',
      quirks: [
        atPut(2, REFUSED),
        {
          on: { method: 'GET', path: '/v1/mcp/server/id-n8n', nth: 2 },
          do: {
            alter: (body) => {
              edit()
              return body
            },
          },
        },
      ],
    })
    edit = () => trial.sandbox.edit('id-fetch', { url: 'http://elsewhere/fetch' })
    const { code, stdout } = await trial.call(['--yes', '--on-failure', 'revert'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('! fetch: changed, and then changed by somebody else; left as it is')
    expect(stdout).not.toContain('Nothing was written.')
    const undo = stdout.trimEnd().split('\n').at(-1) ?? ''
    expect(undo).toContain('--revert ')
    const back = await trial.call([...undo.split(' ').slice(2), '--yes'])
    expect([back.code, sentence(back.stdout)]).toEqual([3, expect.stringContaining('fetch [drifted]')])
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe('http://elsewhere/fetch')
  })

  test('in another field, while the record was probed: the new URL stays, told as applied', async ({
    open,
  }) => {
    let edit = (): void => {}
    const slowly = { method: 'GET', path: '/v1/mcp/server/id-fetch' }
    const trial = await open({
      servers: THREE.slice(0, 2),
      version: '1.87.5',
      quirks: [
        atPut(2, REFUSED),
        { on: { ...slowly, nth: 3 }, do: { delayMs: 700 } },
        {
          on: { method: 'GET', path: '/v1/mcp/server', nth: 3 },
          do: {
            alter: (body) => {
              edit()
              return (body as SandboxRow[]).map((row) =>
                row.server_id === 'id-fetch' ? { ...row, mcp_access_groups: ['theirs'] } : row,
              )
            },
          },
        },
      ],
    })
    edit = () => trial.sandbox.edit('id-fetch', { mcp_access_groups: ['theirs'] })
    const finished = await trial.call(['--yes', '--json', '--on-failure', 'revert'])
    const document = documentOf<RunDocument>(finished)
    expect([finished.code, ...outcomes(document)]).toEqual([4, 'applied', 'failed'])
    expect(document.changes[0]?.error).toMatch(
      /^not taken back: changed while it was read: mcp_access_groups; /,
    )
    // It is taken back; that others may reach it by now is told for as long as it stays so.
    expect((await trial.call(['--revert', '--yes'])).code).toBe(4)
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe('http://localhost:8585/servers/fetch/sse')
  })
})

/** A write that opens its server to everybody, as its answer shows. */
const opening = (trial: () => Trial): QuirkAction => ({
  alter: (record) => {
    const row = record as SandboxRow
    trial().sandbox.edit(row.server_id, { allow_all_keys: true })
    return { ...row, allow_all_keys: true }
  },
})

test('a take-back that opens a server to everybody stops after it: exit 4', async ({ open }) => {
  const trial: Trial = await open({
    servers: THREE,
    quirks: [
      atPut(3, REFUSED),
      atPut(
        4,
        opening(() => trial),
      ),
    ],
  })
  const finished = await trial.call(['--yes', '--json', '--on-failure', 'revert'])
  const document = documentOf<RunDocument>(finished)
  expect([finished.code, document.halted, ...outcomes(document)]).toEqual([
    4,
    'security',
    'applied',
    'reverted',
    'failed',
  ])
})

test('where the journal was deleted during the run, no undo is promised, and the old URLs are told', async ({
  open,
}) => {
  let lose = (): void => {}
  const trial = await open({
    servers: THREE,
    quirks: [
      atPut(1, {
        alter: (body) => {
          lose()
          return body
        },
      }),
    ],
  })
  lose = () => rmSync(trial.journal, { recursive: true })
  const { code, stdout } = await trial.call(['--yes'])
  expect(code).toBe(4)
  expect(stdout).not.toContain('--revert 2')
  expect(sentence(stdout)).toContain('The journal does not hold this run any more')
  expect(sentence(stdout)).toContain('fetch: url http://localhost:8585/servers/fetch/sse')
  expect(written(trial)).toHaveLength(1)
})

describe.concurrent('after collateral on who may reach a server', () => {
  test('continue does not go on', async ({ open }) => {
    const trial: Trial = await open({
      servers: THREE,
      quirks: [
        atPut(
          2,
          opening(() => trial),
        ),
      ],
    })
    const finished = await trial.call(['--yes', '--json', '--on-failure', 'continue'])
    const document = documentOf<RunDocument>(finished)
    expect([finished.code, document.halted, ...outcomes(document)]).toEqual([
      4,
      'security',
      'applied',
      'applied',
      'not-applied',
    ])
  })

  test('revert takes the URLs back, and still tells of it', async ({ open }) => {
    const trial: Trial = await open({
      servers: THREE,
      quirks: [
        atPut(
          2,
          opening(() => trial),
        ),
      ],
    })
    const { code, stdout } = await trial.call(['--yes', '--on-failure', 'revert'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('SECURITY: allow_all_keys changed with it: false → true')
    expect(urls(trial.sandbox.rows())).toEqual(urls(THREE as never))
  })
})

describe.concurrent('a run that was taking itself back', () => {
  test('and died in it goes on with that, whichever way is named', async ({ open }) => {
    for (const way of ['finish', 'revert']) {
      const trial = await open({ servers: THREE, quirks: [atPut(3, REFUSED)] })
      const { run } = documentOf<RunDocument>(await trial.call(['--yes', '--json', '--on-failure', 'revert']))
      const file = join(trial.journal, `${run.id}.jsonl`)
      const lines = (await readFile(file, 'utf8')).split('\n')
      // start, three times intent and outcome, then the first that was taken back
      await writeFile(file, `${lines.slice(0, 9).join('\n')}\n`)
      trial.sandbox.edit('id-fetch', { url: 'http://mcp-proxy-sse:8080/servers/fetch/sse' })
      expect((await trial.call(['--unfinished', way, '--yes'])).code).toBe(0)
      expect(urls(trial.sandbox.rows())).toEqual(urls(THREE as never))
      expect((await trial.call(['--dry-run'])).stderr).not.toContain('did not finish')
    }
  })
})

test('after a revert that stopped half way, --revert alone is refused, and both commands are named: exit 3', async ({
  open,
}) => {
  const trial = await open({ servers: THREE, quirks: [atPut(5, REFUSED)] })
  const migration = documentOf<RunDocument>(await trial.call(['--yes', '--json'])).run.id
  const reversal = documentOf<RunDocument>(await trial.call(['--revert', '--yes', '--json'])).run.id
  const { code, stderr } = await trial.call(['--revert', '--yes'])
  expect(code).toBe(3)
  for (const run of [migration, reversal]) expect(sentence(stderr)).toContain(`--revert ${run}`)
  expect((await trial.call(['--revert', migration, '--yes'])).code).toBe(0)
  expect(urls(trial.sandbox.rows())).toEqual(urls(THREE as never))
})

describe.concurrent('--canary', () => {
  test('changes one server, tries it through the gateway, and goes on', async ({ open }) => {
    const trial = await open({ servers: THREE })
    const { code, stdout } = await trial.call(['--yes', '--canary'])
    expect([code, sentence(stdout)]).toEqual([0, expect.stringContaining('3 of 3 servers changed')])
    const asked = trial.sandbox.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)
    const after = (what: string): number => asked.indexOf(what)
    expect(after('GET /mcp-rest/tools/list')).toBeGreaterThan(after('PUT /v1/mcp/server'))
    expect(asked.filter((what) => what === 'GET /v1/mcp/server/health')).toHaveLength(1)
  })

  test('that does not work stops the run after it, exit 4, or takes it back', async ({ open }) => {
    const servers = [
      guideServer('fetch', { url: 'http://localhost:8585/servers/nowhere/sse' }),
      ...THREE.slice(1),
    ]
    const trial = await open({ servers })
    const args = ['--yes', '--canary', '--patience', '0.3']
    const stopped = await trial.call(args)
    expect(stopped.code).toBe(4)
    expect(sentence(stopped.stdout)).toContain('The run stopped after its first server')
    expect(sentence(stopped.stdout)).toContain('does not work through the gateway: unhealthy')
    expect(written(trial)).toEqual(['id-fetch mcp-proxy-sse'])
    await trial.setUp(['--revert', '--yes'])
    const back = await trial.call([...args, '--on-failure', 'revert'])
    expect([back.code, sentence(back.stdout)]).toEqual([
      4,
      expect.stringContaining('1 changed and taken back'),
    ])
    expect(urls(trial.sandbox.rows())).toEqual(urls(servers as never))
  })

  test('where traffic follows only after a restart: refused with the reason, exit 3, nothing written', async ({
    open,
  }) => {
    const trial = await open({ servers: THREE, version: '1.80.0' })
    const { code, stderr } = await trial.call(['--yes', '--canary'])
    expect([code, sentence(stderr)]).toEqual([3, expect.stringContaining('only when LiteLLM is restarted')])
    expect(written(trial)).toEqual([])
    const dry = await trial.call(['--dry-run', '--canary'])
    expect([dry.code, sentence(dry.stderr)]).toEqual([0, expect.stringContaining('--canary is not possible')])
  })
})
