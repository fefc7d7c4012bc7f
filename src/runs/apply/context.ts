import type { Change, Edit } from '../../core/plan/change.ts'
import type { AppliedChange } from '../../core/run/outcome.ts'
import type { Halt, StopSignal } from '../../core/run/report.ts'
import type { Place } from '../../core/record/place.ts'
import { againstResets } from '../../core/record/resets.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { RunRecorder } from '../../journal/port.ts'
import type { IntentPurpose } from '../../journal/records.ts'
import type { Lookout } from '../look/lookout.ts'
import type { Silence } from './silence.ts'

/** What is told while a write goes on. */
export type WriteProgress = 'writing' | 'restoring' | 'checking' | 'repairing'

/** What a run tells whoever watches it. */
export type ApplyEvent =
  | { kind: 'reading' | WriteProgress | 'trying'; change: Change }
  | { kind: 'taking-back' }
  | { kind: 'works'; change: Change; message: string }
  | { kind: 'settled'; change: AppliedChange }

/**
 * What a run has met of the members behind the gateway's address. `resets`: one of them is of an older release, which
 * resets what a write leaves out; from then on every write holds that, too.
 */
export interface Company {
  resets: boolean
}

/** What a run works with. `stopRequested` is asked before each server, and before the first write of each. */
export interface ApplyContext {
  gateway: Gateway
  recorder: RunRecorder
  /** Looks at servers right before they are written, and knows how each was seen last. */
  lookout: Lookout
  /** What the run has met of a gateway that does not answer. */
  silence: Silence
  company: Company
  /** How long a write whose answer was lost is looked for. */
  patienceMs: number
  onFailure: 'stop' | 'continue' | 'revert'
  /** Is the first server to be tried through the gateway before the rest follow? */
  canary: boolean
  onEvent: (event: ApplyEvent) => void
  /** Hears that a write is about to leave. */
  onWrite: () => void
  /**
   * Hears of failures of this program itself, which end in a change of unknown outcome or one that was not compared.
   * `isTold`: is it told as the trouble of the run?
   */
  onFault: (error: unknown, isTold?: boolean) => void
  stopRequested: () => StopSignal | null
}

/** The gateway, where a member of an older release may answer: whichever it is, it loses nothing of what it is sent. */
export const amongOthers = ({ gateway, company }: ApplyContext): Place => ({
  era: gateway.era,
  read: (id, patienceMs) => gateway.read(id, patienceMs),
  write: (record, edits, mayLeave) =>
    gateway.write(record, company.resets ? againstResets(record, edits) : edits, mayLeave),
})

/** What became of one change, and whether the run may go on. */
export interface Step {
  applied: AppliedChange
  halt: Halt
  /** What is wrong with the run itself, such as a journal that takes nothing more; `null` where nothing is. */
  trouble: string | null
}

/** One write of a change, and who is told of its progress. */
export interface Write
  extends Pick<ApplyContext, 'recorder' | 'lookout' | 'silence' | 'company' | 'patienceMs' | 'onFault'> {
  place: Place
  change: Change
  /** What is written now: the change's own edits, or the same the other way; none where only settings are put back. */
  edits: readonly Edit[]
  purpose: Extract<IntentPurpose, 'change' | 'take-back'>
  tell: (kind: WriteProgress) => void
}

/**
 * What ended a run besides what became of a server: the journal takes nothing more, or this program failed. `message`
 * is `null` where the outcome of the server says it.
 */
export type Failure = { of: 'journal'; message: string } | { of: 'program'; message: string | null }
