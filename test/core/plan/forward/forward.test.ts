import { describe, expect, test } from 'vitest'
import { assemblePlan } from '../../../../src/core/plan/forward/forward.ts'
import type { Consent } from '../../../../src/core/plan/consent/consent.ts'
import { ERAS, eraOf, NEWEST_CHECKED } from '../../../../src/core/record/eras.ts'
import { compareVersions } from '../../../../src/core/record/releases.ts'
import { fieldHashes, shownChanges } from '../../../../src/core/record/fields.ts'
import { movedFields } from '../../../../src/core/record/held.ts'
import type { InventoryEntry } from '../../../../src/core/plan/forward/inventory.ts'
import { leftovers } from '../../../../src/core/rule/leftovers.ts'
import { select } from '../../../../src/core/plan/select.ts'
import { listedServer, type ServerRecord, serverRecord } from '../../../../src/core/record/server.ts'
import { writeBody } from '../../../../src/core/record/put-body.ts'
import { defaultRules } from '../../../support/rules.ts'

const ruleSet = await defaultRules()

const record = (fields: Record<string, unknown> = {}): ServerRecord =>
  serverRecord.parse({
    server_id: 'id-1',
    server_name: 'filesystem',
    alias: 'files',
    description: 'about',
    url: 'http://localhost:8585/servers/filesystem/sse',
    transport: 'http',
    auth_type: 'bearer_token',
    credentials: null,
    command: null,
    args: ['--flag'],
    env: { A: 'b' },
    static_headers: { X: 'y' },
    mcp_info: { custom: 1, is_public: false },
    mcp_access_groups: ['dev'],
    allow_all_keys: true,
    is_byok: null,
    created_at: '2026-01-01T00:00:00Z',
    created_by: 'x',
    updated_at: '2026-01-01T00:00:00Z',
    ...fields,
  })

const entry = (fields: Record<string, unknown> = {}, more: Partial<InventoryEntry> = {}): InventoryEntry => ({
  listed: listedServer.parse(record(fields)),
  record: record(fields),
  source: 'database',
  signIns: null,
  configured: null,
  held: null,
  silent: false,
  problem: null,
  ...more,
})

const plan = (
  entries: InventoryEntry[],
  version: string | null = '1.106.2',
  accepted: readonly Consent[] = [],
) =>
  assemblePlan({
    createdAt: '2026-01-01T00:00:00.000Z',
    gateway: { url: 'http://gw', version, account: 'master key' },
    ruleSet,
    inventory: { entries, suspicion: null, gone: [], recalled: new Set(), files: [], startFaults: [] },
    selected: new Set(entries.map(({ listed }) => listed.server_id)),
    accepted,
  })

describe('the body of a PUT', () => {
  const edits = [{ field: 'url', after: 'http://new' }]

  test('is the id and the change alone where updates are partial', () => {
    expect(writeBody('changed-fields', record(), edits)).toEqual({ server_id: 'id-1', url: 'http://new' })
  })

  test('holds what would be reset, but no name, null or credentials, where defaults are written', () => {
    expect(writeBody('defaulted-fields', record(), edits)).toEqual({
      server_id: 'id-1',
      url: 'http://new',
      alias: 'files',
      transport: 'http',
      mcp_access_groups: ['dev'],
      args: ['--flag'],
      env: { A: 'b' },
      allow_all_keys: true,
    })
  })

  test('holds all of the record that is not null where the record is replaced', () => {
    const body = writeBody('whole-record', record({ alias: null }), edits)
    expect(body).toMatchObject({
      server_name: 'filesystem',
      description: 'about',
      auth_type: 'bearer_token',
      mcp_info: { custom: 1 },
      url: 'http://new',
    })
    expect(body).not.toHaveProperty('alias')
    expect(body).not.toHaveProperty('credentials')
    expect(Object.values(body)).not.toContain(null)
  })

  test('never holds credentials, on any release', () => {
    for (const { putBody } of ERAS)
      expect(writeBody(putBody, record({ credentials: { auth_value: 'x' } }), edits)).not.toHaveProperty(
        'credentials',
      )
  })
})

