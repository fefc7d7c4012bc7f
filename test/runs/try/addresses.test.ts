import { afterEach, describe, expect, test } from 'vitest'
import { assemblePlan } from '../../../src/core/plan/forward/forward.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Reach, Witness } from '../../../src/core/reach/reach.ts'
import { connect } from '../../../src/gateway/connect/connect.ts'
import type { Gateway } from '../../../src/gateway/port.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.ts'
import { preflight } from '../../../src/runs/try/addresses.ts'
import { NOWHERE } from '../../../src/runs/deployment/surroundings.ts'
import { NO_FILES } from '../../../src/core/config/move/configuration.ts'
import { takeInventory } from '../../../src/runs/plan/inventory.ts'
import { adHocRules } from '../../support/rules.ts'

const running: Sandbox[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()))
})

const guideServer = (name: string, more: object = {}): Record<string, unknown> => ({
  server_id: `id-${name}`,
  server_name: name,
  url: `http://localhost:8585/servers/${name}/sse`,
  ...more,
})

const NEW = 'http://mcp-proxy-sse:8080'
const NAMES = ['fetch', 'filesystem', 'n8n', 'postgres']

/** A plan for the guide's servers on a sandbox gateway, tried. */
async function tried(
  options: SandboxOptions,
  witness: Witness | null = null,
): Promise<{ plan: Plan; sandbox: Sandbox }> {
  const sandbox = await startSandbox({ servers: NAMES.map((name) => guideServer(name)), ...options })
  running.push(sandbox)
  const gateway = await connect({ url: sandbox.url, keyHeader: null, timeoutSeconds: 35 }, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  const planned = await planFor(gateway)
  const plan = await preflight(planned, gateway, {
    around: () => Promise.resolve({ ...NOWHERE, witness }),
    accepted: ['unreachable'],
    onTried: () => {},
  })
  return { plan, sandbox }
}

async function planFor(gateway: Gateway): Promise<Plan> {
  const ruleSet = adHocRules('http://localhost:8585', NEW)
  const listed = await gateway.list()
  const selected = new Set(listed.map(({ server_id: id }) => id))
  const scope = { ruleSet, thorough: false, selected, previous: null, onRead: () => {} }
  const configuration = NO_FILES
  const recalled = new Set<string>()
  const inventory = await takeInventory(gateway, listed, { ...scope, configuration, recalled })
  return assemblePlan({
    createdAt: '',
    gateway: gateway.identity,
    ruleSet,
    inventory,
    selected,
    accepted: ['unreachable'],
  })
}

/** What was found by server, shortly. */
const kinds = ({ changes, preflight: found }: Plan): Record<string, unknown> =>
  Object.fromEntries(
    changes.map(({ id, server }) => [server.name, `${found[id]?.outcome} ${found[id]?.kind}`]),
  )

const trials = ({ requests }: Sandbox): number =>
  requests.filter(({ path }) => path === '/mcp-rest/test/tools/list').length

const somebody = (kind: Reach['kind']): Witness => ({
  where: 'from a hill',
  look: () => Promise.resolve({ kind, tools: null, evidence: `from a hill: ${kind}` }),
})

describe('a preflight', () => {
  test('finds the tools at the new addresses, and records those at the old ones', async () => {
    const { plan, sandbox } = await tried({})
    expect(Object.values(kinds(plan))).toEqual(NAMES.map(() => 'reached tools'))
    expect(plan.tools['id-fetch']?.map(({ name }) => name)).toEqual(['echo', 'fetch_ping'])
    expect(sandbox.requests.some(({ method }) => method === 'PUT')).toBe(false)
  })

  test('sends no id, no auth type and no credentials of a server', async () => {
    const secret = { auth_type: 'oauth2', credentials: { client_secret: 'hush' }, static_headers: { a: 'b' } }
    const { sandbox } = await tried({ servers: [guideServer('fetch', secret)] })
    const sent = sandbox.requests.find(({ path }) => path === '/mcp-rest/test/tools/list')
    expect(sent?.body).toEqual({
      server_name: 'mcp_url_migrate_preflight',
      url: `${NEW}/servers/fetch/sse`,
      transport: 'sse',
      auth_type: 'none',
    })
  })

  test('asks a dead origin once', async () => {
    const { plan, sandbox } = await tried({
      faults: { [NEW]: 'unknown-host', 'http://localhost:8585': 'refused' },
    })
    expect(Object.values(kinds(plan))).toEqual(NAMES.map(() => 'failed unreachable'))
    expect(trials(sandbox)).toBe(1)
    const found = Object.values(plan.preflight).map(({ evidence }) => evidence)
    expect(found.filter((text) => text === 'not tried: the host cannot be reached')).toHaveLength(3)
    expect(sandbox.requests.filter(({ path }) => path.startsWith('/mcp-rest/tools/list?'))).toHaveLength(1)
    expect(Object.values(plan.tools)).toEqual(NAMES.map(() => null))
  })

  test('does not take an origin for dead where some servers are silent and others answer', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `s${i}`)
    const sandbox = await startSandbox({ servers: names.map((name) => guideServer(name)) })
    running.push(sandbox)
    const gateway = await connect({ url: sandbox.url, keyHeader: null, timeoutSeconds: 35 }, () =>
      Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
    )
    // Every second one hangs; nobody waits for it here.
    const look = (url: string): Reach =>
      Number(/s(\d+)/.exec(new URL(url).pathname.split('/')[2] ?? '')?.[1]) % 2 === 1
        ? { kind: 'time-out', tools: null, evidence: 'silence' }
        : { kind: 'tools', tools: [], evidence: 'tools' }
    const fast = Object.create(gateway, {
      tryAddress: { value: ({ url }: { url: string }) => Promise.resolve(look(url)) },
      tools: { value: () => Promise.resolve(look('http://x/servers/s1/')) },
    }) as Gateway
    const plan = await preflight(await planFor(gateway), fast, {
      around: () => Promise.resolve(NOWHERE),
      accepted: ['unreachable'],
      onTried: () => {},
    })
    const found = Object.values(kinds(plan))
    expect(found.filter((kind) => kind === 'reached tools')).toHaveLength(30)
  })

  test('tells one failure from another, and goes on', async () => {
    const at = (name: string): string => `${NEW}/servers/${name}/`
    const { plan } = await tried({
      faults: { [at('fetch')]: 421, [at('filesystem')]: 404, [at('n8n')]: 401, [at('postgres')]: 'no-tools' },
    })
    expect(kinds(plan)).toEqual({
      fetch: 'failed host-refused',
      filesystem: 'failed not-found',
      n8n: 'sign-in unauthorized',
      postgres: 'failed no-tools',
    })
  })

  test('has a witness tell the cause where the release does not', async () => {
    const faults = { [`${NEW}/servers/fetch/`]: 421 as const }
    const mute = await tried({ version: '1.81.14', faults })
    expect(kinds(mute.plan)).toMatchObject({ fetch: 'failed unclear', n8n: 'reached tools' })
    const told = await tried({ version: '1.81.14', faults }, somebody('host-refused'))
    expect(kinds(told.plan)).toMatchObject({ fetch: 'failed host-refused', n8n: 'reached tools' })
    const gone = await tried({ faults: { [NEW]: 'refused' } }, somebody('refused'))
    expect(Object.values(kinds(gone.plan))).toEqual(NAMES.map(() => 'failed refused'))
    expect(trials(gone.sandbox)).toBe(1)
  })

  test('takes a server that signs in for one where it cannot be told, if its neighbours work', async () => {
    const servers = [guideServer('fetch', { auth_type: 'bearer_token' }), guideServer('n8n')]
    const faults = { [`${NEW}/servers/fetch/`]: 401 as const }
    const { plan } = await tried({ version: '1.81.14', servers, faults })
    expect(kinds(plan)).toEqual({ fetch: 'sign-in unclear', n8n: 'reached tools' })
    const alone = await tried({ version: '1.81.14', servers: servers.slice(0, 1), faults })
    expect(kinds(alone.plan)).toEqual({ fetch: 'failed unclear' })
  })

  test('takes a login page for a failure, but of a server that signs in', async () => {
    const servers = [guideServer('fetch', { auth_type: 'bearer_token' }), guideServer('n8n')]
    const { plan } = await tried({ servers, faults: { [NEW]: 401 } }, somebody('login-page'))
    expect(kinds(plan)).toEqual({ fetch: 'sign-in login-page', n8n: 'failed login-page' })
  })

  test('judges by tools on a release that hides every fault', async () => {
    const faults = { [`${NEW}/servers/fetch/`]: 404 as const }
    const { plan } = await tried({ version: '1.77.7', faults })
    expect(kinds(plan)).toMatchObject({ fetch: 'failed unclear', n8n: 'reached tools' })
    expect(plan.tools['id-fetch']).toHaveLength(2)
  })
})
