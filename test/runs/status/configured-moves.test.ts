import { expect, test } from 'vitest'
import type { Gateway, Grant } from '../../../src/gateway/port.ts'
import type { RecordedChange, RecordedRun } from '../../../src/journal/fold.ts'
import { configuredMoves } from '../../../src/runs/status/configured-moves.ts'

const OLD = 'http://localhost:8585/servers/mail/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/mail/sse'

function move(before: string, after: string, outcome: RecordedChange['outcome'] = 'applied'): RecordedChange {
  const file = {
    path: '/etc/litellm.yaml',
    config: '/etc/litellm.yaml',
    server: 'mail',
    variable: null,
  }
  const server = { id: 'id-before', name: 'mail', alias: null, source: 'config' as const }
  const edits = [{ field: 'url', before, after }]
  const about = { transport: null, signsIn: false, fields: {} }
  const rest = { migration: 'm', effects: [], settings: {}, landed: [], ...about }
  return {
    change: { id: 'c1', server, file, edits, ...rest },
    outcome,
    collateral: [],
    error: null,
    fieldsBefore: null,
    settings: {},
    open: null,
  }
}

const run = (id: string, changes: RecordedChange[]) => ({ id, changes }) as RecordedRun

/** Of a gateway only the search for grants is asked. */
const holding = (grants: Grant[], complete = true) =>
  ({ grants: () => Promise.resolve({ grants, complete, reason: null }) }) as unknown as Gateway

const listed = (url: string, id = 'id-before') => [{ server_id: id, server_name: 'mail', url }]

const took = async (runs: RecordedRun[], servers: ReturnType<typeof listed>) =>
  (await configuredMoves(holding([]), runs, servers)).map((each) => [each.run, each.url, each.took, each.ids])

test('a move in a file has taken when LiteLLM lists the new URL', async () => {
  expect(await took([run('r1', [move(OLD, NEW)])], listed(NEW))).toEqual([['r1', NEW, true, null]])
  expect(await took([run('r1', [move(OLD, NEW)])], listed(OLD))).toEqual([['r1', NEW, false, null]])
  expect(await took([run('r1', [move(OLD, NEW)])], [])).toEqual([['r1', NEW, null, null]])
})

test('a variable behind a URL of which LiteLLM knows nothing is named', async () => {
  const moved = move(OLD, NEW)
  const file = {
    path: '/etc/litellm.env',
    config: '/etc/litellm.yaml',
    server: 'mail',
    variable: 'MAIL_URL',
  }
  const inVariable = { ...moved, change: { ...moved.change, file } }
  const found = async (recorded: RecordedChange, url: string) =>
    (await configuredMoves(holding([]), [run('r1', [recorded])], listed(url))).map((each) => [
      each.took,
      each.unset,
    ])
  expect(await found(inVariable, '')).toEqual([[false, 'MAIL_URL']])
  expect(await found(inVariable, OLD)).toEqual([[false, null]])
  expect(await found(moved, '')).toEqual([[false, null]])
})

test('servers that share the place of a URL have each moved', async () => {
  const moved = move(OLD, NEW)
  const file = { path: '/etc/litellm.yaml', config: '/etc/litellm.yaml', server: 'mail', variable: null }
  const shared = { ...moved, change: { ...moved.change, file: { ...file, sharers: ['mail', 'post'] } } }
  const found = await configuredMoves(holding([]), [run('r1', [shared])], listed(NEW))
  expect(found.map(({ server, took }) => [server, took])).toEqual([
    ['mail', true],
    ['post', null],
  ])
})

test('the newest run counts, one that takes back too; what was not written does not', async () => {
  const runs = [
    run('r1', [move(OLD, NEW)]),
    run('r2', [move(NEW, OLD)]),
    run('r3', [move(OLD, NEW, 'failed')]),
  ]
  expect(await took(runs, listed(OLD))).toEqual([['r2', OLD, true, null]])
})

test('where LiteLLM gave it another id, who holds which is told', async () => {
  const grant = (serverId: string, name: string): Grant => ({
    serverId,
    holder: { kind: 'access-group', id: null, name },
    via: 'mcp_servers',
  })
  const gateway = holding([grant('id-before', 'dev'), grant('id-now', 'ops'), grant('id-now', 'ops')], false)
  const [found] = await configuredMoves(gateway, [run('r1', [move(OLD, NEW)])], listed(NEW, 'id-now'))
  expect(found?.ids).toEqual({
    before: 'id-before',
    now: 'id-now',
    heldBefore: { holders: ['access group dev'], complete: false, reason: null },
    heldNow: { holders: ['access group ops'], complete: false, reason: null },
  })
})
