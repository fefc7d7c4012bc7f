import type { ErrorCode } from '../core/errors.ts'
import type { StopSignal } from '../core/run/report.ts'

/** Every exit code there is, with its meaning, as `--help` shows them. */
export const EXIT_CODES = [
  [0, 'done, or nothing to do'],
  [1, 'failed; nothing was written'],
  [2, '--exit-code: changes are pending'],
  [3, 'refused; nothing was written'],
  [
    4,
    'something was written: not all that was asked, or not for certain, or a moved server unexpectedly fails',
  ],
  [5, 'verify found something wrong'],
  [64, 'wrong usage, a file that cannot be read, or a consent is missing (--yes)'],
  [129, 'SIGHUP, as when the terminal is closed'],
  [130, 'cancelled, or Ctrl-C'],
  [143, 'SIGTERM'],
] as const

const BY_ERROR: Partial<Record<ErrorCode, number>> = {
  usage: 64,
  'migration-invalid': 64,
  'consent-missing': 64,
  'no-terminal': 64,
  'file-unreadable': 64,
  cancelled: 130,
  'run-interrupted': 3,
  'head-differs': 3,
  'lock-held': 3,
  'canary-impossible': 3,
}

const BY_SIGNAL: Record<StopSignal, number> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/** The code for an error. `written`: was anything written before it, or may it have been? What the person left is cancelled all the same. */
export function exitForError(code: ErrorCode, written: boolean): number {
  return written && code !== 'cancelled' ? 4 : (BY_ERROR[code] ?? 1)
}

/** The code where the answer could not be printed. One that tells of a failure stays. */
export function exitForLostOutput(code: number, written: boolean): number {
  if (code !== 0 && code !== 2) return code
  return written ? 4 : 1
}

/** The code for a signal. */
export function exitForSignal(signal: StopSignal): number {
  return BY_SIGNAL[signal]
}
