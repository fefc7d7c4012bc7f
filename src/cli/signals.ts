/** The two signals that end a run in good order. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/**
 * What Ctrl-C and SIGTERM do. Outside a run they end the program at once; during a run the first one asks it to
 * stop behind the write in flight, and only a second one ends the program (the journal knows what was begun).
 */
export class Signals {
  #requested: StopSignal | null = null
  #running = false
  readonly #end: (signal: StopSignal, during: 'run' | 'other') => void
  readonly #announce: () => void

  constructor(end: (signal: StopSignal, during: 'run' | 'other') => void, announce: () => void) {
    this.#end = end
    this.#announce = announce
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#receive(signal))
  }

  #receive(signal: StopSignal): void {
    if (!this.#running || this.#requested !== null) return this.#end(signal, this.#running ? 'run' : 'other')
    this.#requested = signal
    this.#announce()
  }

  /** The signal that asked to stop, or `null`. */
  readonly requested = (): StopSignal | null => this.#requested

  /** Runs something that ends by itself when `requested` says so. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    this.#running = true
    try {
      return await act()
    } finally {
      this.#running = false
    }
  }
}
