import { describe, expect, test } from 'vitest'
import type { Reading, WriteAnswer } from '../../../src/core/record/place.ts'
import { settle } from '../../../src/runs/apply/settle.ts'
import { Silence } from '../../../src/runs/apply/silence.ts'
import { changeOf, gatewayWith, newUrl, readAs, recorderWith, recordOf, SILENT, writeWith } from './scene.ts'

const RECORD = recordOf('a')
const FILE = { path: '/config.yaml', config: '/config.yaml', server: 'a', variable: null }

const SENT = ['server_id', 'url']
const ANSWERS = {
  'a yes': { kind: 'accepted', sent: SENT, record: null },
  'a clear no': { kind: 'unsettled', sent: SENT, message: 'HTTP 500', answered: true, silent: false },
  'no clear answer': { kind: 'unsettled', sent: SENT, message: 'HTTP 502', answered: false, silent: false },
} satisfies Record<string, WriteAnswer>

const READINGS = {
  'the new URL': readAs(recordOf('a', { url: newUrl('a') })),
  'the old URL': readAs(RECORD),
  'another URL': readAs(recordOf('a', { url: 'http://elsewhere' })),
  'no record': { kind: 'absent', message: 'it is gone' },
  "another's record": { kind: 'wrong-id', message: 'it is that of b', found: 'id-b' },
  nothing: { kind: 'unreadable', message: 'it is unreadable', silent: false },
} satisfies Record<string, Reading>

const OTHERS = 'somebody else changed it at the same moment; it was left as they wrote it'
const YES = 'the gateway accepted the change, but'
const UNCLEAR = (said: string): string => `no clear answer (${said}), but`
const STILL_OLD = 'the record still shows the old value'

type Row = [
  answer: keyof typeof ANSWERS,
  reading: keyof typeof READINGS,
  outcome: string,
  error: string | null,
]

const TABLE: readonly Row[] = [
  ['a yes', 'the new URL', 'applied', null],
  ['a yes', 'the old URL', 'unknown', `${YES} ${STILL_OLD}`],
  ['a yes', 'another URL', 'unknown', OTHERS],
  ['a yes', 'no record', 'unknown', `${YES} it is gone`],
  ['a yes', "another's record", 'unknown', `${YES} it is that of b`],
  ['a yes', 'nothing', 'unknown', `${YES} it is unreadable`],
  ['a clear no', 'the new URL', 'applied', null],
  ['a clear no', 'the old URL', 'failed', 'HTTP 500'],
  ['a clear no', 'another URL', 'unknown', OTHERS],
  ['a clear no', 'no record', 'unknown', `${UNCLEAR('HTTP 500')} it is gone`],
  ['a clear no', "another's record", 'unknown', `${UNCLEAR('HTTP 500')} it is that of b`],
  ['a clear no', 'nothing', 'unknown', `${UNCLEAR('HTTP 500')} it is unreadable`],
  ['no clear answer', 'the new URL', 'applied', null],
  ['no clear answer', 'the old URL', 'unknown', `${UNCLEAR('HTTP 502')} ${STILL_OLD}`],
  ['no clear answer', 'another URL', 'unknown', OTHERS],
  ['no clear answer', 'no record', 'unknown', `${UNCLEAR('HTTP 502')} it is gone`],
  ['no clear answer', "another's record", 'unknown', `${UNCLEAR('HTTP 502')} it is that of b`],
  ['no clear answer', 'nothing', 'unknown', `${UNCLEAR('HTTP 502')} it is unreadable`],
]

/** Settles a write of which these are read, one after the other; the last one for good. */
async function settled(
  answer: WriteAnswer,
  readings: readonly Reading[],
  more: { patienceMs?: number; silence?: Silence; inFile?: boolean } = {},
) {
  const { inFile = false, ...parts } = more
  const onRead = (nth: number): Reading | undefined => readings[nth - 1] ?? readings.at(-1)
  const { gateway, requests } = gatewayWith([RECORD], { onRead })
  const change = changeOf(RECORD, inFile ? { file: FILE } : {})
  const write = writeWith({ gateway, recorder: recorderWith().recorder, ...parts }, change)
  const { outcome, error } = await settle({ ...write, place: gateway }, answer, RECORD)
  return { outcome, error, reads: requests.length }
}

test.each(TABLE)('%s, and then %s is read: %s', async (answer, reading, outcome, error) => {
  expect(await settled(ANSWERS[answer], [READINGS[reading]])).toEqual({ outcome, error, reads: 1 })
})

test('the table leaves no answer and no reading out', () => {
  const rows = new Set(TABLE.map(([answer, reading]) => `${answer}: ${reading}`))
  expect(rows.size).toBe(Object.keys(ANSWERS).length * Object.keys(READINGS).length)
})

test('a write that never left has failed, and nothing is read', async () => {
  const refused = { kind: 'refused', sent: [], message: 'no connection' } as const
  expect(await settled(refused, [])).toEqual({ outcome: 'failed', error: 'no connection', reads: 0 })
})

describe('with patience', () => {
  const old = READINGS['the old URL']

  test('a write whose answer was lost is looked for again', async () => {
    const found = await settled(ANSWERS['no clear answer'], [old, SILENT, READINGS['the new URL']], {
      patienceMs: 60_000,
    })
    expect(found).toEqual({ outcome: 'applied', error: null, reads: 3 })
  })

  test('a clear no is believed at once', async () => {
    const found = await settled(ANSWERS['a clear no'], [old], { patienceMs: 60_000 })
    expect(found).toMatchObject({ outcome: 'failed', reads: 1 })
  })

  test('nothing is read again where LiteLLM answers no read', async () => {
    const silence = new Silence()
    silence.begin(changeOf(RECORD))
    const found = await settled(ANSWERS['no clear answer'], [SILENT], { patienceMs: 60_000, silence })
    expect(found).toEqual({ outcome: 'unknown', error: `${UNCLEAR('HTTP 502')} no answer`, reads: 1 })
  })
})

describe('of a file it is said', () => {
  test.each([
    ['a yes', 'the old URL', 'unknown', 'the file was written, but it still shows the old value'],
    ['no clear answer', 'nothing', 'unknown', 'HTTP 502, but it is unreadable'],
    ['a clear no', 'the new URL', 'applied', 'HTTP 500'],
    ['a clear no', 'another URL', 'unknown', OTHERS],
  ] satisfies Row[])('%s, and then %s: %s, %s', async (answer, reading, outcome, error) => {
    const found = await settled(ANSWERS[answer], [READINGS[reading]], { inFile: true })
    expect(found).toEqual({ outcome, error, reads: 1 })
  })
})
