import { expect, test } from 'vitest'
import type { Container } from '../../../src/docker/port.ts'
import { locateDeployment } from '../../../src/runs/deployment/find.ts'
import { assembleTopology } from '../../../src/runs/deployment/topology.ts'
import { containerOn as container } from '../../support/containers.ts'

const at = (hostIp: string, hostPort: number, containerPort: number) => [
  { hostIp, hostPort, containerPort, protocol: 'tcp' },
]
const LITELLM = container('litellm', ['litellm-net', 'traefik-proxy'], {
  published: at('127.0.0.1', 4000, 4000),
})
const PROXY = container('mcp-proxy-sse', ['litellm-net', 'postgres-net'], {
  published: at('0.0.0.0', 8585, 8080),
})
const OTHERS = [
  container('postgres', ['postgres-net']),
  container('traefik', ['traefik-proxy'], { published: at('0.0.0.0', 443, 443) }),
  container('stray', ['litellm-net', 'elsewhere'], { published: at('0.0.0.0', 9000, 9000) }),
  container('unrelated', ['elsewhere']),
]

function assembled(containers: Container[], urls: string[] = []) {
  const names = [...new Set(containers.flatMap((each) => each.attachments.map(({ network }) => network)))]
  const networks = names.map((name) => ({ name, driver: 'bridge', internal: false }))
  const deployment = locateDeployment(
    { containers, networks, isLocal: true, mayHoldGateway: true },
    {
      names: { litellm: null, proxy: null, network: null },
      gatewayUrl: 'http://localhost:4000',
      newHosts: ['mcp-proxy-sse'],
    },
  )
  return assembleTopology(deployment, urls)
}

test('the two come first, then who is on the MCP network, then who shares another one with them', () => {
  const { containers, networks } = assembled([...OTHERS, PROXY, LITELLM])
  expect(containers.map(({ name }) => name)).toEqual([
    'litellm',
    'mcp-proxy-sse',
    'stray',
    'postgres',
    'traefik',
  ])
  expect(networks.map(({ name, mcp }) => [name, mcp])).toEqual([
    ['litellm-net', true],
    ['postgres-net', false],
    ['traefik-proxy', false],
  ])
})

test('exposed is what the MCP network publishes, but for LiteLLM itself', () => {
  const { containers } = assembled([...OTHERS, PROXY, LITELLM])
  expect(
    containers.flatMap(({ name, ports }) => ports.map(({ exposed, reach }) => [name, exposed, reach])),
  ).toEqual([
    ['litellm', false, 'machine'],
    ['mcp-proxy-sse', true, 'everybody'],
    ['stray', true, 'everybody'],
    ['traefik', false, 'everybody'],
  ])
})

test('what LiteLLM calls is found by name, by address, and on the machine where it is on its network', () => {
  const urls = [
    'http://mcp-proxy-sse:8080/servers/a/sse',
    'http://mcp-proxy-sse:8080/servers/b/sse',
    'http://172.18.0.2:9/x',
    'http://localhost:8585/servers/c/sse',
    'http://host.docker.internal:8585/servers/d/sse',
    'http://host.containers.internal:8585/servers/e/sse',
    'os.environ/X',
  ]
  const calls = (litellm: Container) =>
    Object.fromEntries(
      assembled([litellm, PROXY], urls).calls.map(({ origin, servers, to }) => [origin, [servers, to]]),
    )
  expect(calls(LITELLM)).toEqual({
    'http://mcp-proxy-sse:8080': [2, 'mcp-proxy-sse'],
    'http://172.18.0.2:9': [1, 'litellm'],
    'http://localhost:8585': [1, null],
    'http://host.docker.internal:8585': [1, 'mcp-proxy-sse'],
    'http://host.containers.internal:8585': [1, 'mcp-proxy-sse'],
  })
  expect(calls({ ...LITELLM, onHostNetwork: true })['http://localhost:8585']).toEqual([1, 'mcp-proxy-sse'])
})
