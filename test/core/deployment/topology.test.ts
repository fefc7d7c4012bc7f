import { describe, expect, test } from 'vitest'
import { drawHtml } from '../../../src/cli/render/status/diagram-html.ts'
import { drawMermaid } from '../../../src/cli/render/status/diagram-mermaid.ts'
import { drawText } from '../../../src/cli/render/status/diagram-text.ts'
import {
  exposures,
  openPorts,
  type Topology,
  type TopologyContainer,
} from '../../../src/core/deployment/topology.ts'
import { container } from '../../support/topology.ts'

const port = (hostIp: string, hostPort: number, containerPort = 8080) => ({
  hostIp,
  hostPort,
  containerPort,
  protocol: 'tcp',
})

/** The guide's deployment; the proxy's published ports are given. */
function guide(published: ReturnType<typeof port>[] = [], more: Partial<TopologyContainer> = {}): Topology {
  return {
    networks: [
      { name: 'litellm-net', internal: false, mcp: true },
      { name: 'postgres-net', internal: true, mcp: false },
      { name: 'traefik-proxy', internal: false, mcp: false },
    ],
    containers: [
      container('litellm', 'litellm', ['litellm-net', 'postgres-net', 'traefik-proxy'], {
        ports: openPorts([port('127.0.0.1', 4000, 4000)], false),
      }),
      container('mcp-proxy-sse', 'proxy', ['litellm-net', 'postgres-net'], {
        ports: openPorts(published, true),
        ...more,
      }),
      container('postgres', 'other', ['postgres-net'], { state: 'exited' }),
    ],
    calls: [{ origin: 'http://mcp-proxy-sse:8080', servers: 7, to: 'mcp-proxy-sse' }],
  }
}

const look = (width: number) => ({
  width,
  paint: (_: unknown, text: string) => text,
  colour: false,
  verbose: false,
})

describe('what is open', () => {
  test('every address of both families is one port', () => {
    expect(
      openPorts([port('0.0.0.0', 80), port('::', 80), port('::', 81)], false).map(({ hostIp, hostPort }) => [
        hostIp,
        hostPort,
      ]),
    ).toEqual([
      ['0.0.0.0', 80],
      ['::', 81],
    ])
  })

  test('is told with who can reach it', () => {
    const open = guide([
      port('0.0.0.0', 8585),
      port('127.0.0.1', 8586),
      port('192.168.7.7', 8587),
      port('::1', 8588),
    ])
    expect(exposures(open)).toMatchInlineSnapshot(`
      [
        "0.0.0.0:8585 is open to everybody who reaches the machine, past LiteLLM and its keys, and leads to mcp-proxy-sse.",
        "127.0.0.1:8586 is open to everybody on the machine, past LiteLLM and its keys, and leads to mcp-proxy-sse.",
        "192.168.7.7:8587 is open to everybody who reaches 192.168.7.7, past LiteLLM and its keys, and leads to mcp-proxy-sse.",
        "[::1]:8588 is open to everybody on the machine, past LiteLLM and its keys, and leads to mcp-proxy-sse.",
      ]
    `)
  })

  test('on the network of the machine itself is each port', () => {
    expect(exposures(guide([], { onHostNetwork: true }))).toEqual([
      'mcp-proxy-sse is on the network of the machine itself: each port on which it listens is open there.',
    ])
  })

  test('is nothing in the deployment of the guide', () => {
    expect(exposures(guide())).toEqual([])
  })
})

describe('the picture in a terminal', () => {
  test('of the deployment of the guide', () => {
    expect(drawText(guide(), [], look(80))).toMatchInlineSnapshot(`
      "                                         traefik-proxy ┐
                                  postgres-net (internal) ┐  │
                         litellm-net (the MCP network) ┐  │  │
                               ┌────────────────────┐  │  │  │
      127.0.0.1:4000 → 4000 ──▶│ litellm            ├──●──●──●
                               │ LiteLLM, running   │  │  │  │
                               └────────────────────┘  │  │  │
                                          │ 7 servers  │  │  │
                                          ▼            │  │  │
                               ┌────────────────────┐  │  │  │
                               │ mcp-proxy-sse      ├──●──●  │
                               │ MCP proxy, running │  │  │  │
                               └────────────────────┘  │  │  │
                               ┌────────────────────┐  │  │  │
                               │ postgres           ├──┼──●  │
                               │ exited             │  │  │  │
                               └────────────────────┘  │  │  │

      ──● joins a network · ──▶ is open outside · ! leads past LiteLLM
      litellm calls 7 servers at http://mcp-proxy-sse:8080, which is mcp-proxy-sse."
    `)
  })

  test('of a port that leads past LiteLLM, and what could not be seen', () => {
    expect(
      drawText(guide([port('0.0.0.0', 8585)]), ['Something was not found'], look(80)),
    ).toMatchInlineSnapshot(`
      "                                         traefik-proxy ┐
                                  postgres-net (internal) ┐  │
                         litellm-net (the MCP network) ┐  │  │
                               ┌────────────────────┐  │  │  │
      127.0.0.1:4000 → 4000 ──▶│ litellm            ├──●──●──●
                               │ LiteLLM, running   │  │  │  │
                               └────────────────────┘  │  │  │
                                          │ 7 servers  │  │  │
                                          ▼            │  │  │
                               ┌────────────────────┐  │  │  │
      ! 0.0.0.0:8585 → 8080 ━━▶│ mcp-proxy-sse      ├──●──●  │
                               │ MCP proxy, running │  │  │  │
                               └────────────────────┘  │  │  │
                               ┌────────────────────┐  │  │  │
                               │ postgres           ├──┼──●  │
                               │ exited             │  │  │  │
                               └────────────────────┘  │  │  │

      ──● joins a network · ──▶ is open outside · ! leads past LiteLLM
      litellm calls 7 servers at http://mcp-proxy-sse:8080, which is mcp-proxy-sse.
      ! 0.0.0.0:8585 is open to everybody who reaches the machine, past LiteLLM and
        its keys, and leads to mcp-proxy-sse.
      ! Something was not found"
    `)
  })

  test.each([40, 60, 80, 100])('keeps within %i columns, whatever the names and ports', (width) => {
    const many = Array.from({ length: 9 }, (_, i) => ({
      name: `network-with-a-long-name-${i}`,
      internal: false,
      mcp: i === 0,
    }))
    const names = many.map(({ name }) => name)
    const topology: Topology = {
      networks: many,
      containers: [
        container('litellm', 'litellm', names),
        container(`proxy-${'x'.repeat(80)}`, 'proxy', names.slice(3), {
          ports: openPorts([port('2001:db8::1234:5678', 18585)], true),
        }),
      ],
      calls: [],
    }
    const drawing = drawText(topology, [], look(width))
      .split('\n')
      .filter((line) => /[┌│└●]/.test(line))
    expect(drawing.length).toBeGreaterThan(8)
    expect(drawing.filter((line) => line.length > width)).toEqual([])
  })

  test('lets no control character through', () => {
    const text = drawText(
      { ...guide(), containers: [container('a\u001b[31mb', 'proxy', ['litellm-net'])] },
      [],
      look(80),
    )
    expect(text).toContain('a\\x1b[31mb')
    expect(text).not.toContain('\u001b')
  })
})

