import { groupedBy } from '../../../core/grouped.ts'
import { type Change, type Effect, newUrl, serversIn } from '../../../core/plan/change.ts'
import { CONSENTS, type Consent } from '../../../core/plan/consent/consent.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import { isOfOrigin, wasTried } from '../../../core/reach/dead-origins.ts'
import type { Tried } from '../../../core/reach/reach.ts'
import { originOf } from '../../../core/rule/address.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { count } from '../../../core/show/text.ts'
import { namesOf } from '../name.ts'
import type { Footnote } from './footnotes.ts'
import { findingOf, type Looked, mendings } from './reach.ts'

/** The rest of many names is counted, with --verbose too: each server that is meant has the number of what is said. */
const SHORT = { verbose: false }

const waitsFor = ({ id }: Change, { withheld }: Plan, codes: readonly string[]): Consent[] =>
  (withheld[id]?.consents ?? []).filter((code) => codes.includes(code))

function lookedAt({ changes, preflight }: Plan, ...outcomes: readonly Tried['outcome'][]): Looked[] {
  return changes.flatMap((change) => {
    const tried = preflight[change.id]
    return tried && outcomes.includes(tried.outcome) ? [{ change, tried }] : []
  })
}

/** By what a failure at an address is one with others: the same, at the same origin. */
const failureKey = ({ change, tried: { kind, evidence } }: Looked): string[] => [
  originOf(newUrl(change) ?? ''),
  kind,
  isOfOrigin(kind) ? '' : evidence,
]

/** Failures at the new addresses, with what mends them, but of a revert: its address is often dead. */
export function failures(plan: Plan): Footnote[] {
  const groups = groupedBy(lookedAt(plan, 'failed'), failureKey)
  return groups.flatMap((group): Footnote[] => {
    const [first] = group
    if (!first) return []
    const { tried } = group.find((each) => wasTried(each.tried)) ?? first
    const changes = group.map(({ change }) => change)
    const n = serversIn(changes)
    const [do_, go] = n === 1 ? ['does', 'goes'] : ['do', 'go']
    const who = n === 1 ? namesOf(changes, SHORT) : count(n, 'server')
    const target = maskUrl(originOf(newUrl(first.change) ?? ''))
    const isBack = plan.reverts !== null
    return [
      {
        tone: 'red',
        isForGood: false,
        changes,
        sentences: [
          isBack
            ? `${who} ${go} back to ${target}, which does not work: ${tried.evidence}`
            : `${who} ${do_} not work at the new URL: ${tried.evidence}`,
        ],
        hints: isBack ? [] : mendings(group, SHORT),
        consents: [...new Set(changes.flatMap((each) => waitsFor(each, plan, ['unreachable'])))],
      },
    ]
  })
}

/** An effect, and the changes that bring it. */
interface Brought {
  effect: Effect
  changes: readonly Change[]
}

/**
 * The effects of a plan that are told below it, each once. What an address is like is told with the address, and settings
 * that come back after a write with their values.
 */
function broughtBy({ changes, preflight }: Plan): Brought[] {
  const isTold = (change: Change, { code }: Effect): boolean =>
    code !== 'restart' &&
    !(code === 'unreachable' && preflight[change.id]?.outcome === 'failed') &&
    !(code === 'settings-restored' && change.edits.length > 0)
  const found = changes.flatMap((change) =>
    change.effects.filter((effect) => isTold(change, effect)).map((effect) => ({ change, effect })),
  )
  return groupedBy(found, ({ effect }) => effect.message).flatMap((group) => {
    const [first] = group
    return first ? [{ effect: first.effect, changes: group.map(({ change }) => change) }] : []
  })
}

/** Effects as footnotes: those that the same changes bring are one. */
export function effects(plan: Plan): Footnote[] {
  const groups = groupedBy(broughtBy(plan), ({ changes }) => changes.map(({ id }) => id))
  return groups.flatMap((group): Footnote[] => {
    const [first] = group
    if (!first) return []
    const { changes } = first
    const codes = group.map(({ effect }) => effect.code)
    const n = new Set(changes.map(({ server }) => server.id)).size
    const forGoodFirst = group.toSorted((a, b) => Number(a.effect.reversible) - Number(b.effect.reversible))
    return [
      {
        tone: 'yellow',
        isForGood: group.some(({ effect }) => !effect.reversible),
        changes,
        sentences: forGoodFirst.map(
          ({ effect }) => (n === 1 ? '' : `${count(n, 'server')}: `) + effect.message,
        ),
        hints: [],
        consents: CONSENTS.filter((code) =>
          changes.some((each) => waitsFor(each, plan, codes).includes(code)),
        ),
      },
    ]
  })
}

/** Addresses of which less is known than that they work. */
export function unknowns(plan: Plan): Footnote[] {
  const groups = groupedBy(lookedAt(plan, 'sign-in', 'not-tried'), ({ tried }) => [
    tried.outcome,
    tried.evidence,
  ])
  return groups.flatMap((group): Footnote[] => {
    const [first] = group
    const text = first ? findingOf(first.change, plan) : null
    if (!first || text === null) return []
    return [
      {
        tone: 'dim',
        isForGood: false,
        changes: group.map(({ change }) => change),
        sentences: [text],
        hints: [],
        consents: [],
      },
    ]
  })
}
