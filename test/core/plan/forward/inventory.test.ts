import { describe, expect, test } from 'vitest'
import {
  entryOf,
  missingFrom,
  needsRecord,
  suspicionOf,
} from '../../../../src/core/plan/forward/inventory.ts'
import { eraOf } from '../../../../src/core/record/eras.ts'
import type { Reading } from '../../../../src/core/record/place.ts'
import { listedServer } from '../../../../src/core/record/server.ts'
import { OLD, recordOf } from '../samples.ts'
import { defaultRules, namedRules } from '../../../support/rules.ts'

const shipped = await defaultRules()

const listed = (fields: Record<string, unknown> = {}) => listedServer.parse(recordOf(fields))

describe('the record of a listed server', () => {
  const needs = (fields: Record<string, unknown>, version = '1.106.2', more = {}): boolean =>
    needsRecord(
      listed(fields),
      { ruleSet: shipped, thorough: false, selected: new Set(['id-1']), ...more },
      eraOf(version).era,
    )

  test.each<[string, Record<string, unknown>, boolean]>([
    ['is read where the rule matches its URL', {}, true],
    ['is read where its URL is nearly the old one', { url: 'http://localhost:9/x' }, true],
    ['is read where the list tells no URL', { url: null }, true],
    ['is not read where the rule does not concern it', { url: 'https://elsewhere' }, false],
    ['is not read where it has moved', { url: 'http://mcp-proxy-sse:8080/x' }, false],
    ['is read where it may stand in a file', { url: '' }, true],
    ['is not read where the list says that it stands in a file', { url: '', is_config: true }, false],
  ])('%s', (_, fields, expected) => {
    expect(needs(fields)).toBe(expected)
  })

  test('is read whatever its URL where the list is not to be trusted, or the rule names other fields', async () => {
    const elsewhere = { url: 'https://elsewhere' }
    expect(needs(elsewhere, '1.105.7')).toBe(true)
    expect(needs(elsewhere, '1.106.2', { thorough: true })).toBe(true)
    const everywhere = await namedRules('localhost-8585-to-mcp-proxy-sse-everywhere')
    expect(needs(elsewhere, '1.106.2', { ruleSet: everywhere })).toBe(true)
    expect(needs(elsewhere, '1.105.7', { selected: new Set() })).toBe(false)
  })
})

describe('what is known of a listed server', () => {
  const known = (reading: Reading | null, version = '1.106.2', fields: Record<string, unknown> = {}) => {
    const read = reading && { reading, signIns: 2 }
    const { record, source, problem } = entryOf(listed(fields), read, eraOf(version).era)
    return [record?.url ?? null, source, problem?.code ?? null]
  }

  test.each<[string, Reading | null, string, Record<string, unknown>, (string | null)[]]>([
    ['unread', null, '1.106.2', {}, [null, 'database', null]],
    ['unread, of a file', null, '1.106.2', { is_config: true }, [null, 'config', null]],
    [
      'read',
      { kind: 'record', record: recordOf(), source: 'database' },
      '1.106.2',
      {},
      [OLD, 'database', null],
    ],
    ['absent up to 1.87', { kind: 'absent', message: '' }, '1.81.14', {}, [null, 'config', null]],
    ['absent since', { kind: 'absent', message: '' }, '1.106.2', {}, [null, 'database', 'unreadable']],
    [
      'absent, of a file',
      { kind: 'absent', message: '' },
      '1.106.2',
      { is_config: true },
      [null, 'config', null],
    ],
    ['another', { kind: 'wrong-id', message: '', found: 'x' }, '1.106.2', {}, [null, 'database', 'wrong-id']],
  ])('%s', (_, reading, version, fields, expected) => {
    expect(known(reading, version, fields)).toEqual(expected)
  })
})

describe('a list', () => {
  const gateway = { url: 'http://gw', version: '1.106.2', account: 'master key' }

  test('is suspicious that is shorter than the last one, or empty', () => {
    expect(suspicionOf([listed()], 3, gateway)).toBe(
      'The gateway lists 1 server; in the last run it listed 3.',
    )
    expect(suspicionOf([], null, gateway)).toContain('lists no MCP servers')
    expect(suspicionOf([], null, { ...gateway, database: false })).toBeNull()
    expect(suspicionOf([listed()], 1, gateway)).toBeNull()
  })

  test('lacks those that an earlier run knew or somebody names, by id, name or alias', () => {
    const servers = [listed({ alias: 'files' })]
    const named = ['id-1', 'fetch', 'files', 'key-knows', 'id-2'].map((id) => ({ id, by: 'the key ci' }))
    expect(missingFrom(servers, ['id-1', 'id-2'], named)).toEqual([
      { id: 'id-2', by: 'an earlier run' },
      { id: 'key-knows', by: 'the key ci' },
    ])
    const many = Array.from({ length: 60 }, (_, i) => ({ id: `gone-${i}`, by: 'a team' }))
    expect(missingFrom(servers, [], many)).toHaveLength(50)
  })
})
