import { parse, stringify } from 'lossless-json'
import { describe, expect, vi } from 'vitest'
import { canonical, sha256 } from '../../src/core/canonical.ts'
import { exactText, readExactly } from '../../src/core/exact-json.ts'
import { fieldHashes } from '../../src/core/record/fields.ts'
import { movedFields } from '../../src/core/record/held.ts'
import { serverRecord } from '../../src/core/record/server.ts'
import { chained, readChain } from '../../src/journal/chain.ts'
import { ODD_NUMBERS } from '../support/json-texts.ts'
import { oldCase, startedIn, unlike } from '../support/old-journals.ts'
import { watchForLeaks } from '../support/secrets.ts'
import { documentOf, test } from '../support/trial.ts'
import { AS_BEFORE, inPlace } from './old-trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const INFO = `{"n":[${ODD_NUMBERS.join(',')}]}`

const infoOf = (text: string): unknown => {
  const read = readExactly(text)
  return read.kind === 'json' ? read.value : expect.fail(read.what)
}

const recordWith = (info: unknown, id = 'id-n8n') => serverRecord.parse({ server_id: id, mcp_info: info })

/** The hash of a field as version 1 made it while every number was read by `JSON.parse`. */
const oldHash = (id: string, text: string): string =>
  sha256(canonical([id, 'mcp_info', JSON.parse(text)])).slice(0, 32)

describe('a line of the journal', () => {
  test('holds settings and collateral as exactly as they were read', () => {
    const settings = { audience: infoOf(INFO), issuer: infoOf('-0.0') }
    const { line: written } = chained({ length: 0, hash: null }, '2026-11-27T00:00:00.000Z', {
      type: 'intent',
      change: 'c',
      purpose: 'change',
      writes: ['url'],
      fields: {},
      settings,
    })
    const line = [...written.pieces].join('')
    expect(line).toContain(`"settings":{"audience":${INFO},"issuer":-0.0}`)
    const [record] = readChain(Buffer.from(line), 'run.jsonl').records
    expect(record?.type === 'intent' ? exactText(record.settings) : null).toBe(exactText(settings))
  })
})

describe('a hash of a field', () => {
  test('is of the number as it was read, and differs with each', () => {
    const hashes = new Set(
      ['1', '1.0', '1.00', '1e0', '10e-1'].map(
        (text) => fieldHashes(recordWith({ n: infoOf(text) }))['mcp_info'],
      ),
    )
    expect(hashes.size).toBe(5)
  })

  test('that was made of a rounded number is one of the number that stands there', () => {
    const old = { ...fieldHashes(recordWith(infoOf(INFO))), mcp_info: oldHash('id-n8n', INFO) }
    expect(movedFields(old, recordWith(infoOf(INFO)))).toEqual([])
    expect(movedFields(old, recordWith(infoOf(INFO.replace('1.0', '1.5'))))).toEqual(['mcp_info'])
  })

  test('knows a number of now from another that rounds to the same', () => {
    const now = fieldHashes(recordWith(infoOf('{"n":12345678901234567891}')))
    expect(movedFields(now, recordWith(infoOf('{"n":12345678901234567892}')))).toEqual(['mcp_info'])
    expect(movedFields(now, recordWith(infoOf('{"n":12345678901234567891}')))).toEqual([])
  })

  test('is none where a record has no such field, whatever the field is called', () => {
    for (const field of ['constructor', 'toString', '__proto__']) {
      const named = serverRecord.parse(infoOf(`{"server_id":"id-n8n","${field}":1}`))
      const bare = serverRecord.parse({ server_id: 'id-n8n' })
      expect(movedFields(fieldHashes(named), bare)).toEqual([field])
      expect(movedFields(fieldHashes(bare), named)).toEqual([field])
      expect(movedFields(fieldHashes(named), named)).toEqual([])
    }
  })
})

describe.concurrent('a journal from when numbers were rounded', () => {
  const old = oldCase('unlanded')
  const known = startedIn(old.journal).map(({ fields }) => fields['mcp_info'] ?? '')
  /** The lines as they would be, had the servers held such numbers. */
  const rounded = (line: string): string =>
    ['id-fetch', 'id-n8n'].reduce((rest, id, i) => rest.replaceAll(known[i] ?? '', oldHash(id, INFO)), line)
  const odd = { mcp_info: parse(INFO) }
  const rows = { 'id-fetch': odd, 'id-n8n': odd }

  for (const [way, left] of [
    ['finish', { 'id-n8n': { url: 'http://mcp-proxy-sse:8080/servers/n8n/sse' } }],
    ['revert', null],
  ] as const)
    test(`is good on a gateway that has such numbers: --unfinished ${way}`, async ({ open }) => {
      const trial = await inPlace(old, open, rounded)
      for (const [id, fields] of Object.entries(rows)) trial.sandbox.edit(id, fields)
      await trial.setUp(['--unfinished', way, '--yes', '--no-wait'])
      expect(trial.sandbox.rows().map((row) => stringify(row['mcp_info']))).toEqual([INFO, INFO])
      const wanted = left === null ? AS_BEFORE : { ...old.now, rows: { ...old.now.rows, ...left } }
      const unnumbered = (await unlike(old, trial, wanted)).filter((each) => !each.includes('.mcp_info: '))
      expect(unnumbered).toEqual([])
    })

  test('still finds what somebody edited since', async ({ open }) => {
    const trial = await inPlace(old, open, rounded)
    trial.sandbox.edit('id-fetch', odd)
    trial.sandbox.edit('id-n8n', { mcp_info: parse(INFO.replace('1.10', '1.11')) })
    const finished = await trial.call(['--unfinished', 'finish', '--yes', '--no-wait', '--json'])
    expect([finished.code, documentOf(finished)]).toMatchObject([
      4,
      { changes: [{}, { outcome: 'drifted', drift: [{ field: 'mcp_info' }] }] },
    ])
  })
})
