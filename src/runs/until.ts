import { setTimeout as sleep } from 'node:timers/promises'

/** How long to go on reading. */
interface Patience {
  /** In milliseconds; with 0 there is one read. */
  ms: number
  /** The pause after the first read, 100 ms unless told; each later one is twice as long, up to 3 s. */
  firstPauseMs?: number
  /** Asked after each read that decided nothing: is it no use to go on, as nobody answers? */
  isOver?: () => boolean
}

/** What tells the time and waits, both in milliseconds. */
export interface Clock {
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

const LONGEST_PAUSE_MS = 3000

// Not the time of day, which somebody may set in the middle of it.
const REAL: Clock = { now: () => performance.now(), sleep }

/**
 * Reads until a read decides something, or patience is at its end: no read begins after that. `read` hears how many
 * milliseconds are left. Returns the decision, `null` where there was none, and what the last read brought. Throws
 * what `read` and `decide` throw.
 */
export async function until<Found, Decision>(
  { ms, firstPauseMs = 100, isOver = () => false }: Patience,
  read: (leftMs: number) => Promise<Found>,
  decide: (found: Found) => Decision | null,
  clock: Clock = REAL,
): Promise<{ decision: Decision | null; last: Found }> {
  const end = clock.now() + ms
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const last = await read(Math.max(0, end - clock.now()))
    const decision = decide(last)
    if (decision !== null || isOver() || clock.now() + pause > end) return { decision, last }
    await clock.sleep(pause)
  }
}