const EVIL = '</style><img src=x onerror=alert(1)>"\'&#;]}'

describe('the picture as Mermaid', () => {
  test('of a port that leads past LiteLLM', () => {
    expect(drawMermaid(guide([port('127.0.0.1', 8585)]))).toMatchInlineSnapshot(`
      "flowchart LR
        n0{{"litellm-net<br/>the MCP network"}}:::network
        n1{{"postgres-net"}}:::network
        n2{{"traefik-proxy"}}:::network
        c0["litellm<br/>LiteLLM, running"]:::container
        c0 --- n0
        c0 --- n1
        c0 --- n2
        p0x0(["127.0.0.1:4000<br/>everybody on the machine"]):::open
        p0x0 -->|"4000"| c0
        c1["mcp-proxy-sse<br/>MCP proxy, running"]:::container
        c1 --- n0
        c1 --- n1
        p1x0(["! 127.0.0.1:8585<br/>everybody on the machine"]):::exposed
        p1x0 ==>|"8080"| c1
        c2["postgres<br/>exited"]:::stopped
        c2 --- n1
        c0 -.->|"7 servers"| c1
        classDef container fill:#eef2ff,stroke:#4f46e5,color:#1e1b4b
        classDef stopped fill:#f3f4f6,stroke:#6b7280,color:#374151,stroke-dasharray:4
        classDef network fill:#ecfdf5,stroke:#059669,color:#064e3b
        classDef open fill:#f9fafb,stroke:#6b7280,color:#111827
        classDef exposed fill:#fee2e2,stroke:#dc2626,color:#7f1d1d,stroke-width:3px
        classDef elsewhere fill:#fffbeb,stroke:#d97706,color:#78350f"
    `)
  })

  test('holds names as codes, where they could be read as more', () => {
    const drawn = drawMermaid({ ...guide(), networks: [{ name: EVIL, internal: false, mcp: false }] })
    expect(drawn).toContain(
      'n0{{"#60;/style#62;#60;img src#61;x onerror#61;alert(1)#62;#34;#39;#38;#35;#59;#93;#125;"}}',
    )
  })

  test('shows what is called elsewhere', () => {
    const drawn = drawMermaid({
      ...guide(),
      calls: [{ origin: 'http://localhost:8585', servers: 1, to: null }],
    })
    expect(drawn).toContain('o0["http://localhost:8585"]:::elsewhere\n  c0 -.->|"1 server"| o0')
  })
})

describe('the picture as a page', () => {
  const caption = { gateway: 'http://localhost:4000', at: '2026-11-25T17:00:00.000Z', remarks: [] }

  test('asks nothing of anybody', () => {
    const page = drawHtml(guide([port('0.0.0.0', 8585)]), caption)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|<link|<img|url\(|@import|src=/)
    expect(page).toContain(
      '<b>! 0.0.0.0:8585 → 8080</b>Past LiteLLM: open to everybody who reaches the machine',
    )
  })

  test('holds names as text', () => {
    const page = drawHtml(
      {
        ...guide(),
        containers: [container(EVIL, 'proxy', [EVIL])],
        networks: [{ name: EVIL, internal: false, mcp: true }],
      },
      { ...caption, remarks: [EVIL] },
    )
    expect(page).not.toContain('<img')
    expect(page.match(/<\/style>/g)).toHaveLength(1)
    expect(page).toContain('&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;#;]}')
  })

  test('says that nothing is open, or what was not seen', () => {
    const page = drawHtml(guide(), { ...caption, remarks: ['Something was not found'] })
    expect(page).toContain('No published port leads past LiteLLM and its keys.')
    expect(page).toContain('<div class="box note"><p>Something was not found</p></div>')
  })
})
