import { describe, expect, test } from 'vitest'
import {
  type AroundWrite,
  findCollateral,
  repair,
  repairsOf,
  reportCollateral,
} from '../../../src/runs/apply/collateral.ts'
import { type Deviations, ERA, gatewayWith, newUrl, readAs, recordOf, SILENT } from './scene.ts'

const BEFORE = recordOf('a', { description: 'kept', mcp_access_groups: ['dev'], auth_type: 'none' })
const MOVED = { ...BEFORE, url: newUrl('a') }

/** A write of the URL that sent the description along, and after which these fields are others. */
const around = (fields: Record<string, unknown>, more: Partial<AroundWrite> = {}): AroundWrite => {
  const after = { ...MOVED, ...fields }
  const sent = ['url', 'description', 'mcp_access_groups', 'credentials', 'created_by']
  return { before: MOVED, answered: after, after, intended: [], sent, inFile: false, ...more }
}

const found = (fields: Record<string, unknown>, more: Partial<AroundWrite> = {}): string[] =>
  findCollateral(around(fields, more)).map(({ field }) => field)

describe('what a write changed besides is found:', () => {
  test('every field that differs, one that came or went too', () => {
    expect(found({ description: null, allow_all_keys: true, fresh: 1 })).toEqual([
      'allow_all_keys',
      'description',
      'fresh',
    ])
  })

  test('the edited field, where it holds something else than was sent', () => {
    expect(found({ url: 'http://elsewhere' })).toEqual(['url'])
  })

  test('public availability apart from the rest of mcp_info', () => {
    expect(found({ mcp_info: { is_public: true } }, { before: { ...MOVED, mcp_info: {} } })).toEqual([
      'mcp_info.is_public',
    ])
  })

  test.each([
    ['what LiteLLM changes by itself', { updated_at: 'now', status: 'healthy' }, {}],
    ['what was meant to change', { alias: 'new' }, { intended: ['alias'] }],
    ['another order of the same', { env: { b: 1, a: 2 } }, { before: { ...MOVED, env: { a: 2, b: 1 } } }],
  ])('not %s', (_what, fields, more) => {
    expect(found(fields, more)).toEqual([])
  })
})

describe('ours to repair is', () => {
  const ours = (fields: Record<string, unknown>, more: Partial<AroundWrite> = {}): string[] => {
    const scene = around(fields, more)
    return repairsOf(findCollateral(scene), scene, ERA).fields
  }

  test("what the request carried and the gateway's own answer shows changed", () => {
    expect(ours({ description: null })).toEqual(['description'])
  })

  test.each<[string, Record<string, unknown>, Partial<AroundWrite>]>([
    ['what the request did not carry', { description: null }, { sent: ['url'] }],
    [
      'what the answer shows as it was: somebody changed it since',
      { description: null },
      { answered: MOVED },
    ],
    [
      'what the answer shows as a third value',
      { description: null },
      { answered: { ...MOVED, description: 'a third' } },
    ],
    ['anything where the answer held no record', { description: null }, { answered: null }],
    ['credentials', { credentials: null }, { before: { ...MOVED, credentials: {} } }],
    ['what no request can set', { created_by: 'somebody' }, {}],
  ])('never %s', (_what, fields, more) => {
    expect(findCollateral(around(fields, more))).not.toEqual([])
    expect(ours(fields, more)).toEqual([])
  })
})

describe('a repair', () => {
  const LOST = around({ description: null, mcp_access_groups: [] })
  const FIELDS = ['description', 'mcp_access_groups']

  async function repaired(deviations: Deviations = {}) {
    const { gateway, requests, store } = gatewayWith([LOST.after], deviations)
    const { repaired: fields } = await repair(gateway, LOST, FIELDS)
    return { fields, requests, record: store.get('id-a') }
  }

  test('writes the lost values back, once, and nothing else', async () => {
    const { fields, requests, record } = await repaired()
    expect(fields).toEqual(FIELDS)
    expect(requests).toEqual(['write id-a description mcp_access_groups', 'read id-a'])
    expect(record).toEqual(MOVED)
  })

  test('counts only what is read as before again', async () => {
    const half = readAs({ ...MOVED, description: null })
    expect((await repaired({ onRead: () => half })).fields).toEqual(['mcp_access_groups'])
    expect((await repaired({ onRead: () => SILENT })).fields).toEqual([])
  })
})

describe('in a report', () => {
  test('a field that holds no secret by its nature stands in clear, and whether it was put back', () => {
    const [groups] = reportCollateral('id-a', findCollateral(around({ mcp_access_groups: ['all'] })), [])
    expect(groups).toEqual({ field: 'mcp_access_groups', before: ['dev'], after: ['all'], repaired: false })
    const both = findCollateral(around({ alias: 'b', auth_type: 'oauth2' }))
    expect(reportCollateral('id-a', both, ['alias']).map(({ field, repaired }) => [field, repaired])).toEqual(
      [
        ['alias', true],
        ['auth_type', false],
      ],
    )
  })

  test('anything else stands as a hash that tells equal values, and not the same one at two servers', () => {
    const changes = findCollateral(
      around({ env: { TOKEN: 'new-secret' } }, { before: { ...MOVED, env: { TOKEN: 'old-secret' } } }),
    )
    const [env] = reportCollateral('id-a', changes, [])
    const hash = { sha256: expect.stringMatching(/^[\da-f]{32}$/) as string }
    expect(env).toEqual({ field: 'env', before: hash, after: hash, repaired: false })
    expect(env?.before).not.toEqual(env?.after)
    expect(reportCollateral('id-a', changes, [])).toEqual([env])
    expect(reportCollateral('id-b', changes, [])[0]?.before).not.toEqual(env?.before)
    expect(JSON.stringify(env)).not.toContain('secret')
  })
})
