import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Bench, type Server, WORKS, WORKS_TOO } from './bench.ts'
import { at, type Received, type Since } from './http.ts'
import { rich } from './reading.ts'
import type { Benched } from './suite.ts'

const MOVING = ['url', 'updated_at', 'status', 'last_health_check', 'health_check_error']

/** A PUT that LiteLLM fails on, having written nothing. */
export const FAILS = 'fails'
type Expected = Since<Readonly<Record<string, unknown>> | typeof FAILS>

/** The fields of a record that a PUT changed, with what they hold now; the new url is checked elsewhere. */
function changes(before: Server, after: Server): Record<string, unknown> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const moved = names.filter(
    (name) => !MOVING.includes(name) && !isDeepStrictEqual(before[name], after[name]),
  )
  return Object.fromEntries(moved.map((name) => [name, after[name]]))
}

interface Case {
  readonly what: string
  readonly body: (record: Server, entry: Server) => Server
  readonly changes: Expected
}

function without(record: Server, gone: (name: string, value: unknown) => boolean): Server {
  return Object.fromEntries(Object.entries(record).filter(([name, value]) => !gone(name, value)))
}

const RESETS_77 = { alias: null, args: [], env: {}, mcp_access_groups: [], transport: 'sse' }
const WIPES_77 = { server_name: null, description: null, auth_type: null, mcp_info: null }
const RESETS_81 = { ...RESETS_77, allow_all_keys: false }
const { alias: _alias, transport: _transport, ...LOSSES_77 } = RESETS_77
const NO_TOOL_NAMES = { tool_name_to_description: null, tool_name_to_display_name: null }
const LIST_LIES = { description: 'shown in the UI' }
const LIST_LIES_106 = {
  ...LIST_LIES,
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_exchange_profile: 'rfc8693',
}

/** What becomes of a server with everything set, by the body of the PUT that moves it. */
const CASES: readonly Case[] = [
  {
    what: 'nothing but the url',
    body: () => ({}),
    changes: [
      ['0.0.0', { ...RESETS_77, ...WIPES_77 }],
      ['1.77.2', RESETS_77],
      ['1.81.0', RESETS_81],
      ['1.88.0', {}],
    ],
  },
  {
    what: 'url, transport and alias',
    body: ({ transport, alias }) => ({ transport, alias }),
    changes: [
      ['0.0.0', { ...LOSSES_77, ...WIPES_77 }],
      ['1.77.2', LOSSES_77],
      ['1.81.0', { ...LOSSES_77, allow_all_keys: false }],
      ['1.88.0', {}],
    ],
  },
  {
    what: 'the whole record',
    body: (record) => record,
    changes: [['0.0.0', {}]],
  },
  {
    what: 'the whole record without credentials',
    body: (record) => without(record, (name) => name === 'credentials'),
    changes: [['0.0.0', {}]],
  },
  {
    what: 'the whole record without nulls',
    body: (record) => without(record, (_, value) => value === null),
    changes: [['0.0.0', {}]],
  },
  {
    what: 'its entry in the list',
    body: (_, entry) => entry,
    changes: [
      ['0.0.0', {}],
      ['1.81.0', LIST_LIES],
      ['1.88.0', { ...LIST_LIES, ...NO_TOOL_NAMES }],
      ['1.92.1', { ...LIST_LIES_106, ...NO_TOOL_NAMES }],
      ['1.96.0', { ...LIST_LIES_106, env_vars: null }],
    ],
  },
  {
    what: 'its entry in the list without nulls',
    body: (_, entry) => without(entry, (_, value) => value === null),
    changes: [
      ['0.0.0', {}],
      ['1.81.0', LIST_LIES],
      ['1.92.1', LIST_LIES_106],
    ],
  },
]

const SAFE = [
  ['0.0.0', (record: Server) => record],
  ['1.77.2', (record: Server) => without(record, (name, value) => value === null || name === 'credentials')],
  ['1.88.0', () => ({})],
] as const

/** A server with everything set, and its record. */
export async function made(bench: Bench, name: string): Promise<{ id: string; record: Server }> {
  const id = await bench.make(name, { ...rich(`${bench.prefix}_group`), transport: 'http' })
  return { id, record: await bench.get(id) }
}

/** A PUT that keeps all but what is given, on any release. */
export async function putSafely(bench: Bench, id: string, fields: Server): Promise<Received> {
  const kept = at(bench.version, SAFE)(await bench.get(id))
  return bench.put({ ...kept, server_id: id, ...fields })
}

/** PUT of a new url in the bodies that a client may think of. */
export function moving(bench: Benched, version: string): void {
  describe('moves a server with', () => {
    for (const { what, body, changes: expected } of CASES) {
      test(what, async () => {
        const { id, record } = await made(bench(), what.replaceAll(/\W/g, '_'))
        const entry = (await bench().list())[what.replaceAll(/\W/g, '_')] ?? {}
        const answer = await bench().put({ ...body(record, entry), server_id: id, url: WORKS_TOO })
        const after = await bench().get(id)
        const value = at(version, expected)
        if (value === FAILS) {
          expect(answer.status).toBe(500)
          return expect([changes(record, after), after['url']]).toEqual([{}, WORKS])
        }
        expect([answer.status, after['url']]).toEqual([202, WORKS_TOO])
        expect(changes(record, after)).toEqual(value)
        expect(changes(after, answer.body as Server)).toEqual({})
      })
    }

    test('another transport in the same PUT, and back; nothing else changes', async () => {
      const { id, record } = await made(bench(), 'with_transport')
      const answer = await putSafely(bench(), id, { url: WORKS_TOO, transport: 'sse' })
      const moved = await bench().get(id)
      expect([answer.status, moved['url'], changes(record, moved)]).toEqual([
        202,
        WORKS_TOO,
        { transport: 'sse' },
      ])
      expect(changes(moved, answer.body as Server)).toEqual({})
      await putSafely(bench(), id, { url: WORKS, transport: 'http' })
      const back = await bench().get(id)
      expect([back['url'], changes(record, back)]).toEqual([WORKS, {}])
    })

    test('another transport needs its url beside it', async () => {
      const { id, record } = await made(bench(), 'transport_alone')
      const bare = await bench().put({ server_id: id, transport: 'sse' })
      expect([bare.status, changes(record, await bench().get(id))]).toEqual([422, {}])
      const answer = await putSafely(bench(), id, { url: WORKS, transport: 'sse' })
      const after = await bench().get(id)
      expect([answer.status, after['url'], changes(record, after)]).toEqual([
        202,
        WORKS,
        { transport: 'sse' },
      ])
    })

    test('its dates and its last editor', async () => {
      const { id, record } = await made(bench(), 'dates')
      const answer = await putSafely(bench(), id, { url: WORKS_TOO })
      const { created_at: made_at, updated_at: changed } = answer.body as Server
      expect(made_at).toBe(record['created_at'])
      expect(String(changed) > String(record['updated_at'])).toBe(true)
      expect((answer.body as Server)['updated_by']).toBe('default_user_id')
    })
  })
}