describe('the table of releases', () => {
  test('is in order and begins at the beginning', () => {
    const [first, ...rest] = ERAS.map(({ from }) => from)
    expect(first).toBeNull()
    const versions = rest.map(String)
    expect(versions.toSorted(compareVersions)).toEqual(versions)
  })

  test.each([
    ['1.74.0', 'whole-record', 'required', false],
    ['1.77.1', 'whole-record', 'required', false],
    ['1.77.7', 'defaulted-fields', 'required', false],
    ['v1.80.11-stable', 'defaulted-fields', 'required', false],
    ['1.81.3', 'defaulted-fields', 'possible', false],
    ['1.81.14.rc.1', 'defaulted-fields', 'possible', false],
    ['1.81.14', 'defaulted-fields', 'no', false],
    ['1.87.5', 'defaulted-fields', 'no', false],
    ['1.88.0rc1', 'defaulted-fields', 'no', false],
    ['1.88.0', 'changed-fields', 'no', false],
    ['1.92.0', 'changed-fields', 'no', false],
    ['1.93.2', 'changed-fields', 'no', false],
    ['1.94.3', 'changed-fields', 'no', true],
    ['1.96.0', 'changed-fields', 'no', true],
    ['1.106.2', 'changed-fields', 'no', true],
    ['2.0.0', 'changed-fields', 'no', true],
  ])('%s: %s, restart %s, wipes OAuth: %s', (version, putBody, restart, wipesOAuth) => {
    expect(eraOf(version).era).toMatchObject({ putBody, restart, wipesOAuth })
  })

  test.each(['rc1', '.rc.1', '-rc.2', '-nightly', '.dev3', 'a1', 'b2', '-alpha', '-beta.1', '-rc1+build.5'])(
    '%s makes a pre-release',
    (suffix) => {
      expect(compareVersions(`1.88.0${suffix}`, '1.88.0')).toBeLessThan(0)
      expect(eraOf(`1.88.0${suffix}`).era.from).toBe('1.81.14')
    },
  )

  test.each([
    '',
    '-stable',
    '.post1',
    '-stable.patch.2',
    '-azure',
    '-build.3',
    '-amd64',
    '-alpine',
    '-debug',
  ])('%s makes none', (suffix) => {
    expect(compareVersions(`1.88.0${suffix}`, '1.88.0')).toBe(0)
    expect(eraOf(`v1.88.0${suffix}`).era.from).toBe('1.88.0')
  })

  // Read in the wheels of these releases; 1.93.3 and 1.105.8 are drawn on the side of caution.
  test.each([
    ['1.93.2', { wipesOAuth: false, dropsClient: false, pinsConfigIds: false, listTrusted: false }],
    ['1.93.3', { wipesOAuth: true, dropsClient: false, pinsConfigIds: false, listTrusted: false }],
    ['1.94.3', { wipesOAuth: true, dropsClient: false, pinsConfigIds: false, faults: 'bare' }],
    ['1.100.5', { wipesOAuth: true, dropsClient: false, pinsConfigIds: false, faults: 'bare' }],
    ['1.102.3', { pinsConfigIds: false, faults: 'bare' }],
    ['1.102.4', { wipesOAuth: true, dropsClient: false, pinsConfigIds: true, faults: 'told' }],
    ['1.104.9', { wipesOAuth: true, dropsClient: false, pinsConfigIds: true, listTrusted: false }],
    ['1.105.7', { wipesOAuth: true, dropsClient: false, pinsConfigIds: true, listTrusted: false }],
    ['1.105.8', { dropsClient: true, pinsConfigIds: true, listTrusted: false }],
    ['1.106.0-rc.1', { dropsClient: true, pinsConfigIds: true, listTrusted: false }],
    ['1.106.0', { dropsClient: true, pinsConfigIds: true, listTrusted: true, faults: 'told' }],
    ['1.110.2', { dropsClient: true, pinsConfigIds: true, listTrusted: true, faults: 'told' }],
  ])('%s: %o', (version, era) => {
    expect(eraOf(version).era).toMatchObject(era)
  })

  test('says how sure it is', () => {
    expect(eraOf(NEWEST_CHECKED).known).toBe('yes')
    expect(NEWEST_CHECKED).toBe('1.110.2')
    expect(eraOf('1.110.3').known).toBe('newer')
    expect(eraOf(null).known).toBe('no')
    expect(eraOf('development').known).toBe('no')
  })

  test('takes the body of 1.78 to 1.87 and every caution for an unknown release', () => {
    expect(eraOf(null).era).toMatchObject({
      putBody: 'defaulted-fields',
      wipesOAuth: true,
      listTrusted: false,
    })
  })
})

