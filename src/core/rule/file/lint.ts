import { readAddress } from '../address.ts'
import { type Finding, noteAt, wrongAt } from '../finding.ts'
import { type Bounded, commonAddress, covers } from '../overlap.ts'
import { isWithin } from '../rule-field.ts'
import { type Conditions, type Migration, type Rule, type Subject, TRANSPORTS } from '../rule.ts'
import { verdictOn } from '../verdict.ts'
import { Neighbours } from './neighbours.ts'

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
function fedOn(first: Rule, second: Rule, neighbours: Neighbours): { url: string; next: string } | null {
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

const nameOf = (rules: readonly Rule[], i: number): string => (rules.length === 1 ? 'it' : `rule ${i + 1}`)

/** What rules of one file make and match again, themselves or each other. */
function fedBack(
  rules: readonly Rule[],
  places: readonly (readonly PropertyKey[])[],
  neighbours: Neighbours,
): Finding[] {
  return rules.flatMap((rule, i) => {
    for (const [j, other] of neighbours.of([rule.to])) {
      const fed = fedOn(rule, other, neighbours)
      if (!fed) continue
      return [
        wrongAt(
          places[i] ?? [],
          i === j
            ? `it matches its own result: ${fed.url} becomes ${fed.next}, and would move again each time`
            : `what ${nameOf(rules, i)} makes, ${nameOf(rules, j)} changes again: ${fed.url} becomes ${fed.next} the next time`,
        ),
      ]
    }
    return []
  })
}

/** The rule before this one that takes an address first, and whether it takes them all. */
function shadowOf(
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

const OVERRUN =
  'there is too much in it for all rules to be compared with each other: overlaps and loops may be there'

/** What is odd in the rules of one file, taken together. `places`: where each stands in it. */
export function lintRules(rules: readonly Rule[], places: readonly (readonly PropertyKey[])[]): Finding[] {
  const neighbours = new Neighbours(rules)
  const shadows = rules.flatMap((_, i) => {
    const shadow = shadowOf(rules, i, neighbours)
    const at = places[i] ?? []
    if (!shadow) return []
    return shadow.isWhole
      ? [
          wrongAt(
            at,
            `rule ${i + 1} is never used: rule ${shadow.j + 1}, before it, matches all that it matches`,
          ),
        ]
      : [
          noteAt(
            at,
            `rule ${shadow.j + 1} comes before rule ${i + 1} for some addresses, such as ${shadow.url}`,
          ),
        ]
  })
  const fed = fedBack(rules, places, neighbours)
  return [...shadows, ...fed, ...(neighbours.isOverrun ? [noteAt([], OVERRUN)] : [])]
}

/**
 * What is odd between migrations, in the order in which they are used: `migration` is the one that it is told with. `error`: they
 * cannot even stand side by side. `isCircle`: they can, but not be used together.
 */
export interface Together {
  migration: string
  severity: Finding['severity']
  isCircle: boolean
  message: string
}

/** The rules that are reached from one by their results, it itself among them where they come back. */
function circleFrom(start: Rule, neighbours: Neighbours): Rule[] | null {
  const ways = new Map<Rule, Rule | null>([[start, null]])
  const open = [start]
  for (let rule = open.shift(); rule; rule = open.shift()) {
    for (const [, next] of neighbours.of([rule.to])) {
      if (fedOn(rule, next, neighbours) === null) continue
      if (next === start) {
        const way = [rule]
        for (let at = ways.get(rule); at; at = ways.get(at)) way.unshift(at)
        return way
      }
      if (ways.has(next)) continue
      ways.set(next, rule)
      open.push(next)
    }
  }
  return null
}

/** What is odd between several migrations: an id that two have, rules that come first or feed each other, and circles. */
export function lintTogether(migrations: readonly Migration[]): Together[] {
  const found: Together[] = []
  for (const [i, { id }] of migrations.entries())
    if (migrations.findIndex((each) => each.id === id) < i)
      found.push({
        migration: id,
        severity: 'error',
        isCircle: false,
        message: `two migrations have the id ${id}`,
      })
  if (found.length > 0) return found
  const rules = migrations.flatMap((migration) => migration.rules)
  const neighbours = new Neighbours(rules)
  const isOther = (a: Rule, b: Rule): boolean => a.migration !== b.migration
  const inCircle = new Set<Rule>()
  for (const rule of rules) {
    const circle = inCircle.has(rule) ? null : circleFrom(rule, neighbours)
    if (!circle || circle.every((each) => !isOther(each, rule))) continue
    for (const each of circle) inCircle.add(each)
    const way = [...circle, rule].map(({ name }) => name).join(' → ')
    found.push({
      migration: rule.migration,
      severity: 'note',
      isCircle: true,
      message: `used together, addresses would go in a circle: ${way}`,
    })
  }
  for (const [i, rule] of rules.entries()) {
    const shadow = shadowOf(rules, i, neighbours)
    const other = shadow && rules[shadow.j]
    if (other && isOther(other, rule))
      found.push({
        migration: rule.migration,
        severity: 'note',
        isCircle: false,
        message: shadow.isWhole
          ? `${rule.name} is never used: ${other.name}, before it, matches all that it matches`
          : `${other.name} comes before ${rule.name} for some addresses, such as ${shadow.url}`,
      })
    for (const [, next] of neighbours.of([rule.to])) {
      const fed = isOther(next, rule) && !inCircle.has(rule) ? fedOn(rule, next, neighbours) : null
      if (fed)
        found.push({
          migration: rule.migration,
          severity: 'note',
          isCircle: false,
          message: `what ${rule.name} makes, ${next.name} changes in a later run: ${fed.url} becomes ${fed.next}`,
        })
    }
  }
  const [first] = migrations
  if (first && neighbours.isOverrun)
    found.push({ migration: first.id, severity: 'note', isCircle: false, message: OVERRUN })
  return found
}
