import type { StopSignal } from '../core/run/report.ts'

/** Where the program is when a signal ends it: has a run begun, is it over? */
export type Phase = 'before' | 'during' | 'after'

/**
 * What Ctrl-C, SIGTERM and SIGHUP do. Outside a run they end the program at once; during a run the first one asks it to
 * stop after the write in flight, and only a second one ends the program (the journal knows what was begun).
 */
export class Signals {
  #requested: StopSignal | null = null
  #phase: Phase = 'before'
  readonly #end: (signal: StopSignal, phase: Phase) => void
  readonly #announce: () => void

  constructor(end: (signal: StopSignal, phase: Phase) => void, announce: () => void) {
    this.#end = end
    this.#announce = announce
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => this.receive(signal))
  }

  /** Does what a signal asks for, as if it had come. */
  receive(signal: StopSignal): void {
    const isStopping = this.#phase === 'during' && this.#requested !== null
    // A terminal that is closed sends it more than once, by the system and by the shell: that is nobody's impatience.
    if (isStopping && signal === 'SIGHUP') return
    if (this.#phase !== 'during' || isStopping) return this.#end(signal, this.#phase)
    this.#requested = signal
    this.#announce()
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
