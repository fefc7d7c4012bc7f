import { describe, expect } from 'vitest'
import type { Sandbox, SandboxOptions, SandboxRow } from '../../../src/sandbox/index.ts'
import type { Quirk } from '../../../src/sandbox/quirks.ts'
import { ask } from '../../contract/http.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  guideServer,
  sentence,
  test,
  type Trial,
  TWO,
  urls,
  writes,
} from '../../support/trial.ts'

watchForLeaks()

const THREE = [...TWO, guideServer('hidden')]

/** A filter that nobody knows yet: the list leaves out some servers, wherever it is asked, while `isOn` says so. */
const lacking = (ids: readonly string[] = ['id-hidden'], isOn = (): boolean => true): Quirk => ({
  on: { method: 'GET', path: '/v1/mcp/server' },
  do: {
    alter: (body) =>
      Array.isArray(body) && isOn()
        ? (body as SandboxRow[]).filter(({ server_id: id }) => !ids.includes(id))
        : body,
  },
})

const make = async (sandbox: Sandbox, path: string, json: unknown): Promise<void> => {
  const target = { ...sandbox, username: '', password: '' }
  const { status, body } = await ask(target, 'POST', path, { json })
  if (status > 201) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
}

const refusal = async (trial: Trial, args: readonly string[] = ['--yes']) => {
  const before = urls(trial.sandbox.rows())
  const finished = await trial.call([...args, '--json'])
  expect(finished.code).toBe(1)
  expect(urls(trial.sandbox.rows())).toEqual(before)
  return documentOf<{ code: string; message: string; hint: string }>(finished)
}

const permission = { mcp_servers: ['id-hidden'] }

/** Who may name a server, and how the refusal names them. */
const NAMES: [who: string, path: string, json: unknown, said: string, version?: string][] = [
  ['a key', '/key/generate', { key_alias: 'ci', object_permission: permission }, 'the key ci'],
  [
    "a key's tools",
    '/key/generate',
    { key_alias: 'ci', object_permission: { mcp_tool_permissions: { 'id-hidden': ['x'] } } },
    'the key ci',
  ],
  [
    'a key, by the name',
    '/key/generate',
    { key_alias: 'ci', object_permission: { mcp_servers: ['hidden'] } },
    'the key ci',
  ],
  ['a team', '/team/new', { team_id: 't', team_alias: 'us', object_permission: permission }, 'the team us'],
  ['a user', '/user/new', { user_id: 'bob', object_permission: permission }, 'the user bob'],
  ['an agent', '/v1/agents', { agent_name: 'smith', object_permission: permission }, 'the agent smith'],
  [
    'an access group',
    '/v1/access_group',
    { access_group_name: 'g', access_mcp_server_ids: ['id-hidden'] },
    'the access group g',
  ],
  // Read in 1.108.7: such a group may name a server by its tools alone.
  [
    "an access group's tools",
    '/v1/access_group',
    { access_group_name: 'g', mcp_tool_permissions: { 'id-hidden': ['x'] } },
    'the access group g',
    '1.108.7',
  ],
  [
    'a toolset',
    '/v1/mcp/toolset',
    { toolset_name: 's', tools: [{ server_id: 'id-hidden', tool_name: 'x' }] },
    'the toolset s',
  ],
]

describe.concurrent('a list that lacks a server which the gateway still has is short, where', () => {
  for (const [who, path, json, said, version = '1.106.2'] of NAMES) {
    test(`${who} names it: nothing is written`, async ({ open }) => {
      const trial = await open({ version, servers: THREE, quirks: [lacking()] })
      await make(trial.sandbox, path, json)
      const { code, message, hint } = await refusal(trial)
      expect(code).toBe('key-scoped')
      expect(message).toBe(
        `The gateway's list of MCP servers is short: it lacks hidden (id-hidden), which ${said} names, and the gateway still has its record`,
      )
      expect(hint).toContain('use the key of another admin')
      expect(hint).toContain('try again in a minute')
      expect(writes(trial.sandbox)).toBe(0)
    })
  }

  test('an earlier run moved it: neither dry run nor status nor verify take the list for the whole', async ({
    open,
  }) => {
    let isShort = false
    const trial = await open({ servers: THREE, quirks: [lacking(undefined, () => isShort)] })
    await trial.setUp(['--yes'])
    await trial.setUp(['--revert', '--yes'])
    isShort = true
    expect(await refusal(trial, ['--dry-run'])).toMatchObject({ code: 'key-scoped' })
    const status = await trial.call(['status', '--json'])
    expect(status.code).toBe(1)
    expect(documentOf(status)).toMatchObject({ gateway: { problem: { code: 'key-scoped' } } })
    const verify = await trial.call(['verify', '--check', 'gateway', '--json'])
    expect(verify.code).toBe(5)
    const { checks } = documentOf<{ checks: { id: string; outcome: string; evidence: string[] }[] }>(verify)
    expect(checks.map(({ id, outcome }) => [id, outcome])).toEqual([['gateway', 'fail']])
    expect(checks[0]?.evidence.join(' ')).toContain('it lacks hidden (id-hidden), which an earlier run names')
    expect((await trial.call(['--revert', '--yes'])).code).toBe(0)
  })

  test('several are missing: one is named, and the others counted', async ({ open }) => {
    const trial = await open({ servers: THREE, quirks: [lacking(['id-hidden', 'id-n8n', 'id-fetch'])] })
    const ids = ['id-n8n', 'id-hidden', 'id-fetch']
    await make(trial.sandbox, '/key/generate', { key_alias: 'ci', object_permission: { mcp_servers: ids } })
    const { message } = await refusal(trial)
    expect(message).toMatch(/lacks n8n \(id-n8n\), which the key ci names, .* and of 2 other servers$/)
  })

  test('a group names it, and a key many that are long gone', async ({ open }) => {
    const trial = await open({ version: '1.106.2', servers: THREE, quirks: [lacking()] })
    const gone = Array.from({ length: 60 }, (_, i) => `gone-${i}`)
    const group = { access_group_name: 'g', access_mcp_server_ids: ['id-hidden'] }
    await make(trial.sandbox, '/key/generate', { object_permission: { mcp_servers: gone } })
    await make(trial.sandbox, '/v1/access_group', group)
    expect((await refusal(trial)).message).toContain('which the access group g names')
  })

  test('the key that names it comes after the first hundred', async ({ open }) => {
    const trial = await open({ version: '1.106.2', servers: THREE, quirks: [lacking()] })
    for (let n = 0; n <= 202; n += 1)
      await make(trial.sandbox, '/key/generate', {
        key_alias: `k${n}`,
        object_permission: n === 101 ? permission : { mcp_servers: ['id-fetch'] },
      })
    expect((await refusal(trial)).message).toContain('which the key k101 names')
  })

  test("an admin's key is asked, which is told to make way for the master key", async ({ open }) => {
    const key = 'sk-admin-of-the-short-list'
    const trial = await open({
      servers: THREE,
      quirks: [lacking()],
      keys: [{ key, userId: 'anna', role: 'proxy_admin', alias: 'ops', objectPermission: null }],
    })
    await make(trial.sandbox, '/key/generate', { key_alias: 'ci', object_permission: permission })
    const { code, stderr } = await trial.call(['--yes'], { env: { LITELLM_PROXY_API_KEY: key } })
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      "this account (admin key ops of anna) is limited to some MCP servers in a way that this tool does not know: use the master key, or another admin's",
    )
  })
})

