import type { Bench } from './bench.ts'
import { NO_PATH, WORKS } from './bench.ts'
import type { Received, Since } from './http.ts'

/** The kinds of keys, in the order of the grids below. */
export const ROLES = [
  'admin',
  'scoped',
  'limited',
  'reader',
  'user',
  'granted',
  'grouped',
  'userless',
] as const
export type Role = (typeof ROLES)[number]

/** What the role tests work on: a key of each kind, and servers by how a key may come to use them. */
export interface Scene {
  readonly keys: Readonly<Record<Role, string>>
  readonly granted: string
  readonly other: string
  readonly grouped: string
  readonly admin: string
  readonly user: string
  readonly prefix: string
}

type Call = (bench: Bench, scene: Scene, key: string) => Promise<Received>

const get =
  (path: string): Call =>
  (bench, _scene, key) =>
    bench.ask('GET', path, { key })

/** Calls of every route, made with every kind of key; none of them writes. */
export const CALLS: Readonly<Record<string, Call>> = {
  'key info': get('/key/info'),
  'own user': get('/v2/user/info'),
  'info of the user': (bench, { user }, key) => bench.ask('GET', `/user/info?user_id=${user}`, { key }),
  'info of the admin': (bench, { admin }, key) => bench.ask('GET', `/user/info?user_id=${admin}`, { key }),
  'user settings': get('/get/internal_user_settings'),
  'readiness details': get('/health/readiness/details'),
  discover: get('/v1/mcp/discover'),
  groups: get('/v1/mcp/access_groups'),
  'the granted server': (bench, { granted }, key) => bench.ask('GET', `/v1/mcp/server/${granted}`, { key }),
  "nobody's server": (bench, { other }, key) => bench.ask('GET', `/v1/mcp/server/${other}`, { key }),
  "the group's server": (bench, { grouped }, key) => bench.ask('GET', `/v1/mcp/server/${grouped}`, { key }),
  'no server': (bench, { prefix }, key) => bench.ask('GET', `/v1/mcp/server/${prefix}-none`, { key }),
  put: (bench, { prefix }, key) => bench.put({ server_id: `${prefix}-none`, url: WORKS }, { key }),
  'put of a bad name': (bench, { other }, key) => bench.put({ server_id: other, alias: 'a-b' }, { key }),
  post: (bench, { other }, key) => bench.post({ server_id: other, url: WORKS }, { key }),
  delete: (bench, { prefix }, key) => bench.ask('DELETE', `/v1/mcp/server/${prefix}-none`, { key }),
  health: (bench, { granted }, key) =>
    bench.ask('GET', `/v1/mcp/server/health?server_ids=${granted}`, { key }),
  'connection test': (bench, _, key) =>
    bench.ask('POST', '/mcp-rest/test/connection', { key, json: { url: NO_PATH, transport: 'sse' } }),
  'tools test': (bench, _, key) =>
    bench.ask('POST', '/mcp-rest/test/tools/list', { key, json: { url: NO_PATH, transport: 'sse' } }),
  'tools of the granted server': (bench, { granted }, key) =>
    bench.ask('GET', `/mcp-rest/tools/list?server_id=${granted}`, { key }),
  "tools of nobody's server": (bench, { other }, key) =>
    bench.ask('GET', `/mcp-rest/tools/list?server_id=${other}`, { key }),
}

/** Refusals by a piece of their text, so that a grid can name them in a word. */
const WORDS: readonly (readonly [text: string, word: string])[] = [
  ['Virtual key is not allowed to call this route.', 'route'],
  ['user not allowed to access this route, role=', 'role'],
  ['Only proxy admin can be used to generate', 'admins'],
  ["key not allowed to access this user's info.", 'foreign'],
  ['User does not have permission to view mcp server', 'hidden'],
  ['User is not a proxy admin.', 'write'],
  ['User does not have permission to create mcp servers.', 'write'],
  ['Only proxy admins can access MCP discovery.', 'discovery'],
  ['User does not have permission to test MCP server', 'test'],
  ['access_denied', 'denied'],
  ['user_id is required.', 'nobody'],
  ["Server name cannot contain '-'", 'name'],
  ['already exists. Cannot create another.', 'exists'],
]

