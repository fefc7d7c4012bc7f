import type { StopSignal } from '../core/run/report.ts'
import { isHeldUp, STOP_SIGNALS } from './ending.ts'

/** Where the program is when a signal ends it: has a run begun, is it over? */
export type Phase = 'before' | 'during' | 'after'

/** How often it is looked whether a run that is to stop is held up, and after how many such looks on end it is given up. */
const LOOK_MS = 500
const LOOKS = 20

/** How often it is looked, before the program is ended, whether the system has given a file back, and how often at most. */
const GLANCE_MS = 10
const GLANCES = 25

/** Is there something printed that nobody takes, as by a pager that waits or a terminal that hangs? */
const isUnread = (): boolean =>
  [process.stdout, process.stderr].some(({ writableLength }) => writableLength > 0)

/**
 * What Ctrl-C, SIGTERM and SIGHUP do. Outside a run they end the program at once; during a run the first one asks it to
 * stop after the write in flight, and only a second one ends the program (the journal knows what was begun); or none, where
 * for ten seconds on end the system holds a file, as a disk does that is gone, or nobody reads the report.
 */
export class Signals {
  #requested: StopSignal | null = null
  #phase: Phase = 'before'
  #watch: NodeJS.Timeout | null = null
  #isEnding = false
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
    if (this.#phase !== 'during' || isStopping) return this.#endSoon(signal)
    this.#requested = signal
    this.#announce()
    let held = 0
    this.#watch = setInterval(() => {
      // While it works, it may work unread.
      held = isHeldUp() || (this.#phase === 'after' && isUnread()) ? held + 1 : 0
      if (held === LOOKS) this.#end(signal, this.#phase)
    }, LOOK_MS).unref()
  }

  /** Ends once no file is under way, which is a matter of milliseconds, or by a second signal; in any case soon. */
  #endSoon(signal: StopSignal): void {
    if (this.#isEnding || !isHeldUp()) return this.#end(signal, this.#phase)
    this.#isEnding = true
    let glances = 0
    const watch = setInterval(() => {
      glances += 1
      if (isHeldUp() && glances < GLANCES) return
      clearInterval(watch)
      this.#end(signal, this.#phase)
    }, GLANCE_MS)
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
    // No run is begun by a program that is about to end.
    if (this.#isEnding) await new Promise<never>(() => {})
    this.#phase = 'during'
    this.#requested = null
    if (this.#watch) clearInterval(this.#watch)
    try {
      return await act()
    } finally {
      this.finish()
    }
  }
}
