/**
 * Has this invocation written anything to a gateway or a file, or may it have? That decides what an end is called that
 * comes in between: "nothing was written" is said only where it is so.
 */
export class Written {
  #before = false
  #underWay = false
  /** The command that takes back what the last run left in force, `null` where there is none. */
  undo: string | null = null

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

  /** Is it known what was written, as every run of this invocation is over? */
  get isSettled(): boolean {
    return !this.#underWay
  }
}

/**
 * The sentence for an end that came in between, or whose report was lost. `options`: raw; `history`: the command that shows
 * what was written.
 */
export function tellWritten(written: Written, { sandbox }: Record<string, unknown>, history: string): string {
  if (sandbox === true) return 'Something was written, or may have been; it is gone with the sandbox.'
  if (!written.isSettled)
    return `Something was written, or may have been. See what:\n  ${history}\nThe next run asks the gateway what became of it.`
  const undo = written.undo === null ? '' : `\nTo take it back:\n  ${written.undo}`
  return `Something was written, and the journal holds what became of it:\n  ${history}${undo}`
}
