import type { Change } from '../plan/change.ts'
import { isAccessField } from '../record/fields.ts'
import { type GatewayIdentity, isLeftBehind, type Note, type Skipped } from '../plan/plan.ts'
import type { Tried } from '../reach/reach.ts'
import type { AppliedChange } from './outcome.ts'

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

/** Why a run may not go on after a change, or `null`. `isDoubtful`: may its write have taken what nobody can see? */
export function haltAfter({ outcome, collateral }: AppliedChange, isDoubtful = false): Halt {
  if (collateral.some(({ field }) => isAccessField(field))) return 'security'
  if (isDoubtful || collateral.some(({ repaired }) => !repaired)) return 'collateral'
  return outcome === 'failed' || outcome === 'unknown' ? 'failure' : null
}

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
 * A run and all that came of it. `run` is `null` when nothing was ever tried; its `head` is that of its
 * journal, `null` where there is none.
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
    /** Does the journal hold its end? Not where it could not be written any more. */
    ended: boolean
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

/** Does the journal hold the run without its end? Nothing else is begun before that is settled. */
export const isLeftOpen = ({ run }: Pick<RunReport, 'run'>): boolean => run !== null && run.kept && !run.ended

/** Does a server still lack what the run that is taken back may have taken from it? Nothing puts that back but a person. */
export const isStillDamaged = ({ notes }: { notes: readonly Pick<Note, 'code'>[] }): boolean =>
  notes.some(({ code }) => code === 'still-changed')

/** Did the run do all that was asked of it? What the person declined was not. */
export function isComplete(report: RunReport): boolean {
  const wanting = report.changes.some(
    ({ outcome, reason, collateral }) =>
      (outcome !== 'applied' && reason !== 'declined') || collateral.some(({ repaired }) => !repaired),
  )
  const failing = brokenChanges(report).length > 0
  const everywhere = report.propagation?.agreed ?? true
  const ended = report.halted === null && report.trouble === null
  const whole = !wanting && !isStillDamaged(report) && !report.skipped.some(isLeftBehind)
  return whole && !failing && everywhere && ended
}
