import { expect, test } from 'vitest'
import { MigrateError } from '../../../../src/core/errors.ts'
import type { Container, Ended } from '../../../../src/docker/port.ts'
import { handshake } from '../../../../src/mcp/handshake.ts'
import { localMachine } from '../../../../src/machine/local-machine.ts'
import { makeScene } from '../../../../src/runs/verify/scene/make-scene.ts'
import { networks } from '../../../../src/runs/verify/reachable/networks.ts'
import type { Scene } from '../../../../src/runs/verify/scene/scene.ts'
import { container, engineWith, type EngineAnswers } from '../../../support/containers.ts'
import { adHocRules } from '../../../support/rules.ts'

const SERVICES = '/app/servers.json'
const litellm = container('litellm', { 'litellm-net': '172.18.0.3' })
const proxy = container('mcp-proxy-sse', { 'litellm-net': '172.18.0.2' })
const command = ['mcp-proxy', '--named-server-config', SERVICES]

const ended = (answer: object): Ended => ({ code: 0, stdout: JSON.stringify(answer), stderr: '' })

const inside = (answer: object): Ended =>
  ended({ addresses: [], status: null, body: '', error: null, ...answer })

/** A look at these containers, where one server has moved to each of these URLs. */
async function look(
  containers: Container[],
  urls: string[],
  answers: EngineAnswers,
  names: Partial<Scene['names']> = {},
) {
  const scene = makeScene({
    gateway: new MigrateError('gateway-timeout', 'not asked'),
    gatewayUrl: 'http://127.0.0.1:4000',
    endpointFor: () => {
      throw new Error('no key is tried')
    },
    ruleSet: adHocRules('http://localhost:8585', 'http://mcp-proxy-sse:8080'),
    runs: [],
    journalProblems: [],
    machine: localMachine,
    docker: engineWith(containers, { command, ...answers }),
    names: { litellm: null, proxy: null, network: null, ...names },
    handshake,
    keys: [],
    chatModel: null,
    allowedPorts: new Set(),
    own: () => 'unused',
    curlHeaders: 'unused',
    timeoutMs: 5000,
  })
  const migrated = urls.map((url) => ({
    identity: { id: url, name: url, alias: null, source: 'database' as const },
    url,
    transport: 'sse',
    usersSignIn: false,
    hasCredentials: false,
    before: null,
    mover: null,
  }))
  return networks.look({ ...scene, migrated: () => Promise.resolve(migrated) }, () => {})
}

const url = (name: string): string => `http://mcp-proxy-sse:8080/servers/${name}/sse`
const services = (mcpServers: object): Record<string, string> => ({
  [SERVICES]: JSON.stringify({ mcpServers }),
})
const works = inside({
  addresses: ['172.18.0.2'],
  status: 200,
  body: '{"server_instances": {"fetch": "configured"}}',
})

test('all is well where the name leads to the proxy, which serves what is asked of it', async () => {
  const found = await look([litellm, proxy], [url('fetch')], { said: works, files: services({ fetch: {} }) })
  expect(found).toMatchObject({ outcome: 'pass', hint: null })
  expect(found.evidence).toContain(`the services in /status and ${SERVICES} cover every migrated server`)
})

test('a service that is disabled counts as missing, and a misspelt one is guessed', async () => {
  const files = services({ fetch: {}, n8n: { enabled: false } })
  const found = await look([litellm, proxy], [url('n8n'), url('fetsh')], { said: works, files })
  expect(found.outcome).toBe('fail')
  expect(found.evidence).toEqual(
    expect.arrayContaining([
      'n8n is disabled in /status',
      `n8n is disabled in ${SERVICES}`,
      `fetsh is not in ${SERVICES}; did you mean fetch?`,
    ]),
  )
  expect(found.hint).toMatch(/\n {2}docker restart mcp-proxy-sse$/)
})

test('a name that leads elsewhere is told', async () => {
  const found = await look([litellm, proxy], [], {
    said: inside({ addresses: ['203.0.113.5'], status: 200 }),
  })
  expect(found.evidence[0]).toBe(
    'mcp-proxy-sse → 203.0.113.5, which is not mcp-proxy-sse (172.18.0.2 on litellm-net)',
  )
  // It has the name already: what is wrong is what LiteLLM's container knows by itself.
  expect(found.hint).toMatch(/extra_hosts.*\n {2}docker exec litellm cat \/etc\/hosts$/)
})

test('a proxy without the name that is asked for gets it, and keeps those that it has', async () => {
  const attachments = [{ network: 'litellm-net', ip: '172.18.0.2', names: ['px', 'id-px', 'tools'] }]
  const px = container('px', {}, { attachments })
  const said = inside({ error: 'Name or service not known' })
  const found = await look([litellm, px], [], { said }, { proxy: 'px' })
  expect(found.hint).toMatch(
    /\n {2}docker network disconnect litellm-net px\n {2}docker network connect --alias tools --alias mcp-proxy-sse litellm-net px$/,
  )
})