/** An answer in a word: its status, and why where that is a refusal that the tests know. */
export function outcomeOf({ status, body }: Received): string {
  const text = JSON.stringify(body)
  const word = WORDS.find(([piece]) => text.includes(piece))?.[1]
  return word === undefined ? String(status) : `${status}:${word}`
}

/** Which of the scene's servers the list shows to each kind of key; a status where there is no list. */
export const VISIBLE: Since<Readonly<Record<Role, string>>> = [
  [
    '0.0.0',
    {
      admin: 'everybodys granted_only grouped_only nobodys',
      scoped: 'everybodys granted_only grouped_only nobodys',
      limited: '500',
      reader: '403',
      user: 'everybodys granted_only grouped_only nobodys',
      granted: 'granted_only',
      grouped: 'grouped_only',
      userless: 'everybodys granted_only grouped_only nobodys',
    },
  ],
  [
    '1.81.0',
    {
      admin: 'everybodys granted_only grouped_only nobodys',
      scoped: 'everybodys',
      limited: 'everybodys granted_only grouped_only nobodys',
      reader: 'everybodys granted_only grouped_only nobodys',
      user: 'everybodys',
      granted: 'everybodys granted_only',
      grouped: 'everybodys grouped_only',
      userless: 'everybodys',
    },
  ],
  [
    '1.105.7',
    {
      admin: 'everybodys granted_only grouped_only nobodys',
      scoped: 'everybodys',
      limited: 'everybodys granted_only grouped_only nobodys',
      reader: 'everybodys granted_only grouped_only nobodys',
      user: 'everybodys',
      granted: 'everybodys granted_only',
      grouped: 'everybodys grouped_only',
      userless: 'everybodys',
    },
  ],
]

