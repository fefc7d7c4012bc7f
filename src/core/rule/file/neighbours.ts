import { LOOPBACK, type UrlPattern } from '../pattern.ts'
import type { Bounded } from '../overlap.ts'
import type { Rule } from '../rule.ts'

/** So many pairs of patterns are compared: far more than files that people write have. */
const MOST_PAIRS = 100_000

/** Where a pattern matches: at a host, or at any of a port, where a variable stands in the host. */
function placeOf({ scheme, host, port }: UrlPattern): { any: string; own: string | null } {
  const any = `${scheme}:${port}`
  const isOpen = host === LOOPBACK || host.some(({ name }) => name !== null)
  return { any, own: isOpen ? null : `${any} ${host.map(({ before }) => before).join('.')}` }
}

/** How many values the variables of a pattern may have, all in all. */
const valuesIn = ({ where }: Bounded): number =>
  [...where.values()].reduce((sum, { length }) => sum + length, 0)

/** Rules by the addresses that they match, and how many pairs of patterns may still be compared. */
export class Neighbours {
  #left = MOST_PAIRS
  readonly #rules: readonly Rule[]
  readonly #places = new Map<string, Set<number>>()

  constructor(rules: readonly Rule[]) {
    this.#rules = rules
    for (const [i, { from }] of rules.entries())
      for (const { any, own } of from.map(placeOf)) {
        this.#add(any, i)
        this.#add(own ?? `${any} open`, i)
      }
  }

  #add(place: string, i: number): void {
    this.#places.set(place, (this.#places.get(place) ?? new Set()).add(i))
  }

  /** The rules that may match what one of these patterns does, with their numbers, in their order. */
  of(patterns: readonly UrlPattern[]): [number, Rule][] {
    const places = patterns
      .map(placeOf)
      .flatMap(({ any, own }) => (own === null ? [any] : [own, `${any} open`]))
    const found = new Set([...new Set(places)].flatMap((place) => [...(this.#places.get(place) ?? [])]))
    return [...found]
      .toSorted((a, b) => a - b)
      .flatMap((i): [number, Rule][] => {
        const rule = this.#rules[i]
        return rule ? [[i, rule]] : []
      })
  }

  /** May two more patterns be compared? Lists of values are compared each with each. */
  mayCompare(a: Bounded, b: Bounded): boolean {
    this.#left -= 1 + (valuesIn(a) * valuesIn(b)) / 1000
    return this.#left >= 0
  }

  /** Was there more than could be compared? */
  get isOverrun(): boolean {
    return this.#left < 0
  }
}
