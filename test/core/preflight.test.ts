import { describe, expect, test } from 'vitest'
import { consentsOf, consentsToRevert } from '../../src/core/consent.ts'
import type { Change, Plan } from '../../src/core/plan.ts'
import { newUrl, untriable, withFindings } from '../../src/core/preflight.ts'
import type { ReachOutcome, Tried } from '../../src/core/reach.ts'

const FILE = { path: '/etc/config.yaml', config: '/etc/config.yaml', variable: null }

function change(id: string, more: Partial<Change> = {}): Change {
  const path = `/servers/${id}/sse`
  return {
    id: `change-${id}`,
    server: { id, name: id, alias: null, source: 'database' },
    file: null,
    migration: 'm',
    transport: 'sse',
    signsIn: false,
    edits: [{ field: 'url', before: `http://old${path}`, after: `http://new${path}` }],
    effects: [],
    settings: {},
    onlySettings: false,
    fields: {},
    fingerprint: '',
    ...more,
  }
}

const planOf = (changes: Change[], more: Partial<Plan> = {}): Plan => ({
  createdAt: '',
  gateway: { url: 'http://gw', version: '1.106.2', account: 'master key' },
  reverts: null,
  migrations: [],
  changes,
  skipped: [],
  notes: [],
  preflight: {},
  tools: {},
  origins: [],
  summary: { servers: 9, changes: changes.length, unchanged: 0, skipped: 0, excluded: 0, moved: 0 },
  ...more,
})

const found = (outcome: ReachOutcome): Tried => ({
  outcome,
  kind: outcome === 'failed' ? 'refused' : 'tools',
  evidence: 'it was seen',
  tools: null,
  hint: null,
})

const names = ({ changes }: Plan): string[] => changes.map(({ server }) => server.id)

describe('a plan with what was found at its new addresses', () => {
  const dead = { 'change-b': found('failed') }

  test('leaves out what does not work there, until somebody consents', () => {
    const plan = withFindings(planOf([change('a'), change('b'), change('c')]), dead, [])
    expect(names(plan)).toEqual(['a', 'c'])
    expect(plan.summary).toMatchObject({ changes: 2, skipped: 1 })
    expect(plan.skipped[0]).toMatchObject({
      code: 'needs-consent',
      matched: true,
      url: 'http://old/servers/b/sse',
      message: 'does not work at the new URL (it was seen). To do it all the same: --accept unreachable',
    })
    expect(plan.skipped[0]?.awaiting?.map(({ server }) => server.id)).toEqual(['b'])
  })

  test('keeps its order with consent, and what was consented to stays on record', () => {
    const plan = withFindings(planOf([change('a'), change('b'), change('c')]), dead, ['unreachable'])
    expect(names(plan)).toEqual(['a', 'b', 'c'])
    expect(consentsOf(plan.changes)).toEqual(['unreachable'])
    expect(consentsToRevert(plan.changes)).toEqual([])
  })

  test('leaves out nothing that works, wants a sign-in, or could not be tried', () => {
    for (const outcome of ['reached', 'sign-in', 'not-tried'] as const) {
      const plan = withFindings(planOf([change('b')]), { 'change-b': found(outcome) }, [])
      expect([names(plan), plan.preflight]).toEqual([['b'], { 'change-b': found(outcome) }])
    }
  })

  test('of a revert leaves out nothing at all', () => {
    const plan = withFindings(planOf([change('b')], { reverts: 'run' }), dead, [])
    expect([names(plan), plan.skipped, plan.changes[0]?.effects]).toEqual([['b'], [], []])
    expect(plan.preflight['change-b']?.outcome).toBe('failed')
  })

  test('adds to the consents that a server already waits for', () => {
    const losing = change('b', {
      effects: [{ code: 'client-loss', message: 'loses its client', reversible: false }],
    })
    const waiting = planOf([], {
      skipped: [
        {
          server: losing.server,
          matched: true,
          code: 'needs-consent',
          message: 'loses its client',
          url: null,
          awaiting: [losing],
        },
      ],
    })
    const [skipped] = withFindings(waiting, dead, []).skipped
    expect(skipped?.message).toMatch(/--accept client-loss --accept unreachable$/)
    const [still] = withFindings(waiting, dead, ['unreachable']).skipped
    expect(still?.message).toMatch(/all the same: --accept client-loss$/)
  })

  test('leaves out a server of a file as a whole: its pin with its URL', () => {
    const pin = change('b', {
      id: 'pin',
      file: { ...FILE, server: 'b' },
      edits: [{ field: 'pinned_id', before: null, after: 'b' }],
    })
    const variable = change('b', { file: { ...FILE, path: '/etc/.env', server: 'b', variable: 'B_URL' } })
    const sharing = change('c', { id: 'other-pin', file: { ...FILE, server: 'c' }, edits: pin.edits })
    const own = change('d', { file: { ...FILE, server: 'd' } })
    const alone = withFindings(planOf([pin, own, variable]), dead, [])
    expect(names(alone)).toEqual(['d'])
    expect(alone.skipped[0]?.awaiting?.map(({ id }) => id)).toEqual(['pin', 'change-b'])
    const shared = withFindings(planOf([pin, sharing, own, variable]), dead, [])
    expect(names(shared)).toEqual(['d'])
    expect(shared.skipped.map(({ server, awaiting }) => [server.id, awaiting])).toEqual([
      ['b', undefined],
      ['c', undefined],
    ])
  })
})

describe('a change', () => {
  test('has an address to try where it writes the URL', () => {
    expect(newUrl(change('a'))).toBe('http://new/servers/a/sse')
    expect(newUrl(change('a', { onlySettings: true }))).toBeNull()
    expect(newUrl(change('a', { edits: [{ field: 'args[0]', before: 'x', after: 'y' }] }))).toBeNull()
  })

  test('cannot be tried where LiteLLM starts a program, or reads a description', () => {
    expect(untriable(change('a', { transport: 'stdio' }))).toContain('(stdio)')
    expect(untriable(change('a', { transport: 'openapi' }))).toContain('description')
    expect(untriable(change('a', { transport: '\u001b[2J' }))).toContain('\\x1b')
    for (const transport of ['sse', 'http', null]) expect(untriable(change('a', { transport }))).toBeNull()
  })
})
