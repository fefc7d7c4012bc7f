/** Nobody has to be told of less. */
const WORTH_MS = 3000

/** What has taken that long, in words such as `8 s` and `2 min 5 s`; empty up to three seconds. */
export function elapsedText(ms: number): string {
  if (ms < WORTH_MS) return ''
  const [minutes, seconds] = [Math.floor(ms / 60_000), Math.floor(ms / 1000) % 60]
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds} s`
}

/** How long each step takes of what is told as progress: one is told apart from the next by what stands before its count. */
export class Stopwatch {
  readonly #now: () => number
  #step: string | null = null
  #since = 0

  /** `now`: the time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** What is being done now. */
  tell(text: string): void {
    const step = text.replace(/: .*/s, '')
    if (step === this.#step) return
    this.#step = step
    this.#since = this.#now()
  }

  /** Nothing is being done. */
  stop(): void {
    this.#step = null
  }

  /** How long this step has taken, in words; empty up to three seconds. */
  get text(): string {
    return this.#step === null ? '' : elapsedText(this.#now() - this.#since)
  }
}
