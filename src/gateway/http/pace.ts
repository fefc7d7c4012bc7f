/** How many requests begin with. LiteLLM is one Python thread: a few at once keep it at work while backends are waited for. */
const FIRST_LIMIT = 4

/** No more than so many at once, however quick the gateway is. */
const MOST_LIMIT = 8

/** No more than so many under way in all, those included that wait for a silent backend. */
const MOST_UNDER_WAY = 64

/** A request that has been under way for longer waits for its backend, where nothing is known of the others yet. */
const FIRST_STALL_MS = 1000

/** What is under way for four times as long as others take waits for its backend; for less than so long nothing does. */
const STALL_FACTOR = 4
const LEAST_STALL_MS = 500

/** A request that took longer tells of its backend, and nothing of the gateway: LiteLLM gives up on it after 10 s or 30 s. */
const SILENCE_MS = 8000

/** Of the requests at once so many may stand in a queue in the gateway: below, one more is tried, above, one less. */
const SHORT_QUEUE = 1
const LONG_QUEUE = 2

/** After a refusal so many rounds without one make it one more. */
const ROUNDS_AFTER_REFUSAL = 8

/** Within so long an idle gateway tells that it is there. */
const SIGN_MS = 250

/** A request that began at `since`, in milliseconds of the clock. */
interface UnderWay {
  readonly since: number
}

/**
 * How a request ended. Nothing is to begin for `pauseMs` where the gateway refused it (`busy`), or its connection was lost: that
 * may be a gateway that had too much, or one that closed a connection nobody had used for a while.
 */
export type End = { kind: 'answered' | 'failed' } | { kind: 'busy' | 'lost'; pauseMs: number }

/**
 * May another request begin? `until`: look again by then, in milliseconds of the clock, or when one has ended. `unsure`: all
 * that is under way takes long, and nothing tells whether it waits for silent backends or for a slow gateway.
 */
export type Verdict = { kind: 'go' } | { kind: 'unsure' } | { kind: 'wait'; until: number }

/**
 * How many requests a gateway gets at once. More while it keeps up; fewer while they queue up in it, told as TCP Vegas does by
 * the shortest time that one took against what they take now; half as many where it refuses one. A request that waits for a
 * silent backend costs the gateway nothing, and does not count among them. Pure: each call is told the time.
 */
export class Pace {
  readonly #underWay = new Set<UnderWay>()
  #limit = FIRST_LIMIT
  #most = MOST_UNDER_WAY
  /** The times that the requests of this round took, in milliseconds. */
  #round: number[] = []
  #calmRounds = 0
  #roundsToGrow = 1
  /** Did one have to wait because of the limit? Else more at once were not wanted. */
  #wasFull = false
  /** The shortest time that a request took; it rises slowly, as what was true an hour ago need not be. */
  #fastest = Infinity
  /** How long the requests of the last round took, on average; `null` before it is over. */
  #usual: number | null = null
  #pausedUntil = -Infinity
  #refusedAt = -Infinity
  /** When the gateway was last seen to be quick. */
  #quickAt = -Infinity

  /** How many may be at once that do not wait for a silent backend. */
  get limit(): number {
    return this.#limit
  }

  /** How many are under way. */
  get underWay(): number {
    return this.#underWay.size
  }

