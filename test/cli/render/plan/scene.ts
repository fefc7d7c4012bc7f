import { renderReview } from '../../../../src/cli/render/plan/review.ts'
import type { Look } from '../../../../src/cli/render/layout.ts'
import { type Change, type Effect, serversIn } from '../../../../src/core/plan/change.ts'
import { planOf } from '../../../../src/core/plan/assemble-plan.ts'
import { withFindings } from '../../../../src/core/plan/findings.ts'
import type { Judgement } from '../../../../src/core/plan/judge.ts'
import type { Plan, Skipped } from '../../../../src/core/plan/plan.ts'
import type { Tried } from '../../../../src/core/reach/reach.ts'
import type { Purpose } from '../../../../src/runs/job/ports.ts'
import { changeOf as sampleOf } from '../../../core/plan/samples.ts'
import { adHocRules } from '../../../support/rules.ts'

export const OLD = 'http://localhost:8585'
export const NEW = 'http://mcp-proxy-sse:8080'

/** A look at a plan, without colour, so wide. */
const look = (width: number, verbose: boolean): Look => ({
  width,
  paint: (_, text) => text,
  colour: false,
  verbose,
})

const pathOf = (name: string): string => `/servers/${name}/sse`

/** A change of a server of that name, by default that of its URL as the guide has it. */
export const changeOf = (name: string, more: Partial<Change> = {}): Change =>
  sampleOf(name, {
    server: { id: `id-${name}`, name, alias: name, source: 'database' },
    edits: [{ field: 'url', before: OLD + pathOf(name), after: NEW + pathOf(name) }],
    ...more,
  })

/** The same at another path. */
export const changeAt = (name: string, path: string): Change =>
  changeOf(name, { edits: [{ field: 'url', before: OLD + path, after: NEW + path }] })

/** What was found of an address with so many tools. */
export const reached = (tools: number): Tried => ({
  outcome: 'reached',
  kind: 'tools',
  evidence: `LiteLLM lists ${tools} tools`,
  tools,
  hint: null,
})

/** What was found of an address that does not work. */
export const failing = (kind: Tried['kind'], evidence: string, hint: string | null): Tried => ({
  outcome: 'failed',
  kind,
  evidence,
  tools: null,
  hint,
})

/** The effects of a new URL on a server at which people sign in. */
export const SIGN_INS: Effect[] = [
  { code: 'reauthorization', message: '12 people will have to sign in again', reversible: false },
  { code: 'client-loss', message: 'client id and secret may be lost; have them at hand', reversible: false },
]

/** A plan with some changes, what was found of each by its name, and what is left alone. */
export function planWith(
  changes: readonly Change[],
  found: Readonly<Record<string, Tried>> = {},
  { skipped = [], ...more }: { skipped?: Skipped[] } & Partial<Pick<Plan, 'reverts' | 'notes'>> = {},
): Plan {
  const judgements: Judgement[] = [
    ...changes.map((change): Judgement => ({ kind: 'change', change })),
    ...skipped.map((each): Judgement => ({ kind: 'skipped', skipped: each })),
  ]
  const meant = [...changes, ...skipped]
  const plan = planOf({
    createdAt: '2026-11-24T04:14:00.000Z',
    gateway: { url: 'http://localhost:4000', version: '1.106.2', account: 'master key' },
    reverts: null,
    migrations: [],
    notes: [],
    servers: serversIn(meant),
    meant,
    judgements,
    order: 'given',
    accepted: [],
    ...more,
  })
  const ids = Object.entries(found).map(([name, tried]): [string, Tried] => [`change-${name}`, tried])
  return withFindings(plan, Object.fromEntries(ids), [])
}

const MIGRATION: Purpose = { kind: 'migration', ruleSet: adHocRules(OLD, NEW) }

/** The review of a plan as it is printed. */
export function reviewOf(
  plan: Plan,
  {
    width = 80,
    asDiff = false,
    verbose = false,
    purpose = MIGRATION,
  }: { width?: number; asDiff?: boolean; verbose?: boolean; purpose?: Purpose } = {},
): string {
  const own = (command: string, ...words: readonly string[]): string => [command, ...words].join(' ')
  return `\n${renderReview({ plan, purpose, seen: new Map() }, { own, look: look(width, verbose), asDiff })}\n`
}
