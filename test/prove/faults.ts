import type { Fault } from './fault-proxy.ts'

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How a seed's run goes, besides its faults. */
export interface Conditions {
  version: string
  onFailure: 'stop' | 'continue' | 'revert'
  /** Do the faults meet the revert after the run, too? */
  troubledRevert: boolean
  /** What the next request meets. */
  decide: (method: string) => Fault | null
}

/** How long the client of these runs waits for an answer, and how long it looks for a write, in milliseconds. */
export const TIMEOUT_MS = 120
export const PATIENCE_MS = 450

const BODIES = [
  '{"detail":{"error":"the database went away"}}',
  '{"error":{"message":"internal","code":"500"}}',
  '<html><body>Bad gateway</body></html>',
  '',
]

/** Conditions that a seed determines. */
export function conditionsOf(seed: number): Conditions {
  const next = numbersFrom(seed)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T
  const rate = pick([0.03, 0.1, 0.25, 0.5])
  const meets = pick(['PUT', 'GET', 'any', 'any'])
  const onFailure = pick(['stop', 'continue', 'revert'] as const)
  // A write that arrives when nobody looks for it any more is beyond anybody's knowing. After a take-back it would
  // undo that, so there all of them arrive within the time that the tool looks for them.
  const latest = onFailure === 'revert' ? PATIENCE_MS / 2 : PATIENCE_MS * 1.5
  const fault = (): Fault =>
    pick<() => Fault>([
      () => ({ kind: 'drop-request' }),
      () => ({ kind: 'drop-answer' }),
      () => ({ kind: 'truncate' }),
      () => ({ kind: 'duplicate' }),
      () => ({ kind: 'delay', ms: Math.floor(next() * TIMEOUT_MS * 0.5), late: false }),
      () => ({ kind: 'delay', ms: Math.floor(TIMEOUT_MS + next() * (latest - TIMEOUT_MS)), late: true }),
      () => ({
        kind: 'status',
        status: pick([500, 502, 503, 429]),
        body: pick(BODIES),
        retryAfter: pick([null, '0', new Date(0).toUTCString()]),
        processed: next() < 0.5,
      }),
    ])()
  return {
    version: pick(['1.77.7', '1.81.14', '1.106.2']),
    onFailure,
    troubledRevert: next() < 0.3,
    decide: (method) => {
      const concerned = meets === 'any' || meets === method
      return concerned && next() < rate ? fault() : null
    },
  }
}
