import type { Consent } from './consent.ts'
import type { DriftedField } from './drift.ts'
import {
  type Change,
  type ChangedFile,
  type GatewayIdentity,
  type Note,
  type Plan,
  type Skipped,
  standingFor,
} from './plan.ts'
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

/** Why a run ended before its last change, or `null`. */
export type Halt =
  | 'failure'
  | 'collateral'
  | 'security'
  | 'canary'
  | 'unanswered'
  | 'journal'
  | 'internal'
  | StopSignal
  | null

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** A signal that ends a run in good order: Ctrl-C, `kill`, a terminal that was closed. */
export type StopSignal = (typeof STOP_SIGNALS)[number]

/** Did a signal end it? */
export const isSignal = (halt: Halt): halt is StopSignal => STOP_SIGNALS.some((signal) => signal === halt)

/** Is nothing more to be asked of the gateway after it? A person wants to leave, or LiteLLM does not answer. */
export const endsAtOnce = (halt: Halt): boolean => isSignal(halt) || halt === 'unanswered'

/**
 * What the gateway's workers and replicas answered after a run: the last reads, at most ten, each on a connection of
 * its own. `old` still showed an old URL, `silent` gave no usable answer. `stopped`: a signal ended the waiting.
 */
export interface Propagation {
  agreed: boolean
  answers: number
  old: number
  silent: number
  seconds: number
  stopped: StopSignal | null
}

/**
 * A run and all that came of it. `run` is `null` when nothing was ever tried; its `head` is `null` when the
 * journal could not be finished.
 */
export interface RunReport {
  run: {
    id: string
    startedAt: string
    finishedAt: string
    reverts: string | null
    head: string | null
    /** Does the journal hold it? Not where its file was deleted or replaced meanwhile. */
    kept: boolean
  } | null
  gateway: GatewayIdentity
  /** The run that it takes back, `null` for a migration. */
  reverts: string | null
  changes: AppliedChange[]
  skipped: Skipped[]
  notes: Note[]
  halted: Halt
  /** What went wrong with the run itself, such as a full disk; `null` when nothing did. */
  trouble: string | null
  /** What was found at the new addresses before it, by the change's id. */
  preflight: Record<string, Tried>
  restart: 'required' | 'possible' | 'no'
  /** `null` where nobody waited for the workers: nothing was written, or a restart is needed, or --no-wait. */
  propagation: Propagation | null
}

/**
 * Was it found beforehand that its address does not work, now or when a run began that is taken up again? Whoever let it be
 * written all the same, by a consent or by taking a run back, is not surprised to find it so.
 */
export function isForeseen(
  { id, effects }: Pick<Change, 'id' | 'effects'>,
  { preflight }: Pick<RunReport, 'preflight'>,
): boolean {
  const found = preflight[id]
  return found ? found.outcome === 'failed' : effects.some(({ code }) => code === 'unreachable')
}

/** What was written and does not work after that, although nothing beforehand said so. */
export function brokenChanges(report: Pick<RunReport, 'changes' | 'preflight'>): AppliedChange[] {
  return report.changes.filter(
    (change) =>
      change.outcome === 'applied' && change.check?.outcome === 'failed' && !isForeseen(change, report),
  )
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

/** Does the journal hold the run without its end, as it could not be written any more? Nothing else is begun before that is settled. */
export const isLeftOpen = ({ run }: Pick<RunReport, 'run'>): boolean =>
  run !== null && run.kept && run.head === null

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
