/** A source of chance that gives the same for the same seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return this.#next() % limit
  }

  /** True once in `many` times. */
  once(many: number): boolean {
    return this.below(many) === 0
  }

  pick<Part>(parts: readonly [Part, ...Part[]]): Part {
    return parts[this.below(parts.length)] ?? parts[0]
  }

  /** Some texts, joined. */
  some(parts: readonly [string, ...string[]], most: number): string {
    let text = ''
    for (let left = this.below(most + 1); left > 0; left--) text += this.pick(parts)
    return text
  }
}
