import { readFile } from 'node:fs/promises'
import { remedyText } from '../../../src/core/show/remedy.ts'
import { describe, expect, test } from 'vitest'
import { diagnose, needsWitness, outcomeOf } from '../../../src/core/reach/diagnose.ts'
import { REACH_KINDS, type Reach, type ReachKind } from '../../../src/core/reach/reach.ts'
import type { NamedContainer } from '../../../src/core/deployment/containers.ts'
import type { Failing, Hosting } from '../../../src/core/deployment/hosting.ts'
import { remedyFor } from '../../../src/core/reach/remedies.ts'
import { toolPrints } from '../../../src/core/reach/tools.ts'

const said = (kind: ReachKind): Reach => ({ kind, tools: null, evidence: `LiteLLM: ${kind}` })
const seen = (kind: ReachKind): Reach => ({ kind, tools: null, evidence: `from this machine: ${kind}` })

describe('a diagnosis from two words', () => {
  test('LiteLLM alone decides whether an address works', () => {
    for (const kind of ['tools', 'no-tools', 'host-refused', 'rate-limited', 'server-error'] as const) {
      expect(needsWitness(said(kind))).toBe(false)
      expect(diagnose(said(kind), seen('refused'))).toEqual(said(kind))
    }
    expect(diagnose(said('unclear'), seen('tools'))).toEqual({
      kind: 'unclear',
      tools: null,
      evidence: 'LiteLLM: unclear; from this machine: tools',
    })
  })

  test('a witness tells the cause where LiteLLM does not', () => {
    const causes = ['unknown-host', 'refused', 'not-found', 'host-refused', 'unauthorized'] as const
    for (const kind of causes) expect(diagnose(said('unclear'), seen(kind)).kind).toBe(kind)
    expect(diagnose(said('unreachable'), seen('unknown-host')).kind).toBe('unknown-host')
    expect(diagnose(said('unreachable'), seen('refused')).kind).toBe('refused')
  })

  test('the best evidence tells the cause, whoever has it', () => {
    for (const [told, found] of [
      ['unreachable', 'certificate'],
      ['unreachable', 'no-tls'],
      ['reset', 'tls-only'],
      ['time-out', 'web-page'],
      ['redirect', 'login-page'],
      ['not-mcp', 'web-page'],
      ['not-found', 'wrong-transport'],
      ['unauthorized', 'login-page'],
      ['forbidden', 'host-refused'],
    ] as const)
      expect(diagnose(said(told), seen(found))).toEqual({
        kind: found,
        tools: null,
        evidence: `LiteLLM: ${told}; from this machine: ${found}`,
      })
  })

  test('a vague word, or one that explains nothing, does not beat a precise one', () => {
    for (const told of ['time-out', 'redirect', 'not-mcp', 'wrong-transport', 'unauthorized'] as const)
      for (const found of ['unclear', 'untried', 'tools', 'refused'] as const)
        expect(diagnose(said(told), seen(found))).toEqual(said(told))
    for (const told of ['not-found', 'forbidden', 'unauthorized'] as const)
      expect(diagnose(said(told), seen('server-error'))).toEqual(said(told))
  })

  test('a witness says where a redirect leads', () => {
    const redirect = { ...seen('redirect'), leadsTo: 'https://mcp.example.com/mcp' }
    expect(diagnose(said('redirect'), redirect).leadsTo).toBe(redirect.leadsTo)
  })

  test('a witness who gets further than LiteLLM explains nothing', () => {
    expect(diagnose(said('unreachable'), seen('not-found')).kind).toBe('unreachable')
    expect(diagnose(said('unreachable'), seen('tools')).kind).toBe('unreachable')
  })

  test('without a witness the cause stays untold, where LiteLLM tells none', () => {
    expect(diagnose(said('redirect'), null)).toEqual(said('redirect'))
    expect(diagnose(said('unreachable'), null)).toEqual({
      kind: 'unreachable',
      tools: null,
      evidence: 'LiteLLM: unreachable; the cause cannot be told from here',
    })
  })

  test('a sign-in is no failure, and neither is what nobody tried', () => {
    expect([outcomeOf('unauthorized'), outcomeOf('forbidden')]).toEqual(['sign-in', 'sign-in'])
    expect([outcomeOf('untried'), outcomeOf('tools')]).toEqual(['not-tried', 'reached'])
    expect([outcomeOf('no-tools'), outcomeOf('unclear')]).toEqual(['failed', 'failed'])
  })
})