/** Outcomes of {@link CALLS}, a column for each of {@link ROLES}. */
export const GRIDS: Since<Readonly<Record<string, string>>> = [
  [
    '0.0.0',
    {
      'key info': '200 200 500 200 200 200 200 200',
      'own user': '404 404 404 404 404 404 404 404',
      'info of the user': '200 200 500 403:foreign 200 200 403:foreign 403:foreign',
      'info of the admin': '200 200 500 403:foreign 403:foreign 403:foreign 403:foreign 403:foreign',
      'user settings': '200 200 500 403:role 401:admins 401:admins 401:admins 401:admins',
      'readiness details': '404 404 404 404 404 404 404 404',
      discover: '404 404 404 404 404 404 404 404',
      groups: '200 200 500 403:role 200 200 200 200',
      'the granted server': '200 200 500 403:role 403:hidden 200 403:hidden 403:hidden',
      "nobody's server": '200 200 500 403:role 403:hidden 403:hidden 403:hidden 403:hidden',
      "the group's server": '200 200 500 403:role 403:hidden 403:hidden 403:hidden 403:hidden',
      'no server': '404 404 500 403:role 404 404 404 404',
      put: '404 404 500 403:role 403:write 403:write 403:write 403:write',
      'put of a bad name': '400:name 400:name 500 403:role 400:name 400:name 400:name 400:name',
      post: '400:exists 400:exists 500 403:role 403:write 403:write 403:write 403:write',
      delete: '404 404 500 403:role 403:write 403:write 403:write 403:write',
      health: '200 200 500 403:role 200 200 200 200',
      'connection test': '200 200 200 200 200 200 200 200',
      'tools test': '200 200 500 403:role 200 200 200 200',
      'tools of the granted server': '200 200 500 403:role 200 200 200 200',
      "tools of nobody's server": '200 200 500 403:role 200 200 200 200',
    },
  ],
  [
    '1.81.0',
    {
      'key info': '200 200 403:route 200 200 200 200 200',
      'own user': '404 404 404 404 404 404 404 404',
      'info of the user': '200 200 403:route 403:foreign 200 200 403:foreign 403:foreign',
      'info of the admin': '200 200 403:route 403:foreign 403:foreign 403:foreign 403:foreign 403:foreign',
      'user settings': '200 200 403:route 403:role 401:admins 401:admins 401:admins 401:admins',
      'readiness details': '404 404 404 404 404 404 404 404',
      discover: '200 200 403:route 403:role 403:discovery 403:discovery 403:discovery 403:discovery',
      groups: '200 200 403:route 403:role 200 200 200 200',
      'the granted server': '200 200 403:route 403:role 403:hidden 200 403:hidden 403:hidden',
      "nobody's server": '200 200 403:route 403:role 403:hidden 403:hidden 403:hidden 403:hidden',
      "the group's server": '200 200 403:route 403:role 403:hidden 403:hidden 403:hidden 403:hidden',
      'no server': '404 404 403:route 403:role 404 404 404 404',
      put: '404 404 404 403:write 403:write 403:write 403:write 403:write',
      'put of a bad name': '400:name 400:name 400:name 400:name 400:name 400:name 400:name 400:name',
      post: '400:exists 400:exists 400:exists 403:write 403:write 403:write 403:write 403:write',
      delete: '404 404 403:route 403:role 403:write 403:write 403:write 403:write',
      health: '200 200 403:route 403:role 200 200 200 200',
      'connection test': '200 200 403:route 403:role 200 200 200 200',
      'tools test': '200 200 403:route 403:role 200 200 200 200',
      'tools of the granted server': '200 200:denied 200 200 200:denied 200 200:denied 200:denied',
      "tools of nobody's server": '200 200:denied 200 200 200:denied 200:denied 200:denied 200:denied',
    },
  ],
  [
    '1.105.7',
    {
      'key info': '200 200 403:route 200 200 200 200 200',
      'own user': '200 200 403:route 200 200 200 400:nobody 400:nobody',
      'info of the user': '200 200 403:route 200 200 200 403:foreign 403:foreign',
      'info of the admin': '200 200 403:route 200 403:foreign 403:foreign 403:foreign 403:foreign',
      'user settings': '200 200 403:route 200 401:admins 401:admins 401:admins 401:admins',
      'readiness details': '200 200 403:route 200 401:admins 401:admins 401:admins 401:admins',
      discover: '200 200 403:route 200 403:discovery 403:discovery 403:discovery 403:discovery',
      groups: '200 200 403:route 200 200 200 200 200',
      'the granted server': '200 200 200 200 403:hidden 200 403:hidden 403:hidden',
      "nobody's server": '200 200 200 200 403:hidden 403:hidden 403:hidden 403:hidden',
      "the group's server": '200 200 200 200 403:hidden 403:hidden 200 403:hidden',
      'no server': '404 404 404 404 404 404 404 404',
      put: '404 404 403:route 403:role 403:write 403:write 403:write 403:write',
      'put of a bad name': '400:name 400:name 403:route 403:role 400:name 400:name 400:name 400:name',
      post: '400:exists 400:exists 403:route 403:role 403:write 403:write 403:write 403:write',
      delete: '404 404 403:route 403:role 403:write 403:write 403:write 403:write',
      health: '200 200 200 200 200 200 200 200',
      'connection test': '200 200 403:route 403:role 403:test 403:test 403:test 403:test',
      'tools test': '200 200 403:route 403:role 403:test 403:test 403:test 403:test',
      'tools of the granted server': '200 403:denied 200 200 403:denied 200 403:denied 403:denied',
      "tools of nobody's server": '200 403:denied 200 200 403:denied 403:denied 403:denied 403:denied',
    },
  ],
]
