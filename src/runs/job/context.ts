import type { Plan } from '../../core/plan/plan.ts'
import type { RunReport } from '../../core/run/report.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Journal } from '../../journal/port.ts'
import type { RunContext } from '../apply/run.ts'
import type { Surroundings } from '../deployment/surroundings.ts'
import type { PlanScope } from '../plan/forward.ts'
import type { Vouching } from '../recover/believe.ts'
import type { NamedFiles } from '../recover/vouched.ts'
import {
  NOBODY,
  type Person,
  type Stopping,
  type UnfinishedChoice,
  type Watcher,
  type Writes,
} from './ports.ts'

/** What was said of the job beforehand. */
export interface JobOptions
  extends Omit<PlanScope, 'configuration'>,
    Pick<RunContext, 'onFailure' | 'canary'>,
    NamedFiles,
    Vouching {
  /** Nothing is written, and nobody is asked whether to. */
  dryRun: boolean
  /** How many servers rules that are new on the gateway may change; a person is asked unless told. */
  allow?: number | undefined
  /** What should happen to an unfinished run; a person decides unless told. */
  unfinished?: Exclude<UnfinishedChoice, 'leave'> | undefined
  /** How long a write whose answer was lost is looked for before it is called unknown, in seconds: a probe and 10 s unless told. */
  patience?: number | undefined
  /** Are addresses tried before the run, and servers looked at after it? */
  preflight: boolean
  /** Does the job wait until all workers of the gateway know what was written? */
  wait: boolean
  /** Is all of it gone when the job ends? Then the run is offered to be taken back, to see how that goes. */
  trial: boolean
}

/** What the job works with. */
export interface Job {
  gateway: Gateway
  /** Writable, unless it is a dry run. */
  journal: Journal
  options: JobOptions
  person: Person
  watch: Watcher
  writes: Writes
  stopping: Stopping
  /** Where LiteLLM stands, by the host names of the URLs to which servers move. Never throws. */
  around: (newHosts: readonly string[]) => Promise<Surroundings>
  /** Name and version of this program. */
  tool: string
}

/** What a plan came to. */
export interface Ended {
  /** With what was consented to and declined. */
  plan: Plan
  /** Of the last run that may have written something, else of the first; `null` where there was none. */
  report: RunReport | null
  /** Did the first run leave something undone that was asked for, and that the last one, whose report this is, was not about? */
  isShort: boolean
  /** Has an unfinished run no end in the journal, although it was taken back? */
  lacksEnd: boolean
}

/** What the job came to; `null` where an unfinished run was left as it is, and nothing else was begun. */
export type JobResult = Ended | null

/** Is what a journal says taken on somebody's word: is a person asked, was its head named, or is nothing written? */
export const isSaid = ({ person, options: { expectHead, dryRun } }: Job): boolean =>
  person !== NOBODY || expectHead !== undefined || dryRun

/** How long a write whose answer was lost is looked for, in milliseconds. */
export const patienceMs = ({ gateway: { era }, options }: Job): number =>
  (options.patience ?? era.probeSeconds + 10) * 1000

/** Tells how far reads, or looks at servers, have got. */
export const telling =
  ({ watch }: Job, kind: 'reading' | 'checking') =>
  (done: number, total: number): void =>
    watch({ kind, done, total })