describe('what cannot be written without loss', () => {
  test.each([
    ['1.106.2', {}, undefined],
    ['1.81.14', { alias: 'with-hyphen' }, 'name-rule'],
    ['1.81.14', { alias: 'with space' }, 'name-rule'],
    ['1.81.14', { server_name: 'with-hyphen' }, undefined],
    ['1.77.1', { server_name: 'with-hyphen' }, 'name-rule'],
    ['1.77.1', { alias: null }, 'name-rule'],
    ['1.106.2', { alias: 'with-hyphen' }, undefined],
    ['1.106.2', { audience: ['a', 'b'] }, 'unreadable'],
    ['1.106.2', { dcr_bridge: 1 }, 'unreadable'],
    ['1.106.2', { dcr_bridge: false }, undefined],
    ['1.92.0', { audience: ['a', 'b'] }, undefined],
  ])('on %s, %j: %s', (version, fields, code) => {
    expect(plan([entry(fields)], version).skipped[0]?.code).toBe(code)
  })

  test.each([
    ['1.106.2', { token_url: 'http://idp/token' }, ['reauthorization']],
    ['1.106.2', { auth_type: 'oauth2' }, ['reauthorization', 'client-loss']],
    ['1.106.2', { auth_type: 'oauth2_token_exchange' }, ['reauthorization']],
    [null, { issuer: 'http://idp' }, ['reauthorization']],
    ['1.92.0', { auth_type: 'oauth2', token_url: 'http://idp/token' }, undefined],
  ])('on %s, %j waits for %j', (version, fields, consents) => {
    const { changes, skipped, withheld } = plan([entry(fields)], version)
    expect([changes.length, skipped, withheld[changes[0]?.id ?? '']?.consents]).toEqual([1, [], consents])
  })
})

describe('a plan', () => {
  test('holds before and after, whole, and the state it was made for', () => {
    const [change] = plan([entry()]).changes
    expect(change).toMatchObject({
      server: { id: 'id-1', name: 'filesystem', alias: 'files', source: 'database' },
      edits: [
        {
          field: 'url',
          before: 'http://localhost:8585/servers/filesystem/sse',
          after: 'http://mcp-proxy-sse:8080/servers/filesystem/sse',
        },
      ],
      effects: [],
    })
    expect(movedFields(change?.fields ?? {}, record())).toEqual([])
  })

  test('is the same for the same values, and another for another record', () => {
    expect(plan([entry()])).toEqual(plan([entry()]))
    const [one, other] = [plan([entry()]), plan([entry({ description: 'other' })])]
    expect(one.changes[0]?.fields).not.toEqual(other.changes[0]?.fields)
  })

  test('says that https becomes http', () => {
    expect(plan([entry({ url: 'https://localhost:8585/x' })]).changes[0]?.effects[0]?.code).toBe(
      'tls-removed',
    )
  })

  test('skips what it must, with a reason', () => {
    const made = plan([
      entry({ server_id: 'a' }, { source: 'config', record: null }),
      entry({ server_id: 'b', url: 'http://localhost:9/x' }),
      entry({ server_id: 'c' }, { record: null, problem: { code: 'unreadable', message: 'HTTP 500' } }),
      entry({ server_id: 'd', url: null }, { record: null, problem: { code: 'wrong-id', message: 'other' } }),
      entry({ server_id: 'e', auth_type: 'oauth2' }),
      entry({ server_id: 'f', url: 'https://elsewhere' }),
      entry({ server_id: 'g', url: 'http://mcp-proxy-sse:8080/x' }),
    ])
    expect(made.skipped.map(({ server, code, matched }) => [server.id, code, matched])).toEqual([
      ['a', 'config-defined', true],
      ['b', 'near-miss', false],
      ['c', 'unreadable', true],
      ['d', 'wrong-id', null],
    ])
    expect(made.summary).toEqual({ servers: 7, changes: 1, unchanged: 2, skipped: 4, excluded: 0, moved: 1 })
    expect(Object.values(made.withheld)).toMatchObject([{ reason: 'awaiting' }])
  })

  test('trusts the record, not the list', () => {
    const stale = { ...entry(), listed: listedServer.parse(record({ url: 'http://mcp-proxy-sse:8080/x' })) }
    expect(plan([stale]).changes).toHaveLength(1)
  })

  test('counts the origins', () => {
    const entries = ['a', 'b', 'c'].map((id) =>
      entry({ server_id: id, url: `http://localhost:${id === 'c' ? 1 : 8586}/x` }),
    )
    expect(plan(entries).origins).toEqual([
      { origin: 'http://localhost:8586', count: 2 },
      { origin: 'http://localhost:1', count: 1 },
    ])
  })

  test('warns of a release that is newer than any checked, or unknown', () => {
    expect(plan([entry()], '1.200.0').notes.map(({ code }) => code)).toEqual(['newer-release'])
    expect(plan([entry()], null).notes.map(({ code }) => code)).toEqual(['release-note'])
    expect(plan([entry()]).notes).toEqual([])
  })
})

