import { beforeAll, describe, expect, test } from 'vitest'
import type { Bench, Server } from './bench.ts'
import { at, isSince, type Since } from './http.ts'
import type { Benched } from './suite.ts'
import { testWhere } from './where.ts'

const ALL = 'short_one short_three short_two'

/** What the permission objects below name. */
interface Things {
  one: string
  two: string
  group: string
  /** A toolset with a tool of the second server; `null` up to 1.83, which has none. */
  toolset: string | null
}

/** What a user of role proxy_admin may be granted, and which servers the list then shows to a key of that user. */
const USERS: readonly (readonly [what: string, object: (things: Things) => Server, seen: Since<string>])[] = [
  ['nothing', () => ({}), [['0.0.0', ALL]]],
  ['no servers', () => ({ mcp_servers: [] }), [['0.0.0', ALL]]],
  ['no tools', () => ({ mcp_tool_permissions: {} }), [['0.0.0', ALL]]],
  [
    'a server',
    ({ one }) => ({ mcp_servers: [one] }),
    [
      ['0.0.0', ALL],
      ['1.96.0', ''],
    ],
  ],
  [
    'a server that is gone',
    () => ({ mcp_servers: ['gone'] }),
    [
      ['0.0.0', ALL],
      ['1.96.0', ''],
    ],
  ],
  [
    'a tool',
    ({ two }) => ({ mcp_tool_permissions: { [two]: ['echo'] } }),
    [
      ['0.0.0', ALL],
      ['1.96.0', ''],
    ],
  ],
  [
    'a group',
    ({ group }) => ({ mcp_access_groups: [group] }),
    [
      ['0.0.0', ALL],
      ['1.96.0', ''],
    ],
  ],
  [
    'a group that nobody is in',
    () => ({ mcp_access_groups: ['nobodys'] }),
    [
      ['0.0.0', ALL],
      ['1.106.0', ''],
    ],
  ],
  [
    'a toolset',
    ({ toolset }) => ({ mcp_toolsets: [toolset ?? 'gone'] }),
    [
      ['0.0.0', ALL],
      ['1.105.0', ''],
    ],
  ],
  [
    'a toolset that is gone',
    () => ({ mcp_toolsets: ['gone'] }),
    [
      ['0.0.0', ALL],
      ['1.105.0', ''],
    ],
  ],
  ['a vector store', () => ({ vector_stores: ['some'] }), [['0.0.0', ALL]]],
]

/** The same for what a key of its own is granted. Whatever it is, the key sees no more than that from 1.81 on. */
const KEYS: readonly (readonly [what: string, object: (things: Things) => Server, seen: Since<string>])[] = [
  [
    'nothing',
    () => ({}),
    [
      ['0.0.0', ALL],
      ['1.81.0', ''],
    ],
  ],
  [
    'no servers',
    () => ({ mcp_servers: [] }),
    [
      ['0.0.0', ALL],
      ['1.81.0', ''],
    ],
  ],
  [
    'a server',
    ({ one }) => ({ mcp_servers: [one] }),
    [
      ['0.0.0', ALL],
      ['1.81.0', 'short_one'],
    ],
  ],
  [
    'a group',
    ({ group }) => ({ mcp_access_groups: [group] }),
    [
      ['0.0.0', ALL],
      ['1.81.0', 'short_two'],
    ],
  ],
  [
    'a tool',
    ({ two }) => ({ mcp_tool_permissions: { [two]: ['echo'] } }),
    [
      ['0.0.0', ALL],
      ['1.81.0', ''],
      ['1.96.0', 'short_two'],
    ],
  ],
]

async function thingsOf(bench: Bench): Promise<Things> {
  const group = `${bench.prefix}_short`
  const one = await bench.make('short_one')
  const two = await bench.make('short_two', { mcp_access_groups: [group] })
  await bench.make('short_three')
  const json = { toolset_name: `${bench.prefix}_short`, tools: [{ server_id: two, tool_name: 'echo' }] }
  const { status, body } = await bench.ask('POST', '/v1/mcp/toolset', { json })
  const toolset = status === 201 ? String((body as Server)['toolset_id']) : null
  if (toolset !== null) bench.undo('DELETE', `/v1/mcp/toolset/${toolset}`)
  return { one, two, group, toolset }
}

async function seenBy(bench: Bench, key: string): Promise<string> {
  const names = Object.keys(await bench.list(key))
  return names
    .filter((name) => name.startsWith('short_'))
    .toSorted()
    .join(' ')
}

/** Which servers the list shows to admins. */
export function shortLists(bench: Benched, version: string): void {
  describe("shows an admin's key", () => {
    let things: Things | undefined
    const known = (): Things => {
      if (!things) throw new Error('nothing was made')
      return things
    }
    beforeAll(async () => {
      things = await thingsOf(bench())
    })

    for (const [index, [what, object, seen]] of USERS.entries()) {
      test(`whose user is granted ${what}: ${at(version, seen) || 'nothing'}`, async () => {
        const more = { object_permission: object(known()) }
        const user = await bench().user('proxy_admin', `-short-${index}`, more)
        expect(await seenBy(bench(), await bench().key({ user_id: user }))).toBe(at(version, seen))
      })
    }

    for (const [index, [what, object, seen]] of KEYS.entries()) {
      test(`that is granted ${what}: ${at(version, seen) || 'nothing'}`, async () => {
        const user = await bench().user('proxy_admin', `-key-${index}`)
        const key = await bench().key({ user_id: user, object_permission: object(known()) })
        expect(await seenBy(bench(), key)).toBe(at(version, seen))
      })
    }

    test('that belongs to a team: all servers up to 1.108', async () => {
      const user = await bench().user('proxy_admin', '-short-team')
      const id = `${bench().prefix}-short-team`
      const json = { team_id: id, object_permission: { mcp_servers: [known().one] } }
      await bench().ask('POST', '/team/new', { json })
      bench().undo('POST', '/team/delete', { team_ids: [id] })
      const key = await bench().key({ user_id: user, team_id: id })
      expect(await seenBy(bench(), key)).toBe(
        at(version, [
          ['0.0.0', ALL],
          ['1.109.0', 'short_one'],
        ]),
      )
      const { body } = await bench().ask('GET', '/key/info', { key })
      expect(body).toMatchObject({ info: { team_id: id, object_permission: null } })
    })

    testWhere(isSince(version, '1.96.0'))('by id what it does not list, and lets it be written', async () => {
      const more = { object_permission: { mcp_servers: [known().one] } }
      const user = await bench().user('proxy_admin', '-short-writes', more)
      const key = await bench().key({ user_id: user })
      const { body: own } = await bench().ask('GET', '/v2/user/info', { key })
      expect(own).toMatchObject({
        user_role: 'proxy_admin',
        object_permission: { mcp_servers: [known().one] },
      })
      const record = await bench().get(known().two, key)
      expect(record).toMatchObject({ server_id: known().two, approval_status: 'active' })
      const answer = await bench().put({ server_id: known().two, url: record['url'] }, { key })
      expect(answer.status).toBe(202)
      expect(await seenBy(bench(), key)).toBe('')
    })
  })
}
