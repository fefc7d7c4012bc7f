import type { Finding } from '../finding.ts'
import type { Migration, Rule } from '../rule.ts'
import { fedOn, OVERRUN, shadowOf } from './compare.ts'
import { Neighbours } from './neighbours.ts'

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