test('the old address in other fields is found, with its path', () => {
  const found = leftovers(
    ruleSet.rules,
    record({
      args: ['mcp-remote', 'http://127.0.0.1:8585/x'],
      static_headers: { 'X-Backend': 'localhost:8585' },
      mcp_info: { nested: [{ deep: 'at http://LOCALHOST:8585.' }] },
      token_url: 'http://host.docker.internal:8585/token',
      description: 'nothing here',
    }),
  )
  expect(found.map(({ field }) => field).toSorted((a, b) => a.localeCompare(b))).toEqual([
    'args[1]',
    'mcp_info.nested[0].deep',
    'static_headers.X-Backend',
    'token_url',
  ])
})

describe('comparing records', () => {
  test('does not count what changes by itself, or cannot be set', () => {
    const hashes = fieldHashes(record())
    expect(
      movedFields(
        hashes,
        record({
          updated_at: 'z',
          status: 'healthy',
          health_check_error: 'x',
          created_by: 'y',
          mcp_info: { custom: 1, is_public: true },
        }),
      ),
    ).toEqual([])
    expect(movedFields(hashes, record({ allow_all_keys: false, surprise: 1 }))).toEqual([
      'allow_all_keys',
      'surprise',
    ])
  })

  test('after a write counts every field that the API shows', () => {
    const after = record({
      url: 'http://new',
      updated_by: 'z',
      created_by: 'y',
      mcp_access_groups: [],
      mcp_info: { custom: 1, is_public: true },
      novel: 1,
    })
    expect(shownChanges(record(), after, ['url']).map(({ field }) => field)).toEqual([
      'created_by',
      'mcp_access_groups',
      'mcp_info.is_public',
      'novel',
    ])
  })

  test('hashes of one value differ between servers and fields', () => {
    const [a, b] = [
      fieldHashes(record({ alias: 'x', description: 'x' })),
      fieldHashes(record({ server_id: 'id-2', alias: 'x' })),
    ]
    expect(new Set([a['alias'], a['description'], b['alias']]).size).toBe(3)
  })
})

describe('--only and --except', () => {
  const servers = [
    { server_id: '1', server_name: 'filesystem', alias: 'files', mcp_access_groups: ['dev'] },
    { server_id: '2', server_name: 'fetch', alias: null, mcp_access_groups: ['dev', 'ops'] },
    { server_id: '3', server_name: 'n8n', alias: null, mcp_access_groups: null },
  ].map((server) => listedServer.parse(server))
  const chosen = (only: string[], except: string[] = []) => [...select({ only, except }, servers)]

  test.each([
    [[], [], ['1', '2', '3']],
    [['F*'], [], ['1', '2']],
    [['files'], [], ['1']],
    [['DEV'], ['fetch'], ['1']],
    [['*'], ['ops'], ['1', '3']],
    [['n8N'], [], ['3']],
    [['3'], [], ['3']],
  ])('--only %j --except %j selects %j', (only, except, ids) => {
    expect(chosen(only, except)).toEqual(ids)
  })

  test('a short wildcard never selects by id, which is random', () => {
    const random = [
      { server_id: 'f00dfeed-1111', server_name: 'n8n' },
      { server_id: 'x', server_name: 'fetch' },
    ]
    const select1 = (pattern: string) => [
      ...select(
        { only: [pattern], except: [] },
        random.map((each) => listedServer.parse(each)),
      ),
    ]
    expect(select1('f*')).toEqual(['x'])
    expect(select1('f00dfeed*')).toEqual(['f00dfeed-1111'])
    expect(select1('f00dfeed-1111')).toEqual(['f00dfeed-1111'])
  })

  test('a pattern that selects nothing is wrong usage, with a suggestion', () => {
    expect(() => chosen(['fetsch'])).toThrow(
      expect.objectContaining({ code: 'usage', hint: 'Did you mean fetch?' }),
    )
    expect(() => chosen([], ['zzzzzz'])).toThrow(
      expect.objectContaining({ message: '--except zzzzzz selects no server of this gateway', hint: null }),
    )
    expect(() => chosen(['f.*'])).toThrow('selects no server')
  })
})

test('a server whose backend was silent is moved last where it is read before its write', () => {
  const [slow, quick] = [{ server_id: 'slow' }, { server_id: 'quick' }]
  const { changes } = plan([entry(slow, { silent: true }), entry(quick)], '1.81.14')
  expect(changes.map(({ server }) => server.id)).toEqual(['quick', 'slow'])
})
