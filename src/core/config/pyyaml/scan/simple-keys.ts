import type { Cursor } from './cursor.ts'
import { YamlFault } from '../fault.ts'

/** A place at which a key without `?` may have begun: the `:` after it decides. */
export interface SimpleKey {
  /** The number of the token that begins it. */
  token: number
  /** Must it be one, as nothing else can stand there? */
  required: boolean
  index: number
  line: number
  column: number
  start: number
}

/** More characters a key without `?` must not have. */
const LONGEST = 1024

const MISSING = 'a key has no ":" after it'

/** The keys that may have begun: one at most for each depth of brackets. */
export class SimpleKeys {
  readonly #cursor: Cursor
  readonly #keys = new Map<number, SimpleKey>()

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  /** Notes that a key may begin at the cursor. */
  save(level: number, token: number, required: boolean): void {
    this.drop(level)
    const { index, line, column, offset } = this.#cursor
    this.#keys.set(level, { token, required, index, line, column, start: offset })
  }

  /** Gives up what may have begun at this level. */
  drop(level: number): void {
    if (this.#keys.get(level)?.required) throw new YamlFault(MISSING, this.#cursor.offset)
    this.#keys.delete(level)
  }

  /** Hands the key over to the `:` that completes it. */
  take(level: number): SimpleKey | undefined {
    const key = this.#keys.get(level)
    this.#keys.delete(level)
    return key
  }

  /** Gives up the keys that have become too long, or lie on another line. */
  dropStale(): void {
    const { line, index, offset } = this.#cursor
    for (const [level, key] of this.#keys) {
      if (key.line === line && index - key.index <= LONGEST) continue
      if (key.required) throw new YamlFault(MISSING, offset)
      this.#keys.delete(level)
    }
  }

  /** Is the token with this number the first that may begin a key? */
  isFirst(token: number): boolean {
    let first = Number.POSITIVE_INFINITY
    for (const key of this.#keys.values()) first = Math.min(first, key.token)
    return first === token
  }
}
