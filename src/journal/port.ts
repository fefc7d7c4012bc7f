import type { ErrorCode } from '../core/errors.ts'
import type { RecordedRun } from './fold.ts'
import type { JournalEvent, RunStarted } from './records.ts'

/**
 * What could not be read of the journal: a file, from `line` on where that is known, or is not trusted: a file or the
 * folder. `code`: it is damaged, a newer version wrote it, or somebody else may have. `hint`: what mends it.
 */
export interface JournalProblem {
  code: Extract<ErrorCode, 'journal-damaged' | 'journal-newer' | 'journal-unsafe'>
  file: string
  line: number | null
  message: string
  hint: string | null
}

/** The history of runs. What it has accepted stays through a crash of the machine. */
export interface Journal {
  /** The folder that it is in. */
  readonly location: string
  /**
   * Makes the folder where it is missing. Throws `journal-unwritable` unless a run could be recorded now, and `journal-unsafe`
   * where somebody else may have written what is there.
   */
  requireWritable(): Promise<void>
  /** Begins a run. Nothing exists until its first `record`: a run that tried nothing leaves no trace. */
  begin(started: RunStarted): RunRecorder
  /**
   * Takes up a run that has no end, after its last whole record. Throws `journal-damaged`, `journal-newer`,
   * `journal-unsafe` or `journal-unwritable`, also where the run is no longer as it was read.
   */
  resume(run: RecordedRun): Promise<RunRecorder>
  /**
   * All runs, oldest first, and what could not be read or is not trusted. Throws `journal-damaged` where the folder itself cannot be
   * read; one that is not there is an empty history.
   */
  runs(): Promise<{ runs: RecordedRun[]; problems: JournalProblem[] }>
}

/** One run's part of the journal, open for writing. */
export interface RunRecorder {
  /** Recorded with the next `record`, or never if there is none. */
  note(happened: JournalEvent): void
  /** Returns once the event is on disk. Throws `journal-unwritable`; then nothing more is accepted. */
  record(happened: JournalEvent): Promise<void>
  /**
   * Records the end, unless nothing was ever recorded. Returns the hash of the last line, `null` when there is no record
   * of this run. Throws `journal-unwritable`.
   */
  finish(happened: JournalEvent): Promise<string | null>
}