  /** From when on a request waits for its backend, in milliseconds. */
  get #stallMs(): number {
    return this.#usual === null ? FIRST_STALL_MS : Math.max(LEAST_STALL_MS, STALL_FACTOR * this.#usual)
  }

  /** How many of those under way do not wait for a silent backend. */
  young(now: number): number {
    return [...this.#underWay].filter(({ since }) => now - since < this.#stallMs).length
  }

  verdict(now: number): Verdict {
    if (now < this.#pausedUntil) return { kind: 'wait', until: this.#pausedUntil }
    if (this.#underWay.size >= this.#most) return { kind: 'wait', until: Infinity }
    if (this.young(now) >= this.#limit) {
      this.#wasFull = true
      const stalls = [...this.#underWay].map(({ since }) => since + this.#stallMs)
      return { kind: 'wait', until: Math.min(...stalls.filter((at) => at > now)) }
    }
    const isQuick = now - this.#quickAt < this.#stallMs
    return { kind: this.#underWay.size < this.#limit || isQuick ? 'go' : 'unsure' }
  }

  /** A request begins. */
  begin(now: number): UnderWay {
    const request = { since: now }
    this.#underWay.add(request)
    return request
  }

  /** The gateway answered something at once that asks no backend. */
  hear(now: number): void {
    this.#quickAt = now
  }

  /** A request is over. */
  end(request: UnderWay, how: End, now: number): void {
    if (how.kind === 'busy' || how.kind === 'lost') this.#slowDown(request, how, now)
    this.#underWay.delete(request)
    if (how.kind === 'answered') this.#learn(now - request.since, now)
  }

  /** What was refused with others, which began before the first of them was, is one refusal. */
  #slowDown({ since }: UnderWay, { kind, pauseMs }: Extract<End, { pauseMs: number }>, now: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pauseMs)
    if (since < this.#refusedAt) return
    this.#refusedAt = now
    const half = Math.max(1, Math.floor(this.#underWay.size / 2))
    if (kind === 'busy') this.#most = half
    this.#limit = Math.max(1, Math.min(this.#most, Math.floor(this.#limit / 2)))
    this.#roundsToGrow = ROUNDS_AFTER_REFUSAL
    this.#round = []
    this.#calmRounds = 0
  }

  #learn(tookMs: number, now: number): void {
    if (tookMs < this.#stallMs) this.#quickAt = now
    if (tookMs >= SILENCE_MS) {
      // It was there, and its backend was not: of those there may be more.
      this.#most = Math.min(MOST_UNDER_WAY, 2 * this.#most)
      return
    }
    this.#round.push(tookMs)
    if (this.#round.length < this.#limit) return
    this.#usual = this.#round.reduce((sum, each) => sum + each, 0) / this.#round.length
    this.#adjust(Math.min(...this.#round))
    this.#round = []
  }

  /** At the end of a round. The quickest of it is taken, as backends take their time: what all have in common is the queue. */
  #adjust(recent: number): void {
    this.#most = Math.min(MOST_UNDER_WAY, this.#most + 1)
    this.#fastest = recent < this.#fastest ? recent : this.#fastest + (recent - this.#fastest) / 16
    const queued = recent > 0 ? this.#limit * (1 - this.#fastest / recent) : 0
    if (queued > LONG_QUEUE) {
      this.#limit = Math.max(1, this.#limit - 1)
      this.#calmRounds = 0
    } else if (queued < SHORT_QUEUE && this.#wasFull) this.#grow()
    this.#wasFull = false
  }

  #grow(): void {
    this.#calmRounds += 1
    if (this.#calmRounds < this.#roundsToGrow) return
    this.#calmRounds = 0
    this.#limit = Math.min(MOST_LIMIT, this.#most, this.#limit + 1)
  }
}

/** A request that may leave. To be ended once, whatever becomes of it. */
export type Turn = (how: End) => void

/** Whoever waits for a turn. */
type Waiting = (turn: Turn) => void

/** Where all requests wait that make one gateway work: shared by all who use it. */
export class Gate {
  readonly #pace = new Pace()
  /** Those that were refused, and come first. */
  readonly #again: Waiting[] = []
  readonly #waiting: Waiting[] = []
  #alarm: NodeJS.Timeout | undefined
  /** When the gateway may be asked for a sign of life again, and how long to wait after the next one that fails. */
  #signAt = -Infinity
  #signPauseMs = FIRST_STALL_MS

  /**
   * Waits until a request may begin. `isAgain`: it was refused, and holds its place. `sign`: asks the gateway for something
   * that asks no backend, and says whether it answered.
   */
  turn(isAgain: boolean, sign: () => Promise<boolean>): Promise<Turn> {
    return new Promise((resolve) => {
      ;(isAgain ? this.#again : this.#waiting).push(resolve)
      this.#advance(sign)
    })
  }

  #advance(sign: () => Promise<boolean>): void {
    clearTimeout(this.#alarm)
    while (this.#again.length + this.#waiting.length > 0) {
      const now = performance.now()
      const verdict = this.#pace.verdict(now)
      if (verdict.kind !== 'go') {
        this.#lookAgain(verdict, now, sign)
        return
      }
      const next = this.#again.shift() ?? this.#waiting.shift()
      const request = this.#pace.begin(now)
      next?.((how) => {
        this.#pace.end(request, how, performance.now())
        this.#advance(sign)
      })
    }
  }

  #lookAgain(verdict: Exclude<Verdict, { kind: 'go' }>, now: number, sign: () => Promise<boolean>): void {
    if (verdict.kind === 'unsure') void this.#ask(now, sign)
    const at = verdict.kind === 'unsure' ? this.#signAt : verdict.until
    // A timer may be early by less than a millisecond.
    if (at < Infinity) this.#alarm = setTimeout(() => this.#advance(sign), Math.max(1, Math.ceil(at - now)))
  }

  /** Whether the gateway is quick, and it is only backends that are silent: once a second at most, and less often where it is not. */
  async #ask(now: number, sign: () => Promise<boolean>): Promise<void> {
    if (now < this.#signAt) return
    this.#signAt = Infinity
    const isThere = await sign().catch(() => false)
    const then = performance.now()
    const isQuick = isThere && then - now <= SIGN_MS
    this.#signPauseMs = isQuick ? FIRST_STALL_MS : 2 * this.#signPauseMs
    this.#signAt = then + this.#signPauseMs
    if (isQuick) this.#pace.hear(then)
    this.#advance(sign)
  }
}
