import { describe, expect, test } from 'vitest'
import type { DeploymentRequest, Holdings } from '../../../src/runs/deployment/deployment.ts'
import type { Container } from '../../../src/docker/port.ts'
import { locateDeployment } from '../../../src/runs/deployment/find.ts'
import { containerOn as container } from '../../support/containers.ts'

const at = (hostPort: number) => [{ hostIp: '127.0.0.1', hostPort, containerPort: 4000, protocol: 'tcp' }]

const LITELLM = container('litellm', ['litellm-net', 'postgres-net'], { published: at(4000) })
const PROXY = container('mcp-proxy-sse', ['litellm-net', 'postgres-net'])

function located(
  containers: Container[],
  more: Partial<DeploymentRequest> = {},
  isLocal = true,
  mayHold = true,
) {
  const names = [...new Set(containers.flatMap((each) => each.attachments.map(({ network }) => network)))]
  const networks = names.map((name) => ({ name, driver: 'bridge', internal: false }))
  const holdings: Holdings = { containers, networks, isLocal, mayHoldGateway: mayHold }
  const found = locateDeployment(holdings, {
    names: { litellm: null, proxy: null, network: null },
    gatewayUrl: 'http://localhost:4000',
    newHosts: ['mcp-proxy-sse'],
    ...more,
  })
  return [found.litellm, found.proxy, found.network].map(
    (part) => `${part.found?.name ?? 'none'}: ${part.how}`,
  )
}

describe('the deployment is found', () => {
  test('not where the gateway is another machine, unless somebody names it', () => {
    const more = { gatewayUrl: 'https://gateway.example.com' }
    const [litellm, proxy, network] = located([LITELLM, PROXY], more, true, false)
    expect(litellm).toMatch(/^none: gateway\.example\.com is another machine, .* --litellm-container$/)
    expect([proxy, network]).toEqual([litellm, litellm])
    const names = { litellm: 'litellm', proxy: null, network: null }
    expect(located([LITELLM, PROXY], { ...more, names }, true, false)).toEqual([
      'litellm: as --litellm-container says',
      "mcp-proxy-sse: it is mcp-proxy-sse on LiteLLM's networks",
      'litellm-net: by its name',
    ])
  })

  test('as the guide makes it', () => {
    expect(located([LITELLM, PROXY])).toEqual([
      "litellm: it publishes port 4000, the gateway's",
      "mcp-proxy-sse: it is mcp-proxy-sse on LiteLLM's networks",
      'litellm-net: by its name',
    ])
  })

  test('under other names, by what it does', () => {
    const gateway = container('shop-gateway-1', ['shop_inner'], { published: at(4000) })
    const tools = container('shop-tools-1', ['shop_inner'], {
      attachments: [{ network: 'shop_inner', ip: null, names: ['shop-tools-1', 'mcp-proxy-sse'] }],
    })
    expect(located([gateway, tools])).toEqual([
      "shop-gateway-1: it publishes port 4000, the gateway's",
      "shop-tools-1: it is mcp-proxy-sse on LiteLLM's networks",
      'shop_inner: both are on it',
    ])
  })

  test('with the network that Compose named after the project', () => {
    const both = [
      container('litellm', ['x', 'shop_litellm-net']),
      container('mcp-proxy-sse', ['x', 'shop_litellm-net']),
    ]
    expect(located(both)[2]).toBe('shop_litellm-net: by its name')
  })

  test('rather the running one of two that a name fits', () => {
    const old = container('old', ['litellm-net'], {
      state: 'exited',
      attachments: [{ network: 'litellm-net', ip: null, names: ['mcp-proxy-sse'] }],
    })
    const now = { ...old, id: 'id-now', name: 'now', state: 'running' }
    expect(located([LITELLM, old, now])[1]).toBe("now: it is mcp-proxy-sse on LiteLLM's networks")
  })

  test('where the gateway is called by the name of its container', () => {
    expect(located([LITELLM, PROXY], { gatewayUrl: 'http://litellm:4000' })[0]).toBe(
      'litellm: litellm is its name',
    )
  })

  test('by the names that a person gave', () => {
    const names = { litellm: 'mcp-proxy-sse', proxy: 'litellm', network: 'postgres-net' }
    expect(located([LITELLM, PROXY], { names })).toEqual([
      'mcp-proxy-sse: as --litellm-container says',
      'litellm: as --proxy-container says',
      'postgres-net: as --network says',
    ])
  })
})

describe('what is missing is told', () => {
  test('where the proxy is off the MCP network, though they meet on another', () => {
    const strayed = container('mcp-proxy-sse', ['postgres-net'])
    expect(located([LITELLM, strayed])).toEqual([
      "litellm: it publishes port 4000, the gateway's",
      "mcp-proxy-sse: it is mcp-proxy-sse on LiteLLM's networks",
      'litellm-net: by its name; mcp-proxy-sse is not on it',
    ])
  })

  test('where the proxy is on no network of LiteLLM', () => {
    expect(located([LITELLM, container('mcp-proxy-sse', ['elsewhere'])])[1]).toBe(
      'mcp-proxy-sse: by its name; it is on no network of LiteLLM',
    )
  })

  test('where a container of that name may be another gateway', () => {
    const found = located([LITELLM, PROXY], { gatewayUrl: 'http://localhost:4555' })[0]
    expect(found).toBe('litellm: by its name; whether http://localhost:4555 leads to it could not be told')
  })

  test('where the engine is on another machine, whose ports are not those of this one', () => {
    expect(located([LITELLM, PROXY], {}, false)[0]).toBe(
      'litellm: by its name; whether http://localhost:4000 leads to it could not be told',
    )
  })

  test('where there is nothing', () => {
    expect(located([])).toEqual([
      'none: no container serves http://localhost:4000, and none is called litellm: name it with --litellm-container',
      'none: no container is called mcp-proxy-sse: name it with --proxy-container',
      'none: LiteLLM and the MCP proxy share no network, and none is called litellm-net',
    ])
  })

  test('where a person gave names that are not there', () => {
    const names = { litellm: 'a', proxy: 'b', network: 'c' }
    expect(located([LITELLM, PROXY], { names })).toEqual([
      'none: there is no container a, as --litellm-container says',
      'none: there is no container b, as --proxy-container says',
      'none: there is no network c, as --network says',
    ])
  })
})
