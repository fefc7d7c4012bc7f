import { describe, expect, test } from 'vitest'
import type { WriteAnswer } from '../../../src/core/record/place.ts'
import { restoreSettings } from '../../../src/runs/apply/restore.ts'
import { Silence } from '../../../src/runs/apply/silence.ts'
import {
  changeOf,
  contextWith,
  type Deviations,
  gatewayWith,
  put,
  recorderWith,
  recordOf,
  SILENT,
  writeWith,
} from './scene.ts'

const WANTED = { issuer: 'https://issuer', token_url: 'https://issuer/token', audience: 'us' }
const BARE = recordOf('a', { auth_type: 'oauth2_token_exchange' })
const CHANGE = changeOf(BARE)

const clearNo: WriteAnswer = {
  kind: 'unsettled',
  sent: ['server_id'],
  message: 'HTTP 400',
  answered: true,
  silent: false,
}

/** What a first issuer does on 1.106.2: it clears what was there before. */
const FIRST_CLEARS: Deviations = {
  onWrite: (nth, edits, store) => {
    if (nth > 1) return undefined
    const fields = { issuer: WANTED.issuer, token_url: WANTED.token_url, audience: null }
    return { kind: 'accepted', sent: edits.map(({ field }) => field), record: put(store, 'id-a', fields) }
  },
}

/** Puts settings back into a record that holds `held` of them. */
async function restored(
  deviations: Deviations = {},
  more: {
    held?: Record<string, unknown>
    refuses?: (happened: { type: string }, nth: number) => boolean
    silence?: Silence
  } = {},
) {
  const record = { ...BARE, ...more.held }
  const { gateway, requests } = gatewayWith([record], deviations)
  const { recorder, lines } = recorderWith(more.refuses)
  const { silence = new Silence() } = more
  const write = writeWith({ ...contextWith({ gateway, recorder }), silence }, CHANGE)
  const { record: seen, failure } = await restoreSettings(write, WANTED, record)
  const settings = Object.fromEntries(Object.keys(WANTED).map((name) => [name, seen[name] ?? null]))
  return { settings, failure: failure?.message ?? null, requests, journal: lines([CHANGE]) }
}

describe('settings come back', () => {
  test('in one write of those that are gone, without the URL, its intent before it', async () => {
    const { settings, failure, requests, journal } = await restored({}, { held: { audience: 'us' } })
    expect(settings).toEqual(WANTED)
    expect(failure).toBeNull()
    expect(requests).toEqual(['write id-a issuer token_url', 'read id-a'])
    expect(journal).toEqual(['restore id-a issuer token_url'])
  })

  test('in two where the first clears what was there before: all of it stands again', async () => {
    const { settings, requests, journal } = await restored(FIRST_CLEARS, { held: { audience: 'us' } })
    expect(settings).toEqual(WANTED)
    expect(requests.filter((request) => request.startsWith('write'))).toEqual([
      'write id-a issuer token_url',
      'write id-a audience',
    ])
    expect(journal).toEqual(['restore id-a issuer token_url', 'restore id-a audience'])
  })

  test("and somebody's edit that the first write cleared comes back as it was", async () => {
    const { settings } = await restored(FIRST_CLEARS, { held: { audience: 'them' } })
    expect(settings).toEqual({ ...WANTED, audience: 'them' })
  })

  test('although the answer was lost', async () => {
    const { settings } = await restored({
      onWrite: (_nth, edits, store) => {
        put(store, 'id-a', Object.fromEntries(edits.map(({ field, after }) => [field, after])))
        return { ...clearNo, answered: false }
      },
    })
    expect(settings).toEqual(WANTED)
  })
})

describe('nothing is written', () => {
  test('where none is gone', async () => {
    const { requests, journal } = await restored({}, { held: WANTED })
    expect([requests, journal]).toEqual([[], []])
  })

  test("over somebody's edit", async () => {
    const { settings, requests } = await restored({}, { held: { ...WANTED, audience: 'them' } })
    expect(settings).toEqual({ ...WANTED, audience: 'them' })
    expect(requests).toEqual([])
  })

  test('where LiteLLM does not answer', async () => {
    const silence = new Silence()
    silence.begin(CHANGE)
    const { requests, journal, failure } = await restored({}, { silence })
    expect([requests, journal, failure]).toEqual([[], [], null])
  })
})

describe('what does not come back is not tried for ever:', () => {
  const LOST = { issuer: null, token_url: null, audience: null }

  test.each<[string, WriteAnswer, string[]]>([
    ['a clear no', clearNo, ['read id-a']],
    ['a yes that brought nothing back', { kind: 'accepted', sent: [], record: BARE }, []],
    ['a write that never left', { kind: 'refused', sent: [], message: 'no connection' }, ['read id-a']],
  ])('one write after %s', async (_what, answer, reads) => {
    const { settings, requests } = await restored({ onWrite: () => answer })
    expect(settings).toEqual(LOST)
    expect(requests).toEqual(['write id-a issuer token_url audience', ...reads])
  })

  test('the record before it counts where none can be read after it', async () => {
    const { settings, requests } = await restored({ onRead: () => SILENT })
    expect(settings).toEqual(LOST)
    expect(requests).toHaveLength(2)
  })
})

describe('without its intent in the journal no write leaves, and the failure is told:', () => {
  test('of the first', async () => {
    const { settings, failure, requests } = await restored({}, { refuses: () => true })
    expect(settings).toEqual({ issuer: null, token_url: null, audience: null })
    expect([failure, requests]).toEqual(['the disk is full', []])
  })

  test('of the second, with what the first brought', async () => {
    const { settings, failure, requests } = await restored(
      {
        onWrite: (_nth, _edits, store) => ({
          kind: 'accepted',
          sent: [],
          record: put(store, 'id-a', { issuer: WANTED.issuer }),
        }),
      },
      { refuses: (_happened, nth) => nth === 2 },
    )
    expect(settings).toEqual({ issuer: WANTED.issuer, token_url: null, audience: null })
    expect(failure).toBe('the disk is full')
    expect(requests).toHaveLength(2)
  })
})
