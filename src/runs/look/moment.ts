/**
 * A moment by two clocks, in milliseconds: `steady` stands still while the machine sleeps, and `wall` may be set forward or
 * back.
 */
export interface Moment {
  steady: number
  wall: number
}

/** This moment. */
export const moment = (): Moment => ({ steady: performance.now(), wall: Date.now() })

/**
 * Milliseconds since a moment, by the clock that saw more pass: a process that was stopped, a machine that slept. A time of day
 * that went back was set, and tells nothing.
 */
export function msSince(then: Moment, now: Moment = moment()): number {
  return Math.max(now.steady - then.steady, now.wall - then.wall)
}

/** How old, in milliseconds, may be what was read when a write that was made from it leaves? */
export const WRITE_WITHIN_MS = 2000

/** May a write leave now that is made from what was read then? */
export const isFresh = (then: Moment, now?: Moment): boolean => msSince(then, now) <= WRITE_WITHIN_MS

/** A read by id that took longer than this is no longer what is stored: LiteLLM reads the row first, then probes. */
const PROMPT_MS = 500

/** Is what a read by id that began then brings still what is stored, if it comes now? */
export const isPrompt = (began: Moment): boolean => msSince(began) < PROMPT_MS

const PULSE_MS = 100

/**
 * Asks, and tells the last moment at which this process is known to have waited for the answer. Where it was stopped
 * meanwhile, that is before the stop: the answer may have lain there as long. Throws what `ask` throws.
 */
export async function askedAt<T>(ask: () => Promise<T>): Promise<{ found: T; at: Moment }> {
  let at = moment()
  const pulse = setInterval(() => {
    if (isFresh(at)) at = moment()
  }, PULSE_MS)
  try {
    return { found: await ask(), at }
  } finally {
    clearInterval(pulse)
  }
}
