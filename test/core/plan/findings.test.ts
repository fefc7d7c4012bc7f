import { describe, expect, test } from 'vitest'
import { changeOf, fileOf } from './samples.ts'
import { consentsOf, consentsToRevert } from '../../../src/core/plan/consent/consent.ts'
import { waitingUnless } from '../../../src/core/plan/withheld.ts'
import { type Change, newUrl } from '../../../src/core/plan/change.ts'
import { type Plan, readyChanges } from '../../../src/core/plan/plan.ts'
import { untriable, withFindings } from '../../../src/core/plan/findings.ts'
import type { ReachOutcome, Tried } from '../../../src/core/reach/reach.ts'

const planOf = (changes: Change[], more: Partial<Plan> = {}): Plan => ({
  createdAt: '',
  gateway: { url: 'http://gw', version: '1.106.2', account: 'master key' },
  reverts: null,
  migrations: [],
  changes,
  withheld: {},
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

const names = (plan: Plan): string[] => readyChanges(plan).map(({ server }) => server.id)

const waits = ({ withheld }: Plan) =>
  Object.fromEntries(Object.entries(withheld).map(([id, held]) => [id, held.consents]))

describe('a plan with what was found at its new addresses', () => {
  const dead = { 'change-b': found('failed') }

  test('keeps what does not work there waiting, until somebody consents', () => {
    const plan = withFindings(planOf([changeOf('a'), changeOf('b'), changeOf('c')]), dead, [])
    expect(plan.changes.map(({ server }) => server.id)).toEqual(['a', 'b', 'c'])
    expect([names(plan), waits(plan)]).toEqual([['a', 'c'], { 'change-b': ['unreachable'] }])
    expect(plan.changes[1]?.effects).toEqual([
      { code: 'unreachable', message: 'does not work at the new URL (it was seen)', reversible: true },
    ])
  })

  test('keeps its order with consent, and what was consented to stays on record', () => {
    const plan = withFindings(planOf([changeOf('a'), changeOf('b'), changeOf('c')]), dead, ['unreachable'])
    expect(names(plan)).toEqual(['a', 'b', 'c'])
    expect(consentsOf(plan.changes)).toEqual(['unreachable'])
    expect(consentsToRevert(plan.changes)).toEqual([])
  })

  test('keeps nothing waiting that works, wants a sign-in, or could not be tried', () => {
    for (const outcome of ['reached', 'sign-in', 'not-tried'] as const) {
      const plan = withFindings(planOf([changeOf('b')]), { 'change-b': found(outcome) }, [])
      expect([names(plan), plan.preflight]).toEqual([['b'], { 'change-b': found(outcome) }])
    }
  })

  test('of a revert keeps nothing waiting at all', () => {
    const plan = withFindings(planOf([changeOf('b')], { reverts: 'run' }), dead, [])
    expect([names(plan), plan.skipped, plan.changes[0]?.effects]).toEqual([['b'], [], []])
    expect(plan.preflight['change-b']?.outcome).toBe('failed')
  })

  test('adds to the consents that a server already waits for', () => {
    const effects = [{ code: 'client-loss', message: 'loses its client', reversible: false }]
    const losing = [changeOf('b', { effects })]
    const waiting = planOf(losing, { withheld: waitingUnless(losing, []) })
    expect(waits(withFindings(waiting, dead, []))).toEqual({ 'change-b': ['client-loss', 'unreachable'] })
    expect(waits(withFindings(waiting, dead, ['unreachable']))).toEqual({ 'change-b': ['client-loss'] })
  })

  test('asks for no consent that a run which is taken up again had', () => {
    const effects = [{ code: 'unreachable', message: 'did not work then', reversible: true }]
    const plan = withFindings(planOf([changeOf('b', { effects })]), dead, [])
    expect([names(plan), plan.changes[0]?.effects]).toEqual([['b'], effects])
  })

  test('keeps a server of a file waiting as a whole: its pin with its URL', () => {
    const pin = changeOf('b', {
      id: 'pin',
      file: fileOf('b'),
      edits: [{ field: 'pinned_id', before: null, after: 'b' }],
    })
    const variable = changeOf('b', { file: fileOf('b', { path: '/etc/.env', variable: 'B_URL' }) })
    const sharing = changeOf('c', { id: 'other-pin', file: fileOf('c'), edits: pin.edits })
    const own = changeOf('d', { file: fileOf('d') })
    const alone = withFindings(planOf([pin, own, variable]), dead, [])
    expect([names(alone), Object.keys(alone.withheld)]).toEqual([['d'], ['pin', 'change-b']])
    const shared = withFindings(planOf([pin, sharing, own, variable]), dead, [])
    expect([names(shared), Object.keys(shared.withheld)]).toEqual([['d'], ['pin', 'other-pin', 'change-b']])
  })
})

describe('a change', () => {
  test('has an address to try where it writes the URL', () => {
    expect(newUrl(changeOf('a'))).toBe('http://new/servers/a/sse')
    expect(newUrl(changeOf('a', { edits: [] }))).toBeNull()
    expect(newUrl(changeOf('a', { edits: [{ field: 'args[0]', before: 'x', after: 'y' }] }))).toBeNull()
  })

  test('cannot be tried where LiteLLM starts a program, or reads a description', () => {
    expect(untriable(changeOf('a', { transport: 'stdio' }))).toContain('(stdio)')
    expect(untriable(changeOf('a', { transport: 'openapi' }))).toContain('description')
    expect(untriable(changeOf('a', { transport: '\u001b[2J' }))).toContain('\\x1b')
    for (const transport of ['sse', 'http', null]) expect(untriable(changeOf('a', { transport }))).toBeNull()
  })
})
