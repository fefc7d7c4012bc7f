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

/** The sentence for an end that came in between. `options`: raw; `history`: the command that shows what was written. */
export function tellWritten({ sandbox }: Record<string, unknown>, history: string): string {
  return sandbox === true
    ? 'Something was written, or may have been; it is gone with the sandbox.'
    : `Something was written, or may have been. See what:\n  ${history}\nThe next run asks the gateway what became of it.`
}
