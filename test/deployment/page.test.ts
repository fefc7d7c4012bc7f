import { describe, expect, test } from 'vitest'
import { drawHtml } from '../../src/cli/render/status/diagram-html.ts'
import { openPorts, type Topology } from '../../src/core/deployment/topology.ts'
import { factsOf } from '../support/chromium.ts'
import { container } from '../support/topology.ts'

const open = (hostIp: string, hostPort: number, exposed: boolean) =>
  openPorts([{ hostIp, hostPort, containerPort: 8080, protocol: 'tcp' }], exposed)

const NETWORKS = [
  'litellm-net',
  'postgres-net',
  'redis-net',
  'traefik-proxy',
  'a_network_with_a_name_that_goes_on_and_on_until_the_end',
]

const TOPOLOGY: Topology = {
  networks: NETWORKS.map((name, i) => ({ name, internal: i === 1, mcp: i === 0 })),
  containers: [
    container('litellm', 'litellm', NETWORKS.slice(0, 4), { ports: open('127.0.0.1', 4000, false) }),
    container('mcp-proxy-sse', 'proxy', NETWORKS.slice(0, 2), {
      ports: [...open('0.0.0.0', 8585, true), ...open('2001:db8:85a3::8a2e:370:7334', 18585, true)],
    }),
    container('a-container-whose-name-goes-on-and-on-without-any-place-to-break-it', 'other', NETWORKS, {
      state: 'exited',
      status: 'Exited (1) 3 minutes ago',
    }),
    container('<b>&"traefik\'', 'other', ['traefik-proxy'], { ports: open('0.0.0.0', 443, false) }),
  ],
  calls: [
    { origin: 'http://mcp-proxy-sse:8080', servers: 6, to: 'mcp-proxy-sse' },
    { origin: 'http://localhost:8585', servers: 1, to: null },
  ],
}

const PAGE = drawHtml(TOPOLOGY, {
  gateway: 'https://litellm.example.com/a/root/path',
  at: '2026-11-25T17:00:00.000Z',
  remarks: ['The MCP network is litellm-net, by its name'],
})

describe.each(['light', 'dark'] as const)('the page in a browser, %s', (scheme) => {
  test.each([1200, 700, 480])('shows all and cuts nothing off, %i pixels wide', async (width) => {
    const facts = await factsOf(PAGE, scheme, width)
    expect(facts.containers).toEqual(TOPOLOGY.containers.map(({ name }) => ({ name, visible: true })))
    expect(facts.overflowing).toEqual([])
    expect(facts.overlapping).toEqual([])
  })

  test('can be read', async () => {
    const { contrast, background } = await factsOf(PAGE, scheme)
    expect([contrast.text, contrast.ratio >= 4.5]).toEqual([contrast.text, true])
    expect(background).toBe(scheme === 'light' ? 'rgb(245, 247, 251)' : 'rgb(11, 18, 32)')
  })
})
