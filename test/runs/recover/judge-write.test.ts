import { describe, expect, test } from 'vitest'
import type { AppliedChange } from '../../../src/core/run/outcome.ts'
import { fieldHashes } from '../../../src/core/record/fields.ts'
import type { ServerRecord } from '../../../src/core/record/server.ts'
import type { RecordedChange } from '../../../src/journal/fold.ts'
import { judgeWrite } from '../../../src/runs/recover/judge-write.ts'
import { changeOf, ERA, NEW, OLD, recordOf } from './recorded.ts'

const SETTINGS = { token_url: 'http://sign-in/token', scopes: ['read'] }
const BEFORE = recordOf('fetch', { auth_type: 'oauth2', description: 'a server', ...SETTINGS })
const AFTER = { ...BEFORE, url: `${NEW}fetch/sse` }

const CHANGE = changeOf(BEFORE)
const IN_FLIGHT: RecordedChange = {
  change: CHANGE,
  outcome: 'unsettled',
  collateral: [],
  error: null,
  fieldsBefore: fieldHashes(BEFORE),
  settings: SETTINGS,
  open: { since: '2026-01-01T00:00:00.000Z', takingBack: false },
}
const GOING_BACK: RecordedChange = {
  ...IN_FLIGHT,
  open: { since: '2026-01-01T00:00:00.000Z', takingBack: true },
}

/** What was written, and what it says of other fields. */
const judged = (recorded: RecordedChange, record: ServerRecord): Partial<AppliedChange> => {
  const { outcome, error, collateral, wrote } = judgeWrite(recorded, record, { era: ERA })
  return { outcome, error, collateral, wrote }
}

const SHORT = 'the settings that were cleared with the URL are not back'
const DOUBT = 'other fields differ too; whether the write changed them, or somebody since, is unknown'

describe('a write whose end nobody saw', () => {
  test('landed where the new value is there, and nothing else is different', () => {
    expect(judged(IN_FLIGHT, AFTER)).toEqual({ outcome: 'applied', error: null, collateral: [], wrote: true })
  })

  test('did not land where the old value is there', () => {
    expect(judged(IN_FLIGHT, BEFORE)).toEqual({
      outcome: 'not-applied',
      error: null,
      collateral: [],
      wrote: false,
    })
  })

  test('landed without the settings that it clears where they are not back', () => {
    expect(judged(IN_FLIGHT, { ...AFTER, token_url: null, scopes: null })).toMatchObject({
      outcome: 'applied',
      error: SHORT,
      collateral: [
        { field: 'token_url', after: null, repaired: false },
        { field: 'scopes', after: null, repaired: false },
      ],
    })
  })

  test('landed, with a doubt, where another field is not as it was: its old value is known by its hash', () => {
    expect(judged(IN_FLIGHT, { ...AFTER, transport: 'http' })).toMatchObject({
      outcome: 'applied',
      error: DOUBT,
      collateral: [
        {
          field: 'transport',
          before: { sha256: fieldHashes(BEFORE)['transport'] },
          after: 'http',
          repaired: false,
        },
      ],
    })
  })

  test('tells both, settings first', () => {
    const { error, collateral } = judged(IN_FLIGHT, { ...AFTER, scopes: null, transport: 'http' })
    expect([error, collateral?.map(({ field }) => field)]).toEqual([
      `${SHORT}; ${DOUBT}`,
      ['scopes', 'transport'],
    ])
  })

  test('is not blamed for other fields where nobody knows what they were before it', () => {
    const unknown = { ...IN_FLIGHT, fieldsBefore: null }
    expect(judged(unknown, { ...AFTER, transport: 'http' })).toMatchObject({ error: null, collateral: [] })
  })

  test('is somebody else’s by now where neither value is there: only the edited fields are told', () => {
    const url = 'http://elsewhere/sse'
    const found = judgeWrite(IN_FLIGHT, { ...AFTER, url, transport: 'http' }, { era: ERA })
    expect(found).toMatchObject({
      outcome: 'drifted',
      wrote: true,
      error: 'it holds neither the old value nor the new',
      drift: [{ field: 'url', before: `${OLD}fetch/sse`, ours: `${NEW}fetch/sse`, now: url }],
    })
    expect(found.drift).toHaveLength(1)
  })
})

describe('a write by which a run took itself back', () => {
  test('landed where the old value is there', () => {
    expect(judged(GOING_BACK, BEFORE)).toEqual({
      outcome: 'reverted',
      error: null,
      collateral: [],
      wrote: true,
    })
  })

  test('cleared the settings, too, where they are not back', () => {
    expect(judged(GOING_BACK, { ...BEFORE, token_url: null })).toMatchObject({
      outcome: 'reverted',
      collateral: [{ field: 'token_url', repaired: false }],
    })
  })

  test('did not land where the new value is there still', () => {
    expect(judged(GOING_BACK, AFTER)).toMatchObject({ outcome: 'applied', error: null })
  })
})
