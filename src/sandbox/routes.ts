import { discover, home, liveliness, openapi, readiness, readinessDetails } from './about.ts'
import { type Answer, NOT_FOUND, wrongMethod } from './answers.ts'
import { authenticate } from './people/authenticate.ts'
import { completeChat } from './chat.ts'
import { serverHealth, serversHealth } from './backends/health.ts'
import { HOLDER_ROUTES } from './holders/routes.ts'
import { withoutDatabase } from './no-database.ts'
import { changePassword, updateUser } from './people/passwords.ts'
import { keyInfo, keysInfo, newKey, newUser, ownUser, userInfo, userSettings } from './people/people.ts'
import { forbidden } from './people/permit.ts'
import type { Release } from './release.ts'
import type { Ask, Received } from './request.ts'
import { accessGroups, deleteServer, getServer, listServers, postServer } from './servers/servers.ts'
import { listSignIns, storeSignIn } from './servers/sign-ins.ts'
import { formLogin, jsonLogin } from './people/signin.ts'
import { listSubmissions, registerServer } from './servers/submissions.ts'
import { listTools } from './backends/tools.ts'
import { testAnyConnection, testConnection, testTools } from './backends/trials.ts'
import { putServer } from './servers/update.ts'
import type { World } from './world.ts'

interface Route {
  readonly method: string
  readonly path: string
  /** Without it every release has the route. */
  readonly when?: (release: Release) => boolean
  /** Answers anybody. */
  readonly open?: (world: World, received: Received) => Answer | Promise<Answer>
  /** Answers a key that the route checks let through. */
  readonly keyed?: (ask: Ask) => Answer | Promise<Answer>
}

const SERVER = '/v1/mcp/server'
const CONNECTION = { method: 'POST', path: '/mcp-rest/test/connection' }

/** Exact paths stand before those with an id, as in LiteLLM. */
const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/', open: home },
  { method: 'GET', path: '/health/readiness', open: readiness },
  { method: 'GET', path: '/health/liveliness', open: liveliness },
  { method: 'GET', path: '/openapi.json', open: openapi },
  { method: 'POST', path: '/login', open: formLogin },
  { method: 'POST', path: '/v2/login', when: (release) => release.v2Login !== 'absent', open: jsonLogin },
  {
    method: 'GET',
    path: '/health/readiness/details',
    when: (release) => release.versionIn === 'details',
    keyed: ({ world }) => readinessDetails(world),
  },
  { method: 'GET', path: '/key/info', keyed: keyInfo },
  { method: 'POST', path: '/v2/key/info', keyed: keysInfo },
  { method: 'POST', path: '/key/generate', keyed: newKey },
  { method: 'GET', path: '/user/info', keyed: userInfo },
  { method: 'POST', path: '/user/new', keyed: newUser },
  { method: 'POST', path: '/user/update', keyed: updateUser },
  {
    method: 'POST',
    path: '/user/password/change',
    when: (release) => release.passwordChange,
    keyed: changePassword,
  },
  { method: 'GET', path: '/v2/user/info', when: (release) => release.v2UserInfo, keyed: ownUser },
  { method: 'GET', path: '/get/internal_user_settings', keyed: userSettings },
  { method: 'GET', path: '/v1/mcp/discover', when: (release) => release.discover, keyed: discover },
  { method: 'GET', path: '/v1/mcp/access_groups', keyed: accessGroups },
  { method: 'GET', path: SERVER, keyed: listServers },
  { method: 'POST', path: SERVER, keyed: postServer },
  { method: 'PUT', path: SERVER, keyed: putServer },
  { method: 'GET', path: `${SERVER}/health`, keyed: serversHealth },
  {
    method: 'GET',
    path: `${SERVER}/{id}/health`,
    when: (release) => release.healthPerServer,
    keyed: serverHealth,
  },
  {
    method: 'POST',
    path: `${SERVER}/{id}/oauth-user-credential`,
    when: (release) => release.signInsStored,
    keyed: storeSignIn,
  },
  {
    method: 'GET',
    path: `${SERVER}/{id}/user-credentials`,
    when: (release) => release.signInsListed,
    keyed: listSignIns,
  },
  {
    method: 'GET',
    path: `${SERVER}/submissions`,
    when: (release) => release.submissions,
    keyed: listSubmissions,
  },
  {
    method: 'POST',
    path: `${SERVER}/register`,
    when: (release) => release.submissions,
    keyed: registerServer,
  },
  { method: 'GET', path: `${SERVER}/{id}`, keyed: getServer },
  { method: 'DELETE', path: `${SERVER}/{id}`, keyed: deleteServer },
  { ...CONNECTION, when: (release) => release.testNeeds === 'nobody', open: testAnyConnection },
  { ...CONNECTION, when: (release) => release.testNeeds !== 'nobody', keyed: testConnection },
  { method: 'POST', path: '/mcp-rest/test/tools/list', keyed: testTools },
  { method: 'GET', path: '/mcp-rest/tools/list', keyed: listTools },
  { method: 'POST', path: '/v1/chat/completions', keyed: completeChat },
  ...HOLDER_ROUTES,
]

function idIn(pattern: string, path: string): string | undefined {
  if (pattern === path) return ''
  const [before = '', after] = pattern.split('{id}')
  if (after === undefined || !path.startsWith(before) || !path.endsWith(after)) return undefined
  const id = path.slice(before.length, path.length - after.length)
  return id === '' || id.includes('/') ? undefined : decodeURIComponent(id)
}

function routesAt(release: Release, path: string): readonly (Route & { id: string })[] {
  return ROUTES.flatMap((route) => {
    const id = idIn(route.path, path)
    return id !== undefined && (route.when?.(release) ?? true) ? [{ ...route, id }] : []
  })
}

/** Whether a release has any route at this path. */
export function hasPath(release: Release, path: string): boolean {
  return routesAt(release, path).length > 0
}

async function answerOf(world: World, route: Route, received: Received): Promise<Answer> {
  if (route.open) return route.open(world, received)
  const caller = authenticate(world, received.headers)
  if ('status' in caller) return caller
  // Where there is no master key no role is asked for, but by some routes themselves (seen on 1.105.7 and 1.106.2).
  const no = world.accounts.open ? undefined : forbidden(world.release, caller, received)
  if (no) return no
  const missing = world.database ? undefined : withoutDatabase(world.release, received.path)
  if (missing) return missing
  return (await route.keyed?.({ ...received, world, caller })) ?? NOT_FOUND
}

/** Answers one request as the release would. */
export async function answer(world: World, received: Received): Promise<Answer> {
  const here = routesAt(world.release, received.path)
  const [first] = here
  if (!first) return NOT_FOUND
  const route = here.find(({ method }) => method === received.method)
  return route ? answerOf(world, route, { ...received, id: route.id }) : wrongMethod(first.method)
}
