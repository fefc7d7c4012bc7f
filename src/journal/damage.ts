import { type ErrorCode, MigrateError } from '../core/errors.ts'

/** A line of the journal that cannot be read for what it is. */
export class JournalDamage extends MigrateError {
  readonly line: number

  constructor(
    file: string,
    line: number,
    what: string,
    hint: string | null,
    code: ErrorCode = 'journal-damaged',
  ) {
    super(code, `The journal cannot be read at ${file}:${line}: ${what}`, hint)
    this.line = line
  }
}
