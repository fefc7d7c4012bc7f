import { groupedBy } from '../../../core/grouped.ts'
import { type Change, type Effect, newUrl, serversIn } from '../../../core/plan/change.ts'
import { acceptOptions, CONSENTS, type Consent } from '../../../core/plan/consent.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import { isOfOrigin, wasTried } from '../../../core/reach/dead-origins.ts'
import type { Tried } from '../../../core/reach/reach.ts'
import { forAnyPath } from '../../../core/reach/remedies.ts'
import { originOf } from '../../../core/rule/address.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { count, printable } from '../../../core/show/text.ts'
import { hintLines, type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { findingOf } from './reach.ts'

/** What is said below a plan of one change or of several, once: a failure at their address, effects, or how one was found. */
export interface Footnote {
  tone: 'red' | 'yellow' | 'dim'
  /** Is something lost by it for good? */
  isForGood: boolean
  changes: readonly Change[]
  /** Each begins a line. */
  sentences: readonly string[]
  /** What mends it: a sentence, and commands on lines of their own. */
  hints: readonly string[]
  /** What these changes still wait for because of it. */
  consents: readonly Consent[]
}

/** A change and how its address was found. */
interface Looked {
  change: Change
  tried: Tried
}

const namesOf = (changes: readonly Change[]): string =>
  [...new Set(changes.map(({ server }) => shownName(server)))].join(', ')

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

const ofAnyPath = ({ change, tried }: Looked): string | null =>
  tried.hint === null ? null : forAnyPath(tried.hint, newUrl(change) ?? '')

/** A remedy as a hint, where commands are indented. */
const asHint = (who: string, remedy: string): string => `To mend ${who}: ${remedy.replaceAll('\n', '\n  ')}`

/** What mends each; once where the paths are all that differs. */
function mendings(group: readonly Looked[]): string[] {
  const common = new Set(group.map(ofAnyPath))
  const [only] = common
  if (group.length > 1 && common.size === 1) return only ? [asHint('them', only)] : []
  const mended = group.filter(({ tried }) => tried.hint !== null)
  return groupedBy(mended, ({ tried }) => tried.hint).map((same) => {
    const servers = same.map(({ change }) => change)
    return asHint(namesOf(servers), same[0]?.tried.hint ?? '')
  })
}

function failures(plan: Plan): Footnote[] {
  const groups = groupedBy(lookedAt(plan, 'failed'), failureKey)
  return groups.flatMap((group): Footnote[] => {
    const [first] = group
    if (!first) return []
    const { tried } = group.find((each) => wasTried(each.tried)) ?? first
    const changes = group.map(({ change }) => change)
    const n = serversIn(changes)
    const [do_, go] = n === 1 ? ['does', 'goes'] : ['do', 'go']
    const who = n === 1 ? namesOf(changes) : count(n, 'server')
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
        hints: isBack ? [] : mendings(group),
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
function effects(plan: Plan): Footnote[] {
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
function unknowns(plan: Plan): Footnote[] {
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

/** All that is to be said below a plan, in the order of its numbers, which begin with 1. */
export function footnotesOf(plan: Plan): Footnote[] {
  const costs = effects(plan)
  const isCostly = ({ consents, isForGood }: Footnote): boolean => consents.length > 0 || isForGood
  return [
    ...failures(plan),
    ...costs.filter(isCostly),
    ...costs.filter((each) => !isCostly(each)),
    ...unknowns(plan),
  ]
}

/** The numbers of what is said of some changes. */
export function numbersFor(changes: readonly Change[], footnotes: readonly Footnote[]): number[] {
  return footnotes.flatMap((each, i) => (changes.some((one) => each.changes.includes(one)) ? [i + 1] : []))
}

/** The numbers as they stand with a server; nothing where there are none. */
export const refsText = (numbers: readonly number[]): string =>
  numbers.length === 0 ? '' : `(${numbers.join(', ')})`

/** A footnote with what mends it, and the option that consents to it. */
export function renderFootnote(footnote: Footnote, number: number, look: Look): string {
  const { tone, isForGood, sentences, hints, consents } = footnote
  const label = `(${number}) `
  const indent = ' '.repeat(label.length)
  const [first = '', ...more] = sentences.map(printable)
  const said = [
    wrap(label + first, look.width, indent),
    ...more.map((each) => wrap(indent + each, look.width, indent)),
  ]
  const agreed = `${tone === 'red' ? 'All the same' : 'Agreed'}: ${acceptOptions(consents).join(' ')}`
  return [
    look.paint(isForGood ? [tone, 'bold'] : tone, said.join('\n')),
    ...hints.map((hint) => hintLines(hint, look, indent)),
    ...(consents.length > 0 ? [hintLines(agreed, look, indent)] : []),
  ].join('\n')
}
