/** From so many of what is counted on, and after so long, its pace tells something. */
const LEAST_DONE = 5
const LEAST_MS = 3000

/** The pace is that of the last so many. */
const LAST = 20

/** Where nothing was done for so long, or for twice as long as one usually takes, nobody knows when it will be done. */
const STANDSTILL_MS = 5000

/** How many a second: "8.1 a second". Empty where that is next to none. */
function paceText(perSecond: number): string {
  const shown = perSecond < 9.95 ? perSecond.toFixed(1) : String(Math.round(perSecond))
  return Number(shown) > 0 ? `${shown} a second` : ''
}

/** "about 40 s left", in steps of five seconds up to a minute, else in whole minutes, rounded up. */
function leftText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 5000)) * 5
  return seconds > 60 ? `about ${Math.ceil(ms / 60_000)} min left` : `about ${seconds} s left`
}

/**
 * The pace at which something is done, and how long the rest will take at that pace, which is that of late. Says nothing where
 * the pace says nothing: at the beginning, and where some take much longer than others.
 */
export class Rate {
  readonly #now: () => number
  readonly #total: number
  readonly #started: number
  #done = 0
  /** When each of the last was done, oldest first, with the beginning before them where that is recent. */
  #times: number[]

  /** `now`: the time in milliseconds, by a clock that nobody sets; `total`: how many there are to do. */
  constructor(now: () => number, total: number) {
    this.#now = now
    this.#total = total
    this.#started = now()
    this.#times = [this.#started]
  }

  /** So many are done by now. */
  reach(done: number): void {
    if (done <= this.#done) return
    const now = this.#now()
    for (; this.#done < done; this.#done += 1) this.#times.push(now)
    this.#times = this.#times.slice(-LAST - 1)
  }

  /** Milliseconds for each, of late; `null` where that is not known. */
  #each(now: number): number | null {
    if (this.#done < LEAST_DONE || now - this.#started < LEAST_MS) return null
    const [first = now] = this.#times
    const times = [...this.#times, now]
    const longest = Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? time)))
    const each = (now - first) / (this.#times.length - 1)
    return longest > Math.max(STANDSTILL_MS, 2 * each) ? null : each
  }

  /** ", 8.1 a second" and ", about 40 s left" of what is not `held`: that takes longer, and with it nobody knows how long. */
  texts(isHeld = false): { pace: string; left: string } {
    const each = this.#done < this.#total ? this.#each(this.#now()) : null
    if (each === null) return { pace: '', left: '' }
    const pace = paceText(1000 / each)
    return {
      pace: pace && `, ${pace}`,
      left: isHeld ? '' : `, ${leftText(each * (this.#total - this.#done))}`,
    }
  }
}

/** A line of progress with as much of its pace as `width` columns hold: the time left before the pace. */
export function withRate(
  line: string,
  { pace, left }: { pace: string; left: string },
  width: number,
): string {
  const ends = [pace + left, left, '']
  return line + (ends.find((end) => line.length + end.length <= width) ?? '')
}