test('of two under one name, the one with the tools behind it is the proxy, and the other is to go', async () => {
  const attachments = [{ network: 'litellm-net', ip: '172.18.0.9', names: ['a-web', 'mcp-proxy-sse'] }]
  const impostor = container('a-web', {}, { attachments })
  const answer = ({ MCP_URL_MIGRATE_ASKED = '' }: Readonly<Record<string, string>>): Ended => {
    const { url, transport } = JSON.parse(MCP_URL_MIGRATE_ASKED) as { url: string; transport?: string }
    if (transport === undefined) return inside({ addresses: ['172.18.0.2', '172.18.0.9'], status: 200 })
    return new URL(url).hostname === '172.18.0.2'
      ? ended({ event: 'tools', tools: [{ name: 'fetch', inputSchema: {} }] })
      : ended({ event: 'failure', code: 'ECONNREFUSED', tls: false })
  }
  for (const containers of [
    [impostor, litellm, proxy],
    [proxy, impostor, litellm],
  ]) {
    const found = await look(containers, [url('fetch')], { said: answer, files: services({ fetch: {} }) })
    expect(found.outcome).toBe('fail')
    expect(found.evidence[0]).toMatch(
      /^2 containers answer to the name mcp-proxy-sse on litellm-net, .*: mcp-proxy-sse \(serves MCP\), a-web \(serves no MCP: /,
    )
    expect(found.hint).toMatch(
      /^Remove a-web from litellm-net.*\n {2}docker network disconnect litellm-net a-web$/,
    )
  }
})

test('a name that leads to somebody else as well is told, and one that leads to the proxy on two networks is not', async () => {
  const said = inside({ addresses: ['172.18.0.2', '172.18.0.66'], status: 200 })
  expect((await look([litellm, proxy], [], { said })).evidence[0]).toContain('of which 172.18.0.66 is not')
  const twice = container('mcp-proxy-sse', { 'litellm-net': '172.18.0.2', other: '172.18.0.66' })
  expect((await look([litellm, twice], [], { said })).outcome).toBe('pass')
})

test('what could not be asked from inside is not called good', async () => {
  const said = { code: null, stdout: '', stderr: '' }
  expect((await look([litellm, proxy], [], { said })).outcome).toBe('skip')
})

test('a host of another place is not to become a name of the proxy', async () => {
  const said = inside({ addresses: ['203.0.113.5'], status: 200 })
  const found = await look([litellm, proxy], ['https://mcp.example.com/servers/fetch/sse'], { said })
  expect(found).toMatchObject({ outcome: 'pass', hint: null })
})

test('an unknown name is told', async () => {
  const found = await look([litellm, proxy], [], { said: inside({ error: 'Name or service not known' }) })
  expect(found.evidence[0]).toBe("inside LiteLLM's container the host mcp-proxy-sse is unknown")
})

test('without LiteLLM in a container there is nothing to look at, without the proxy there is', async () => {
  expect((await look([proxy], [], {})).outcome).toBe('skip')
  expect(await look([litellm], [], {})).toMatchObject({
    outcome: 'fail',
    hint: expect.stringContaining('docker ps -a'),
  })
})

test('--network insists on one network where they meet on another', async () => {
  const away = container('mcp-proxy-sse', { other: '172.19.0.2' })
  const both = container('litellm', { 'litellm-net': '172.18.0.3', other: '172.19.0.3' })
  const said = inside({ addresses: ['172.19.0.2'], status: 200 })
  expect((await look([both, away], [], { said })).outcome).toBe('pass')
  const found = await look([both, away], [], { said }, { network: 'litellm-net' })
  expect([found.evidence[0], found.hint]).toEqual([
    'mcp-proxy-sse is not on the network litellm-net; they meet on other',
    'Join mcp-proxy-sse to litellm-net:\n  docker network connect litellm-net mcp-proxy-sse',
  ])
})

test('nothing is claimed of a name where what was asked with gave no answer', async () => {
  for (const [said, why] of [
    [{ code: null, stdout: '', stderr: '' }, 'it did not answer in time'],
    [{ code: 142, stdout: '', stderr: '' }, 'it did not answer in time'],
    [
      { code: 1, stdout: '', stderr: 'Traceback\nImportError: no socket\n' },
      'its Python failed: ImportError: no socket',
    ],
    [{ code: 0, stdout: '{}', stderr: '' }, 'its Python failed: it printed no answer'],
    [
      { code: 0, stdout: '\u0000\ufffd{"addresses": 7}', stderr: '' },
      'its Python failed: it printed no answer',
    ],
  ] as const) {
    const { evidence } = await look([litellm, proxy], [], { said })
    expect(evidence).toContain(`nothing could be asked from inside LiteLLM's container: ${why}`)
  }
})
