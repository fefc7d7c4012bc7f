import { describe, expect, test } from 'vitest'
import {
  type Access,
  accessLine,
  accessOf,
  type Cell,
  grantsWanted,
  guardOf,
  guardRemarks,
  keyFaults,
} from '../../../src/core/verify/access.ts'
import { compromise } from '../../../src/core/record/releases.ts'
import type { ExpectedKey } from '../../../src/core/verify/keys-file.ts'
import { toolChanges } from '../../../src/core/reach/tools.ts'

describe('what a key may do with a server', () => {
  test.each<[string, Parameters<typeof accessOf>[0], Access]>([
    ['it lists tools', { sees: true, lists: 'tools', works: true }, 'granted'],
    ['it lists tools of what it does not see', { sees: false, lists: 'tools', works: true }, 'granted'],
    ['it sees it, and may not list it', { sees: true, lists: 'denied', works: true }, 'denied'],
    ['neither', { sees: false, lists: 'denied', works: true }, 'denied'],
    ['it sees what answers nobody', { sees: true, lists: 'nothing', works: false }, 'backend-down'],
    [
      'it sees it, lists nothing, and an admin does',
      { sees: true, lists: 'nothing', works: true },
      'unknown',
    ],
    ['not seen, and no word of a denial', { sees: false, lists: 'nothing', works: false }, 'unknown'],
    ['seen, where listing tells nothing', { sees: true, lists: 'not-asked', works: true }, 'granted'],
    ['not seen, where listing tells nothing', { sees: false, lists: 'not-asked', works: true }, 'denied'],
    ['seen, and not listed in time', { sees: true, lists: 'no-answer', works: true }, 'granted'],
    ['not seen, and no answer in time', { sees: false, lists: 'no-answer', works: true }, 'unknown'],
    ['its list could not be read', { sees: null, lists: 'nothing', works: true }, 'unknown'],
  ])('%s', (_, observation, access) => {
    expect(accessOf(observation)).toBe(access)
  })
})

test('a release that fails open, or lists for everybody, is told', () => {
  expect(guardOf('1.77.7')).toMatchObject({ failsOpen: true, listsByGrant: false })
  expect(guardOf('1.80.0')).toMatchObject({ failsOpen: false, listsByGrant: false })
  expect(guardOf('1.106.2')).toMatchObject({ failsOpen: false, listsByGrant: true })
  expect(guardOf(null)).toMatchObject({ listsByGrant: false })
  expect(guardRemarks('1.77.7').join(' ')).toMatch(/fails open.*not limited/)
  expect(guardRemarks('1.106.2')).toEqual([])
})

const cell = (name: string, access: Access): Cell => ({
  server: { server_id: `id-${name}`, server_name: name },
  access,
})
const key = (more: Partial<ExpectedKey>): ExpectedKey => ({
  name: 'dev',
  secret: { env: 'DEV_KEY' },
  reaches: [],
  denied: [],
  ...more,
})

describe('a key against what is expected of it', () => {
  const cells = [cell('filesystem', 'granted'), cell('fetch', 'denied'), cell('n8n', 'backend-down')]

  test('fails by server, and a denial goes before the rest', () => {
    const faults = keyFaults(key({ reaches: ['*'], denied: ['file*'] }), cells)
    expect(faults.map(({ line }) => line)).toEqual([
      'dev × filesystem: must not reach it, and does',
      'dev × fetch: must reach it, and may not',
    ])
  })

  test('does not fail for a server that is granted and answers nobody, unless it must be denied', () => {
    expect(keyFaults(key({ reaches: ['n8n'] }), cells)).toEqual([])
    expect(keyFaults(key({ denied: ['n8n'] }), cells)[0]?.line).toContain('must not reach it, and may')
  })

  test('fails for a name that no server has', () => {
    expect(keyFaults(key({ denied: ['filesytem'] }), cells)).toEqual([
      { line: 'dev: filesytem is not a server of this gateway. Did you mean filesystem?', grants: false },
    ])
  })

  test('is mended by granting what it must reach, and what it reaches without harm', () => {
    expect(grantsWanted(key({ reaches: ['fetch'], denied: ['file*'] }), cells)).toEqual([
      'id-fetch',
      'id-n8n',
    ])
  })

  test('is told in a line', () => {
    expect(accessLine('dev', cells)).toBe('dev: reaches filesystem; backend down: n8n; denied fetch')
    expect(accessLine('dev', [cell('a', 'granted'), cell('b', 'granted')])).toBe('dev: reaches all 2: a, b')
  })
})

test('compromised releases are known, whatever follows their number', () => {
  expect(compromise('1.82.7')?.source).toContain('litellm')
  expect(compromise('v1.82.8-stable')?.version).toBe('1.82.8')
  for (const version of ['1.82.6', '1.82.9', '1.106.2', null]) expect(compromise(version)).toBeNull()
})

test('tools that went, came or changed are told apart', () => {
  const [a, b, c] = [
    { name: 'a', schema: '1' },
    { name: 'b', schema: '1' },
    { name: 'c', schema: '1' },
  ]
  expect(toolChanges([a, b], [b, a])).toEqual([])
  expect(toolChanges([a, b], [{ ...b, schema: '2' }, c])).toEqual([
    'missing a',
    'new c',
    'another schema of b',
  ])
})
