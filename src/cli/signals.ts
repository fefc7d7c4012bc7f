import type { StopSignal } from '../core/run/report.ts'
import { isHeldUp, STOP_SIGNALS } from './ending.ts'

/** Where the program is when a signal ends it: has a run begun, is it over? */
export type Phase = 'before' | 'during' | 'after'

/** How often it is looked whether a run that is to stop is held up by the system, and after how many such looks it is given up. */
const LOOK_MS = 500
const LOOKS = 20

/**
 * What Ctrl-C, SIGTERM and SIGHUP do. Outside a run they end the program at once; during a run the first one asks it to
 * stop after the write in flight, and only a second one ends the program (the journal knows what was begun); or none, where
 * the system holds a file for ten seconds on end, as a disk does that is gone.
 */
export class Signals {
  #requested: StopSignal | null = null
  #phase: Phase = 'before'
  #watch: NodeJS.Timeout | null = null
  readonly #end: (signal: StopSignal, phase: Phase) => void
  readonly #announce: () => void

  constructor(end: (signal: StopSignal, phase: Phase) => void, announce: () => void) {
    this.#end = end
    this.#announce = announce
    for (const signal of STOP_SIGNALS) process.on(signal, () => this.receive(signal))
  }

  /** Does what a signal asks for, as if it had come. */
  receive(signal: StopSignal): void {
    const isStopping = this.#phase === 'during' && this.#requested !== null
    // A terminal that is closed sends it more than once, by the system and by the shell: that is nobody's impatience.
    if (isStopping && signal === 'SIGHUP') return
    if (this.#phase !== 'during' || isStopping) return this.#end(signal, this.#phase)
    this.#requested = signal
    this.#announce()
    let held = 0
    this.#watch = setInterval(() => {
      held = isHeldUp() ? held + 1 : 0
      if (held >= LOOKS) this.#end(signal, this.#phase)
    }, LOOK_MS).unref()
  }

  /** The signal that asked to stop, or `null`. */
  readonly requested = (): StopSignal | null => this.#requested

  /** Where the program is. */
  get phase(): Phase {
    return this.#phase
  }

  /** Says that no run will follow any more. */
  finish(): void {
    this.#phase = 'after'
    if (this.#watch) clearInterval(this.#watch)
  }

  /** Runs something that ends by itself when `requested` says so. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    this.#phase = 'during'
    this.#requested = null
    try {
      return await act()
    } finally {
      this.finish()
    }
  }
}
