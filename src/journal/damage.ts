import { MigrateError } from '../core/errors.ts'
import type { RecordedRun } from './fold.ts'
import type { Journal, JournalProblem } from './port.ts'

/** A line of the journal that cannot be read for what it is. */
export class JournalDamage extends MigrateError {
  declare readonly code: JournalProblem['code']
  readonly line: number

  constructor(
    file: string,
    line: number,
    what: string,
    hint: string | null,
    code: JournalProblem['code'] = 'journal-damaged',
  ) {
    super(code, `The journal cannot be read at ${file}:${line}: ${what}`, hint)
    this.line = line
  }
}

/** What to do about a file that a newer version wrote. */
export const UPDATE = 'Update mcp-url-migrate, then try again.'

/** A problem as an error, for where nothing can be done in spite of it. `hint` is for one that has none. */
export function problemError({ code, message, ...own }: JournalProblem, hint: string | null): MigrateError {
  return new MigrateError(code, message, own.hint ?? hint)
}

/** All runs, oldest first, and what could not be read, where that may be the journal as a whole. */
export async function readableRuns(
  journal: Journal,
): Promise<{ runs: RecordedRun[]; problems: JournalProblem[] }> {
  try {
    return await journal.runs()
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== 'journal-damaged') throw error
    const { location: file } = journal
    return {
      runs: [],
      problems: [{ code: error.code, file, line: null, message: error.message, hint: null }],
    }
  }
}
