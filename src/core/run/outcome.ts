import { type Change, type ChangedFile, standingFor } from '../plan/change.ts'
import type { Consent } from '../plan/consent/consent.ts'
import type { DriftedField } from '../plan/drift.ts'
import type { Plan } from '../plan/plan.ts'
import type { Tried } from '../reach/reach.ts'

/**
 * What became of a change. `failed`: the gateway refused, or the file could not be changed; `not-applied`: not tried; `unknown`: not settled in time;
 * `reverted`: written, and taken back by the same run.
 */
export type Outcome = 'applied' | 'not-applied' | 'failed' | 'drifted' | 'unknown' | 'reverted'

/** A field that changed although nobody asked for it. */
export interface CollateralChange {
  field: string
  before: unknown
  after: unknown
  repaired: boolean
}

/** One change and its fate. */
export interface AppliedChange extends Change {
  outcome: Outcome
  /**
   * Why it was not tried: it waits for a consent, the person did not want it, or the run stopped before it. `null` where
   * it was, or where `error` says why not.
   */
  reason: 'awaiting' | 'declined' | 'stopped' | null
  /** What it waits for, empty unless that is the reason. */
  awaiting: readonly Consent[]
  /** Did a write of it land, or may it have? Of a drifted server too: written, and then changed by somebody else. */
  wrote: boolean
  collateral: CollateralChange[]
  /** What differs where the server drifted, as far as it could be read. */
  drift: DriftedField[]
  error: string | null
  /** How it was found at its new address after the run, `null` where nobody looked. */
  check: Tried | null
}

const WROTE: readonly Outcome[] = ['applied', 'unknown', 'reverted']

/** A change of which nothing more is known than its outcome. */
export function settledAs(change: Change, outcome: Outcome, error: string | null = null): AppliedChange {
  return {
    ...change,
    outcome,
    reason: null,
    awaiting: [],
    wrote: WROTE.includes(outcome),
    collateral: [],
    drift: [],
    error,
    check: null,
  }
}

/** Is anything in force that was written, or may it be? Then there is something to take back. */
export function isInForce(changes: readonly { outcome: Outcome }[]): boolean {
  return changes.some(({ outcome }) => outcome === 'applied' || outcome === 'unknown')
}

/** Was anything written, or may it have been, whatever became of it since? */
export function mayHaveWritten(changes: readonly { wrote: boolean }[]): boolean {
  return changes.some(({ wrote }) => wrote)
}

/** Is there anything that a later revert could look at: what was written, and not taken back by the run itself? */
export function leavesSomething(changes: readonly AppliedChange[]): boolean {
  return changes.some(({ wrote, outcome }) => wrote && outcome !== 'reverted')
}

/** What a server came to whose changes came to several things: the first of these. */
const GRAVEST: readonly Outcome[] = ['unknown', 'failed', 'drifted', 'not-applied', 'reverted', 'applied']

/** What became of a change of a server. */
interface Fate {
  server: { id: string }
  file?: ChangedFile | null
  outcome: Outcome
}

/** How many servers had each outcome; one that several changes were for has the gravest of theirs. */
export function tally(changes: readonly Fate[]): Record<Outcome, number> {
  const all = standingFor(changes)
  const left = new Set(all.flatMap(({ servers }) => servers))
  const numbers = GRAVEST.map((outcome): [Outcome, number] => {
    const own = all.filter(({ change }) => change.outcome === outcome).flatMap(({ servers }) => servers)
    return [outcome, [...new Set(own)].filter((id) => left.delete(id)).length]
  })
  return Object.fromEntries(numbers) as Record<Outcome, number>
}

/** How many servers failed: those that the gateway refused, and those whose file could not be changed. */
export function failures(changes: readonly (Fate & { file: object | null })[]): {
  refused: number
  inFiles: number
} {
  return {
    refused: tally(changes.filter(({ file }) => file === null)).failed,
    inFiles: tally(changes.filter(({ file }) => file !== null)).failed,
  }
}

/** Was it not to be written: does it wait for a consent, or did the person decline it? */
export const isWithheld = ({ reason }: AppliedChange): boolean =>
  reason === 'awaiting' || reason === 'declined'

/** The changes of a plan that were not to be written, as they stand in its report. */
export function withheldFrom({ changes, withheld }: Plan): AppliedChange[] {
  return changes.flatMap((change) => {
    const held = withheld[change.id]
    return held ? [{ ...settledAs(change, 'not-applied'), reason: held.reason, awaiting: held.consents }] : []
  })
}
