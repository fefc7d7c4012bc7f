import { describe, expect, test } from 'vitest'
import { diagnose, needsWitness, outcomeOf } from '../../src/core/diagnose.ts'
import type { Reach, ReachKind } from '../../src/core/reach.ts'
import { type Failing, remedyFor, remedyText } from '../../src/core/remedies.ts'
import { toolPrints } from '../../src/core/tools.ts'

const said = (kind: ReachKind): Reach => ({ kind, tools: null, evidence: `LiteLLM: ${kind}` })
const seen = (kind: ReachKind): Reach => ({ kind, tools: null, evidence: `from this machine: ${kind}` })

describe('a diagnosis from two words', () => {
  test('LiteLLM alone decides whether an address works', () => {
    for (const kind of ['tools', 'not-found', 'host-refused', 'unauthorized', 'time-out'] as const) {
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

  test('a witness who gets further than LiteLLM explains nothing', () => {
    expect(diagnose(said('unreachable'), seen('not-found')).kind).toBe('unreachable')
    expect(diagnose(said('unreachable'), seen('tools')).kind).toBe('unreachable')
  })

  test('without a witness the cause stays untold', () => {
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

describe('a remedy', () => {
  const url = 'http://mcp-proxy-sse:8080/servers/fetch/sse'
  const mended = (kind: ReachKind, more: Partial<Failing> = {}): string => {
    const remedy = remedyFor(kind, { url, transport: 'sse', ...more })
    return remedy ? remedyText(remedy) : ''
  }

  test('stands for each kind of failure, and for nothing else', () => {
    const kinds = ['unknown-host', 'refused', 'unreachable', 'not-found', 'host-refused', 'time-out'] as const
    const others = ['wrong-transport', 'no-tools', 'server-error', 'unclear'] as const
    for (const kind of [...kinds, ...others]) expect(mended(kind), kind).not.toBe('')
    for (const kind of ['tools', 'unauthorized', 'forbidden', 'untried'] as const)
      expect(mended(kind)).toBe('')
  })

  test('ends in the command that mends it', () => {
    expect(mended('unknown-host')).toMatch(/\ndocker network connect litellm-net mcp-proxy-sse$/)
    expect(mended('unknown-host', { network: 'mcp', proxyContainer: 'px' })).toMatch(/connect mcp px$/)
    expect(mended('refused')).toMatch(/\nmcp-proxy --host 0\.0\.0\.0 --port 8080$/)
    expect(mended('host-refused')).toContain('allowed_hosts=["mcp-proxy-sse:8080"]')
    expect(mended('no-tools')).toMatch(/\ndocker logs --tail 50 mcp-proxy-sse$/)
  })

  test('names no container where the host cannot be one', () => {
    for (const host of ['https://mcp.example.com', 'http://10.0.0.7:8080', 'http://localhost:8585'])
      expect(mended('unreachable', { url: `${host}/servers/fetch/sse` })).not.toContain('docker')
    expect(mended('refused', { url: 'http://localhost:8585/x' })).toContain('that container itself')
    for (const host of ['host.docker.internal', 'host.containers.internal'])
      expect(mended('refused', { url: `http://${host}:8585/x` })).not.toContain('that container itself')
  })

  test('of a 404 says what was meant, where the names that are served are known', () => {
    const served = ['fetch', 'filesystem']
    const wrong = 'http://mcp-proxy-sse:8080/servers/filesytem/sse'
    expect(mended('not-found', { url: wrong, served })).toContain('Did you mean filesystem?')
    expect(mended('not-found', { served: ['postgres'] })).not.toContain('Did you mean')
    expect(mended('not-found', { served })).toContain('mend the path')
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
