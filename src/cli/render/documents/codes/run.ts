import type { AppliedChange, Outcome } from '../../../../core/run/outcome.ts'
import type { Halt, StopSignal } from '../../../../core/run/report.ts'
import type { RecordedChange } from '../../../../journal/fold.ts'
import { coded, kept, type Meanings } from '../shape.ts'

const OUTCOMES: Meanings<Outcome> = {
  applied: 'written, and found as it was to be',
  'not-applied': 'not tried: `reason` or `error` says why',
  failed: 'the gateway refused, or the file could not be changed; nothing was written',
  drifted:
    'changed by somebody else, and left alone: `drift` says where; with `wrote: true` it had been written before',
  unknown: 'not settled in time: a later `--revert` asks the gateway first',
  reverted: 'written, and taken back by the same run',
}

/** What became of a change. */
export const outcome = coded<Outcome>('outcome', 'What became of a change.', OUTCOMES)

/** What the journal knows of a change. */
export const recordedOutcome = coded<RecordedChange['outcome']>(
  'recorded-outcome',
  'What the journal knows of a change.',
  {
    ...OUTCOMES,
    'not-applied': 'not tried',
    drifted: 'changed by somebody else, and left alone',
    unsettled: 'its write was begun, and the journal does not know what became of it',
  },
)

/** Why a change was not tried. */
export const reason = coded<NonNullable<AppliedChange['reason']>>('reason', 'Why a change was not tried.', {
  awaiting: 'it waits for a consent: `awaiting` names it',
  declined: 'the person did not want it',
  stopped: 'the run stopped before it',
})

const SIGNALS: Meanings<StopSignal> = {
  SIGINT: 'Ctrl-C',
  SIGTERM: 'it was told to end',
  SIGHUP: 'its terminal was closed',
}

/** A signal that ended something. */
export const signal = coded<StopSignal>('signal', 'A signal that ended something.', SIGNALS)

const HALTS: Meanings<Exclude<Halt, null>> = {
  failure: 'a write failed, or nobody knows what became of it',
  collateral: 'another field changed with the URL, or may have, and could not be put back',
  security: 'a write changed who may reach a server',
  canary: 'the first server does not work',
  unanswered: 'LiteLLM left its last requests unanswered',
  journal: 'the journal could not be written',
  internal: 'a bug of this program',
  ...SIGNALS,
}

/** Why a run ended before its last change. */
export const halt = coded<Exclude<Halt, null>>('halt', 'Why a run ended before its last change.', HALTS)

/** The same, as a journal holds it. */
export const recordedHalt = kept('recorded-halt', 'Why a recorded run ended before its last change.', {
  ...HALTS,
  interrupted: 'it did not come to its end, and was settled later',
})
