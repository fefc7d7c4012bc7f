import { describe, expect, test } from 'vitest'
import { connect } from '../../../src/gateway/connect/connect.ts'
import { startSandbox } from '../../../src/sandbox/index.ts'
import { type Direction, directionOf, objectionTo, readBeforeWrite } from '../../../src/runs/apply/guard.ts'
import { puttingBack } from '../../../src/core/plan/assemble-change.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { changeOf, ERA, newUrl, oldUrl, recordOf } from './scene.ts'

const RICH = {
  server_id: 'id-rich',
  server_name: 'rich',
  alias: 'rich',
  transport: 'http',
  url: 'http://localhost:8585/servers/rich/mcp',
  mcp_access_groups: ['dev'],
  args: ['--flag'],
  env: { A: 'b' },
  allow_all_keys: true,
}
const BARE = {
  server_id: 'id-bare',
  server_name: 'bare',
  alias: null,
  url: 'http://localhost:8585/servers/bare/sse',
}

/** A gateway whose read by id loads the row and then probes for longer than a fresh read takes. */
async function slowGateway(version: string) {
  const sandbox = await startSandbox({ version, servers: [RICH, BARE], probeDelayMs: 700 })
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 10 }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  return { sandbox, gateway }
}

describe.concurrent.each(['1.74.0', '1.77.7', '1.81.14', '1.88.0', '1.106.2'])('on LiteLLM %s', (version) => {
  test('a record that nobody touched while it was probed is believed', async () => {
    const { sandbox, gateway } = await slowGateway(version)
    const readings = await Promise.all(['id-rich', 'id-bare'].map((id) => readBeforeWrite(gateway, id)))
    await sandbox.close()
    expect(readings.map(({ kind }) => kind)).toEqual(['record', 'record'])
  })

  test('an edit while it was probed is noticed, field by field', async () => {
    const { sandbox, gateway } = await slowGateway(version)
    const reading = readBeforeWrite(gateway, 'id-rich')
    setTimeout(() => sandbox.edit('id-rich', { transport: 'sse', alias: 'other' }), 300)
    const found = await reading
    await sandbox.close()
    expect(found).toEqual({ kind: 'edited', message: 'changed while it was read: alias, transport' })
  })
})

test('a record that takes long where the list does not tell its URL is read once more, then left alone', async () => {
  const path = '/v1/mcp/server/id-bare'
  const withoutUrl = (json: unknown): unknown => (json as object[]).map((each) => ({ ...each, url: null }))
  const sandbox = await startSandbox({
    servers: [BARE],
    probeDelayMs: 700,
    quirks: [{ on: { method: 'GET', path: '/v1/mcp/server' }, do: { alter: withoutUrl } }],
  })
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 10 }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  const found = await readBeforeWrite(gateway, 'id-bare')
  const reads = sandbox.requests.filter((request) => request.path === path)
  await sandbox.close()
  expect([reads.length, found]).toEqual([
    2,
    {
      kind: 'edited',
      message: 'it took long to read, and the list does not tell whether it was changed meanwhile',
    },
  ])
})

describe('against writing a record it speaks', () => {
  const BEFORE = recordOf('a', { description: 'kept' })
  const CHANGE = changeOf(BEFORE)
  const BACK = changeOf(BEFORE, { edits: [{ field: 'url', before: newUrl('a'), after: oldUrl('a') }] })
  const RESTORE = puttingBack(CHANGE, { issuer: 'https://issuer' })

  const [old, fresh, third] = [oldUrl('a'), newUrl('a'), 'http://elsewhere']
  const HELD = 'it holds the new value already, and not from this run'
  const CHANGED = 'changed since it was shown'
  const LOST = 'no longer holds what was written'

  type Row = [direction: Direction, what: string, fields: Record<string, unknown>, error: string | null]
  test.each<Row>([
    ['apply', 'it is as it was shown', {}, null],
    ['apply', 'it has the new URL', { url: fresh }, HELD],
    ['apply', 'it has a third one', { url: third }, `${CHANGED}: url`],
    ['apply', 'another field changed', { description: 'new' }, `${CHANGED}: description`],
    ['revert', 'it holds what was written', { url: fresh }, null],
    ['revert', 'it has the URL of before', { url: old }, HELD],
    ['revert', 'it has a third one', { url: third }, `${LOST}: url`],
    ['revert', 'another field changed', { url: fresh, description: 'new' }, null],
    ['restore', 'it holds what was written', { url: fresh }, null],
    ['restore', 'it has the URL of before', { url: old }, `${LOST}: url`],
    ['restore', 'it has a third one', { url: third }, `${LOST}: url`],
    ['restore', 'another field changed', { url: fresh, description: 'new' }, null],
  ])('%s: where %s', (direction, _what, fields, error) => {
    const change = { apply: CHANGE, revert: BACK, restore: RESTORE }[direction]
    const found = objectionTo(change, { ...BEFORE, ...fields }, direction, ERA)
    expect(found?.error ?? null).toBe(error)
  })

  test('that nobody was asked for what would be lost by now', () => {
    const signedInto = recordOf('a', { auth_type: 'oauth2' })
    const unaware = changeOf(signedInto, { effects: [] })
    expect(objectionTo(changeOf(signedInto), signedInto, 'apply', ERA)).toBeNull()
    expect(objectionTo(unaware, signedInto, 'apply', ERA)?.error).toMatch(/^nobody was asked about this: /)
  })

  test('that the release would damage its name', () => {
    const hyphened = recordOf('a', { alias: 'a-b' })
    const { era } = eraOf('1.80.0')
    expect(objectionTo(changeOf(hyphened), hyphened, 'apply', era)?.error).toMatch(
      /^this release refuses or changes an alias with a hyphen/,
    )
  })

  test('that a setting would be cleared that no run could put back', () => {
    const odd = recordOf('a', { audience: ['a'] })
    expect(objectionTo(changeOf(odd), odd, 'apply', ERA)?.error).toMatch(/^a new URL clears its audience, /)
  })

  test('a change leads where its plan does, and one without edits only to its settings', () => {
    const directions = [CHANGE, RESTORE].flatMap((change) =>
      [null, 'a-run'].map((reverts) => directionOf(change, { reverts })),
    )
    expect(directions).toEqual(['apply', 'revert', 'restore', 'restore'])
  })
})