const named = (name: string, engine: NamedContainer['engine'] = 'docker'): NamedContainer => ({
  engine,
  name,
  compose: null,
})
const INSIDE: Hosting = {
  kind: 'container',
  litellm: named('litellm'),
  proxy: named('mcp-proxy-sse'),
  network: null,
}

describe('a remedy', () => {
  const url = 'http://mcp-proxy-sse:8080/servers/fetch/sse'
  const mended = (kind: ReachKind, more: Partial<Failing> = {}): string => {
    const remedy = remedyFor(kind, { url, transport: 'sse', hosting: INSIDE, ...more })
    return remedy ? remedyText(remedy) : ''
  }

  test('stands for each kind of failure, and for nothing else', () => {
    for (const kind of REACH_KINDS) expect(mended(kind) === '', kind).toBe(outcomeOf(kind) !== 'failed')
  })

  test('points at no log where the cause is known', () => {
    const known = ['redirect', 'no-tls', 'tls-only', 'certificate', 'tls-failed', 'rate-limited'] as const
    for (const kind of [...known, 'web-page', 'login-page', 'not-mcp', 'wrong-transport'] as const)
      expect(mended(kind), kind).not.toMatch(/\blogs?\b|docker/)
  })

  test('speaks of TLS where that is at fault, and names the URL to write', () => {
    const plain = 'http://mcp.example.com:8443/mcp'
    expect(mended('tls-only', { url: plain })).toContain('Write https://mcp.example.com:8443 into')
    expect(mended('no-tls', { url: 'https://mcp.example.com/mcp' })).toContain(
      'Write http://mcp.example.com:443 into',
    )
    expect(mended('certificate')).toContain('SSL_CERT_FILE')
    expect(mended('tls-failed')).toContain('TLS')
    expect(mended('unreachable', { url: 'https://mcp.example.com/mcp' })).toContain('TLS fails')
    expect(mended('unreachable', { url: plain })).not.toContain('TLS')
  })

  test('of a redirect names where it leads, by its origin alone', () => {
    const at = (from: string, to: string | null): string =>
      remedyFor('redirect', { url: from, transport: 'http', hosting: INSIDE }, to)?.sentence ?? ''
    expect(at('http://mcp.example.com/mcp', 'https://mcp.example.com/mcp?code=hush')).toMatch(
      /new URL: https:\/\/mcp\.example\.com$/,
    )
    const slash = at('https://mcp.example.com/mcp', 'http://mcp.example.com/mcp/')
    expect(slash).toContain('Write the slash into the new URL (/mcp/)')
    expect(slash).toContain('--forwarded-allow-ips')
    expect(at('https://mcp.example.com/mcp', 'http://mcp.example.com/there')).toContain(
      'with https://, or have',
    )
    for (const to of [null, 'http://mcp.example.com/there'])
      expect(at('http://mcp.example.com/mcp', to)).toContain('the address of the MCP server itself')
  })

  test('ends in the command that mends it', () => {
    expect(mended('unknown-host')).toMatch(/\ndocker network connect litellm-net mcp-proxy-sse$/)
    expect(mended('refused')).toContain('unless its command ends in --host 0.0.0.0 --port 8080')
    // Nothing is opened to others where LiteLLM and the proxy run on one machine.
    const here = { hosting: { kind: 'machine', proxy: null }, url: 'http://localhost:8585/x' } as const
    expect(mended('refused', here)).toContain('--host 127.0.0.1 --port 8585')
    expect(mended('host-refused')).toContain('allowed_hosts=["mcp-proxy-sse:8080"]')
    expect(mended('no-tools')).toMatch(/\ndocker logs --tail 50 mcp-proxy-sse$/)
  })

  test('has the commands of whatever runs LiteLLM, and none where it runs in no container', () => {
    const kinds = ['unknown-host', 'unreachable', 'not-found', 'time-out', 'no-tools', 'unclear'] as const
    const all = (hosting: Hosting): string => kinds.map((kind) => mended(kind, { hosting })).join('\n')
    const commands = (hosting: Hosting): string[] => all(hosting).match(/^(docker|podman).*$/gm) ?? []
    expect(all({ kind: 'machine', proxy: null })).not.toMatch(/docker|podman/i)
    expect(mended('unknown-host', { hosting: { kind: 'machine', proxy: null } })).toContain(
      'LiteLLM runs outside of containers',
    )
    const podman = { ...INSIDE, litellm: named('gw', 'podman'), proxy: named('my proxy', 'podman') }
    expect(commands(podman)).toEqual([
      "podman network connect litellm-net 'my proxy'",
      "podman network connect litellm-net 'my proxy'",
      "podman restart 'my proxy'",
      "podman logs --tail 50 'my proxy'",
      "podman logs --tail 50 'my proxy'",
      'podman logs --tail 50 gw',
    ])
    // Nobody knows: the guide's names, and said as what they are.
    expect(mended('no-tools', { hosting: { kind: 'unknown' } })).toMatch(
      /If it runs in Docker:\ndocker logs --tail 50 mcp-proxy-sse$/,
    )
    // There is none of that name.
    expect(mended('unknown-host', { hosting: { ...INSIDE, proxy: null } })).toMatch(/\ndocker ps -a$/)
  })

  test('names no container where the host cannot be one', () => {
    for (const host of ['https://mcp.example.com', 'http://10.0.0.7:8080', 'http://localhost:8585'])
      for (const hosting of [{ kind: 'unknown' } as const, { ...INSIDE, proxy: null }])
        expect(mended('unreachable', { url: `${host}/servers/fetch/sse`, hosting })).not.toContain('docker')
    expect(mended('refused', { url: 'http://localhost:8585/x' })).toContain('that container itself')
    for (const host of ['host.docker.internal', 'host.containers.internal'])
      expect(mended('refused', { url: `http://${host}:8585/x` })).not.toContain('that container itself')
  })

  test('of a 404 says what was meant, where the names that are served are known', () => {
    const served = ['fetch', 'filesystem']
    const wrong = 'http://mcp-proxy-sse:8080/servers/filesytem/sse'
    expect(mended('not-found', { url: wrong, served })).toContain('Did you mean filesystem?')
    expect(mended('not-found', { served: ['postgres'] })).not.toContain('Did you mean')
    expect(mended('not-found', { served })).toContain('correct the path')
    expect(mended('not-found')).toContain('servers.json')
  })

  test('shows no secret of the URL', () => {
    const shown = mended('not-found', { url: `${url}?token=abc123` })
    expect(shown).not.toContain('abc123')
  })
})

test('prints of tools do not depend on the order of keys, and are in order of their names', () => {
  const one = { name: 'b', inputSchema: { type: 'object', properties: { x: 1, y: 2 } } }
  const same = { name: 'b', title: null, inputSchema: { properties: { y: 2, x: 1 }, type: 'object' } }
  const other = { name: 'a', inputSchema: {} }
  expect(toolPrints([one])).toEqual(toolPrints([same]))
  expect(toolPrints([one, other])?.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(toolPrints([{ inputSchema: {} }])).toBeNull()
})

test('every kind that stands in documents is listed for their readers', async () => {
  const text = await readFile(new URL('../../../docs/json.md', import.meta.url), 'utf8')
  expect(REACH_KINDS.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([])
})
