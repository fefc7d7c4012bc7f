import { describe, expect, test } from 'vitest'
import { connect } from '../../../src/gateway/connect/connect.ts'
import { type SandboxOptions, type SandboxRow, startSandbox } from '../../../src/sandbox/index.ts'
import { settledAs } from '../../../src/core/run/outcome.ts'
import { awaitPropagation } from '../../../src/runs/job/propagation.ts'

const OLD = 'http://localhost:8585/servers/one/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/one/sse'

const applied = settledAs(
  {
    id: 'change',
    server: { id: 'id-one', name: 'one', alias: 'one', source: 'database' },
    file: null,
    settings: {},
    landed: [],
    migration: 'a-migration',
    transport: 'sse',
    signsIn: false,
    edits: [{ field: 'url', before: OLD, after: NEW }],
    effects: [],
    fields: {},
  },
  'applied',
)

const LIST = { method: 'GET', path: '/v1/mcp/server' }

/** What put back settings alone, of a URL that landed before. */
const puttingBack = { ...applied, edits: [], landed: applied.edits }

/** Waits for a gateway in which the URL is new, and of whose answers some are as a quirk says. */
async function waitFor(
  quirks: SandboxOptions['quirks'],
  limitMs: number,
  stopRequested = () => null,
  change = applied,
) {
  const servers = [{ server_id: 'id-one', server_name: 'one', url: NEW }]
  const sandbox = await startSandbox({ servers, ...(quirks && { quirks }) })
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 10 }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  const told: number[][] = []
  const onAnswers = (fresh: number, answers: number): void => void told.push([fresh, answers])
  const before = sandbox.requests.length
  const found = await awaitPropagation(gateway, [change], { onAnswers, stopRequested, limitMs })
  const lists = sandbox.requests.slice(before).filter(({ path }) => path === LIST.path)
  await sandbox.close()
  return { found, told, reads: lists.length }
}

/** A worker that shows another URL in every second of the first `answers` answers, or in every second for good. */
function otherWorker(url: string, answers = Infinity) {
  let asked = 0
  return {
    on: LIST,
    do: {
      alter: (body: unknown) => {
        asked += 1
        if (!Array.isArray(body) || asked > answers || asked % 2 === 1) return body
        return body.map((row: SandboxRow) => ({ ...row, url }))
      },
    },
  }
}

describe.concurrent('after a run, the gateway is asked on fresh connections until ten answers agree:', () => {
  test('at once where all of them do', async () => {
    const { found, told, reads } = await waitFor([], 60_000)
    expect(found).toMatchObject({ agreed: true, answers: 10, old: 0, silent: 0, stopped: null })
    expect(reads).toBe(10)
    expect(told).toEqual([
      [5, 5],
      [10, 10],
    ])
  })

  test('as long as another worker shows the old URL of a server whose settings alone were put back', async () => {
    const { found, reads } = await waitFor([otherWorker(OLD, 9)], 60_000, () => null, puttingBack)
    expect(found).toMatchObject({ agreed: true, old: 0 })
    expect(reads).toBeGreaterThan(10)
  })

  test('as long as another worker shows the old URL', async () => {
    // The first answer goes to whoever connects.
    const { found, reads } = await waitFor([otherWorker(OLD, 9)], 60_000)
    expect(found).toMatchObject({ agreed: true, answers: 10, old: 0 })
    expect(reads).toBe(20)
  })

  test('no longer than the limit, and then the last answers are told', async () => {
    const { found } = await waitFor([otherWorker(OLD)], 4_000)
    expect(found).toMatchObject({ agreed: false, answers: 10, old: 5, silent: 0, stopped: null })
  })

  test('an answer that is none does not agree', async () => {
    const { found } = await waitFor(
      [{ on: { ...LIST, nth: 4 }, do: { status: 503, body: { detail: 'changed; retry' } } }],
      0,
    )
    expect(found).toMatchObject({ agreed: false, silent: 1, old: 0 })
  })

  test('nor does a worker that does not list a server yet which another one lists', async () => {
    let asked = 0
    const alter = (body: unknown): unknown => {
      asked += 1
      return Array.isArray(body) && asked % 2 === 0 ? [] : body
    }
    const { found } = await waitFor([{ on: LIST, do: { alter } }], 4_000)
    expect(found).toMatchObject({ agreed: false, silent: 5, old: 0 })
    const none = await waitFor(
      [{ on: LIST, do: { alter: (body) => (Array.isArray(body) ? [] : body) } }],
      4_000,
    )
    expect(none.found).toMatchObject({ agreed: true })
  })

  test("somebody's later edit is not the old URL", async () => {
    const { found } = await waitFor([otherWorker('http://elsewhere.example/sse')], 4_000)
    expect(found).toMatchObject({ agreed: true, old: 0 })
  })
})
