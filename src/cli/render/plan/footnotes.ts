import type { Change } from '../../../core/plan/change.ts'
import { acceptOptions, type Consent } from '../../../core/plan/consent/consent.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import { printable } from '../../../core/show/text.ts'
import { hintLines, type Look, wrap } from '../layout.ts'
import { effects, failures, unknowns } from './causes.ts'

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

/** What is said below a plan, in the order of its numbers, which begin with 1; `numbers`: those of each change. */
export interface Footnotes {
  all: readonly Footnote[]
  numbers: ReadonlyMap<Change, readonly number[]>
}

/** All that is to be said below a plan. */
export function footnotesOf(plan: Plan): Footnotes {
  const costs = effects(plan)
  const isCostly = ({ consents, isForGood }: Footnote): boolean => consents.length > 0 || isForGood
  const all = [
    ...failures(plan),
    ...costs.filter(isCostly),
    ...costs.filter((each) => !isCostly(each)),
    ...unknowns(plan),
  ]
  const numbers = new Map<Change, number[]>()
  for (const [i, { changes }] of all.entries())
    for (const each of changes) numbers.set(each, [...(numbers.get(each) ?? []), i + 1])
  return { all, numbers }
}

/** The numbers of what is said of some changes, in order. */
export function numbersFor(changes: readonly Change[], { numbers }: Footnotes): number[] {
  const all = new Set(changes.flatMap((each) => numbers.get(each) ?? []))
  return [...all].toSorted((a, b) => a - b)
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