describe.concurrent('a list is whole, although somebody names a server that it lacks, where', () => {
  const cases: [what: string, options: SandboxOptions, object: object][] = [
    ['the server was deleted', { servers: TWO }, { mcp_servers: ['id-hidden', 'another'] }],
    ['the name is that of a listed one', { servers: TWO }, { mcp_servers: ['fetch'] }],
    [
      'the name stands for all, or none',
      { servers: TWO },
      { mcp_servers: ['no-mcp-servers', 'all-proxy-mcpservers'] },
    ],
    // Seen on 1.77.7 to 1.106.2: LiteLLM keeps any text, and GET has another answer for these.
    [
      'the name is none that a record could be asked for by',
      { servers: TWO },
      { mcp_servers: ['', '.', '..', 'health', 'submissions', '*', '\u0000', '\ud800'] },
    ],
    [
      'the server waits for review',
      {
        servers: [
          ...TWO,
          guideServer('hidden', { approval_status: 'pending_review', submitted_at: '2026-01-01T00:00:00Z' }),
        ],
      },
      permission,
    ],
    [
      'the server backs the sign-in of an admin, and is no server yet',
      {
        servers: [...TWO, guideServer('hidden', { approval_status: 'draft', url: 'http://localhost:7/sse' })],
      },
      permission,
    ],
  ]
  for (const [what, options, object_permission] of cases) {
    test(what, async ({ open }) => {
      const trial = await open(options)
      await make(trial.sandbox, '/key/generate', { key_alias: 'ci', object_permission })
      expect((await trial.call(['--yes'])).code).toBe(0)
      const hosts = trial.sandbox.rows().map(({ url }) => new URL(String(url)).host)
      expect(hosts.slice(0, 2)).toEqual(['mcp-proxy-sse:8080', 'mcp-proxy-sse:8080'])
    })
  }

  test('the server is deleted while the list is taken again', async ({ open }) => {
    const lists = lacking()
    const trial = await open({
      servers: THREE,
      quirks: [
        lists,
        {
          on: { method: 'GET', path: '/v1/mcp/server/id-hidden', nth: 2 },
          do: { status: 404, body: { detail: { error: 'gone' } } },
        },
      ],
    })
    await make(trial.sandbox, '/key/generate', { key_alias: 'ci', object_permission: permission })
    expect((await trial.call(['--yes'])).code).toBe(0)
  })

  for (const path of [/^\/key\/list/, /^\/v1\/access_group/, /^\/v2\/team\/list/, /^\/user\/list/]) {
    test(`the gateway does not tell who names servers: ${path.source}`, async ({ open }) => {
      const trial = await open({
        servers: TWO,
        quirks: [{ on: { method: 'GET', path }, do: { status: 500, body: { detail: 'no' } } }],
      })
      expect((await trial.call(['--yes'])).code).toBe(0)
      expect(writes(trial.sandbox)).toBe(2)
    })
  }

  test('there are thousands of grants of servers long gone: few of them are looked for', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const gone = Array.from({ length: 400 }, (_, i) => `gone-${i}`)
    await make(trial.sandbox, '/v1/access_group', { access_group_name: 'g', access_mcp_server_ids: gone })
    for (let n = 0; n < 5; n += 1)
      await make(trial.sandbox, '/team/new', {
        team_id: `t${n}`,
        object_permission: { mcp_servers: [`old-${n}`] },
      })
    const before = trial.sandbox.requests.length
    expect((await trial.call(['--dry-run'])).code).toBe(0)
    const asked = trial.sandbox.requests.slice(before).map(({ path }) => path)
    expect(asked.filter((path) => /\/(gone|old)-/.test(path))).toHaveLength(50)
    expect(asked.filter((path) => path.startsWith('/team/info'))).toHaveLength(3)
    expect(asked.filter((path) => path.startsWith('/key/list'))).toHaveLength(1)
    expect(asked.filter((path) => path.startsWith('/customer'))).toEqual([])
  })
})
