import { readAddress } from '../address.ts'
import { type Bounded, commonAddress, covers } from '../overlap.ts'
import { isWithin } from '../rule-field.ts'
import { type Conditions, type Rule, type Subject, TRANSPORTS } from '../rule.ts'
import { verdictOn } from '../verdict.ts'
import type { Neighbours } from './neighbours.ts'

const MOST_VALUES = 2000

const boundedFrom = ({ from, where }: Rule): Bounded[] => from.map((pattern) => ({ pattern, where }))

/** The addresses that a rule makes. */
const boundedTo = ({ to, where }: Rule): Bounded => ({ pattern: to, where })

/** The same patterns, one for each value of a variable that has a list of them; as they are where those are very many. */
function spread(rule: Rule): Bounded[] {
  const wheres = [...rule.where].reduce<Map<string, readonly string[]>[]>(
    (found, [name, values]) =>
      found.length * values.length > MOST_VALUES
        ? found.map((where) => new Map([...where, [name, values]]))
        : found.flatMap((where) => values.map((value) => new Map([...where, [name, [value]]]))),
    [new Map()],
  )
  if (rule.from.length * wheres.length > MOST_VALUES) return boundedFrom(rule)
  return rule.from.flatMap((pattern) => wheres.map((where) => ({ pattern, where })))
}

const shareField = (a: Rule, b: Rule): boolean =>
  a.fields.some((one) => b.fields.some((other) => isWithin(one, other) || isWithin(other, one)))

const transportsOf = ({ transport }: Conditions): readonly string[] => transport ?? [...TRANSPORTS, 'stdio']

const areLiteral = (names: readonly string[]): boolean => names.every((name) => !name.includes('*'))

/** May one server be what both conditions are about? Names are told apart where they hold no `*`. */
function mayMeet(a: Conditions, b: Conditions): boolean {
  if (!transportsOf(a).some((each) => transportsOf(b).includes(each))) return false
  if (!a.servers || !b.servers || !areLiteral([...a.servers, ...b.servers])) return true
  const names = new Set(a.servers.map((name) => name.toLowerCase()))
  return b.servers.some((name) => names.has(name.toLowerCase()))
}

const equal = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  a === undefined || JSON.stringify(a) === JSON.stringify(b)

/** Does the first hold wherever the second does? */
function holdsWith(wide: Conditions, a: Conditions): boolean {
  return (
    transportsOf(a).every((each) => transportsOf(wide).includes(each)) &&
    equal(wide.servers, a.servers) &&
    equal(wide.access_groups, a.access_groups)
  )
}

/** The transport that a server has after a rule, where that can be told. */
function transportAfter({ transport, when }: Rule): Conditions {
  const { transport: _before, ...rest } = when
  if (transport !== null) return { ...rest, transport: [transport] }
  return when
}

const subjectAfter = (rule: Rule): Subject => {
  const [only, more] = transportAfter(rule).transport ?? []
  return only !== undefined && more === undefined ? { transport: only } : {}
}

/** An address that one rule makes, and that another changes again, or `null`. */
export function fedOn(
  first: Rule,
  second: Rule,
  neighbours: Neighbours,
): { url: string; next: string } | null {
  const isMet = mayMeet(transportAfter(first), second.when) && shareField(first, second)
  if (!isMet) return null
  const made = boundedTo(first)
  for (const wide of boundedFrom(second)) {
    if (!neighbours.mayCompare(made, wide)) return null
    if (commonAddress(made, wide) === null) continue
    // Of some values it may make the same, and of others not.
    for (const pattern of spread({ ...second, from: [wide.pattern] })) {
      if (!neighbours.mayCompare(made, pattern)) return null
      const url = commonAddress(made, pattern)
      if (url === null || readAddress(url).kind !== 'address') continue
      const verdict = verdictOn([{ ...second, when: {} }], url, subjectAfter(first))
      if (verdict.kind === 'match') return { url, next: verdict.after }
    }
  }
  return null
}

/** The rule before this one that takes an address first, and whether it takes them all. */
export function shadowOf(
  rules: readonly Rule[],
  i: number,
  neighbours: Neighbours,
): { j: number; isWhole: boolean; url: string } | null {
  const rule = rules[i]
  if (!rule) return null
  const before = neighbours.of(rule.from).filter(([j]) => j < i)
  const wider = before.filter(
    ([, each]) =>
      holdsWith(each.when, rule.when) &&
      rule.fields.every((field) => each.fields.some((named) => isWithin(field, named))),
  )
  const all = wider.length === 0 ? [] : spread(rule)
  const taken = all.map((own) =>
    wider.find(([, each]) =>
      boundedFrom(each).some((wide) => neighbours.mayCompare(wide, own) && covers(wide, own)),
    ),
  )
  const [first] = taken
  if (first && taken.every((each) => each !== undefined))
    return { j: first[0], isWhole: true, url: rule.from[0]?.text ?? '' }
  for (const [j, each] of before) {
    if (!shareField(each, rule) || !mayMeet(each.when, rule.when)) continue
    for (const a of boundedFrom(each))
      for (const b of boundedFrom(rule)) {
        if (!neighbours.mayCompare(a, b)) return null
        const url = commonAddress(a, b)
        if (url !== null) return { j, isWhole: false, url }
      }
  }
  return null
}

/** What is said where there is more than can be compared. */
export const OVERRUN =
  'there is too much in it for all rules to be compared with each other: overlaps and loops may be there'
