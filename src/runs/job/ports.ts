import type { RuleSet } from '../../core/rule/rule.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { WideReach } from '../../core/plan/consent/wide-reach.ts'
import type { AppliedChange } from '../../core/run/outcome.ts'
import type { RunReport, StopSignal } from '../../core/run/report.ts'
import type { Sightings } from '../../core/record/sighting.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { ApplyEvent } from '../apply/context.ts'
import type { Resumption } from '../apply/run.ts'
import type { ContestedServer } from '../../core/plan/over-edits.ts'

/** What may become of a run that its process did not end. */
export type UnfinishedChoice = 'finish' | 'revert' | 'leave'

/** Who decides. Each method throws `cancelled` where a question is left. */
export interface Person {
  /**
   * The plan, which has changes, as it is to be written: of what waits for a consent, that may be given or refused; of what is
   * ready, what is not wanted is declined. Throws `cancelled` where nothing is wanted.
   */
  approve(plan: Plan): Promise<Plan>
  /** Are so many servers meant? Asked after the plan was approved. Throws `cancelled` where they are not. */
  allow(reach: WideReach): Promise<boolean>
  /** What should happen to a run that did not finish. */
  decide(resumption: Resumption): Promise<UnfinishedChoice>
  /** Those of the contested servers, one at least, on which somebody's edit is to be written over. */
  chooseContested(contested: readonly ContestedServer[]): Promise<readonly ContestedServer[]>
  /** Is the run that just ended to be taken back? `failing`: what it moved and does not work; empty at the end of a trial. */
  wantsBack(failing: readonly AppliedChange[]): Promise<boolean>
}

/** Nobody is asked: all that is ready is written, nothing that waits is, and whatever else could be done is left. */
export const NOBODY: Person = {
  approve: (plan) => Promise.resolve(plan),
  allow: () => Promise.resolve(false),
  decide: () => Promise.resolve('leave'),
  chooseContested: () => Promise.resolve([]),
  wantsBack: () => Promise.resolve(false),
}

/** What a plan is for. */
export type Purpose =
  | { kind: 'migration'; ruleSet: RuleSet }
  | { kind: 'revert'; run: RecordedRun }
  | { kind: 'completion'; resumption: Resumption }
  | { kind: 'over-edits'; servers: number }

/** A plan that waits for a decision. */
export interface Proposal {
  plan: Plan
  purpose: Purpose
  /** How its servers were seen when it was made, as far as they were; what is missing is read before it is applied. */
  seen: Sightings
}

interface Progress {
  done: number
  total: number
}

/** What the job tells as it goes on, by kind. `reverts`: the run that is being taken back, `null` for a migration. */
export interface JobEvents {
  /** The servers are about to be listed. */
  listing: unknown
  /** Records are read; `done` is 0 first. */
  reading: Progress
  /** The plan's addresses are tried from the gateway. */
  trying: Progress & { reverts: string | null }
  /** The first server cannot be tried before the rest, which ends all but a dry run. */
  'canary-impossible': { message: string }
  proposed: { proposal: Proposal }
  /** Nothing of the plan is written. `report`: that of a run of nothing. */
  unwritten: { plan: Plan; report: RunReport }
  /** A run of this plan begins. */
  begun: { plan: Plan }
  applying: { event: ApplyEvent }
  /** Of the last `answers` of the gateway, `fresh` know what was written. */
  waiting: { fresh: number; answers: number; seconds: number; reverts: string | null }
  /** Moved servers are looked at through the gateway. */
  checking: Progress
  /** This program itself failed in the middle of a run, whose report says so. */
  fault: { error: unknown }
  /** A run is over. */
  reported: { report: RunReport }
  /** The gateway is about to be asked what became of an unfinished run. */
  investigating: { run: RecordedRun }
  investigated: { resumption: Resumption }
  /** An unfinished run stays as it is. */
  left: { run: RecordedRun }
  /** A run that was taken back is marked as ended in the journal, or still not and why. */
  closed: { run: RecordedRun }
  unclosed: { run: RecordedRun; reason: string }
}

/** One of these, or any of them. */
export type JobEvent<K extends keyof JobEvents = keyof JobEvents> = {
  [P in K]: { kind: P } & JobEvents[P]
}[K]

/** Hears what happens, in order. A failure of its own ends the job, except during a run. */
export type Watcher = (event: JobEvent) => void

/** Is told of writes, so that nothing is called unwritten that was not. */
export interface Writes {
  /** A write is about to leave. */
  begin(): void
  /** The run is over, and it is known whether it wrote anything. */
  settle(wrote: boolean): void
}

/** Who may ask a run to stop. */
export interface Stopping {
  /** Does something that ends by itself when `requested` says so. */
  during<T>(act: () => Promise<T>): Promise<T>
  /** The signal that asked, or `null`. */
  requested(): StopSignal | null
}
