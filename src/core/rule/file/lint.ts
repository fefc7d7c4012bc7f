import { type Finding, noteAt, wrongAt } from '../finding.ts'
import type { Rule } from '../rule.ts'
import { fedOn, OVERRUN, shadowOf } from './compare.ts'
import { Neighbours } from './neighbours.ts'

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
