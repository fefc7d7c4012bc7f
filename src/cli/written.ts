import { shellQuoted } from '../core/shell.ts'

/**
 * Has this invocation written anything to a gateway or a file, or may it have? That decides what an end is called that
 * comes in between: "nothing was written" is said only where it is so.
 */
export class Written {
  #before = false
  #underWay = false

  /** A write is about to leave. */
  begin(): void {
    this.#underWay = true
  }

  /** The run is over, and it is known whether it wrote anything. */
  settle(wrote: boolean): void {
    this.#before ||= wrote
    this.#underWay = false
  }

  /** Was anything written so far, or may it have been? */
  get anything(): boolean {
    return this.#before || this.#underWay
  }
}

/** The sentence for an end that came in between, with the command that shows what was written. `options`: raw. */
export function tellWritten({ sandbox, journal }: Record<string, unknown>): string {
  if (sandbox === true) return 'Something was written, or may have been; it is gone with the sandbox.'
  const where = typeof journal === 'string' ? ` --journal ${shellQuoted(journal)}` : ''
  return `Something was written, or may have been. See what:\nnpx mcp-url-migrate history${where}\nThe next run asks the gateway what became of it.`
}
