import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { isatty } from 'node:tty'
import { codeOf } from '../../core/errors.ts'

/** The terminals among the standard streams of this process, which may be closed while it runs. */
export class HangUp {
  readonly #terminals = [0, 1, 2].filter((fd) => isatty(fd))

  #gone(): number[] {
    return this.#terminals.filter((fd) => !isatty(fd))
  }

  /** Does an error tell no more than that a terminal was closed? A prompt fails when it gives one its settings back. */
  explains(error: unknown): boolean {
    return codeOf(error) === 'EIO' && this.#gone().length > 0
  }

  /**
   * Puts nothing in the place of terminals that were closed; to be called last. Node gives each its settings back as it ends,
   * and crashes where the system refuses that (`ResetStdio` of node.cc, seen with 20.20.2).
   */
  letGo(): void {
    for (const fd of this.#gone()) {
      closeSync(fd)
      // The lowest number that is free: that of the terminal.
      openSync(devNull, 'r+')
    }
  }
}
