import { MigrateError } from '../errors.ts'

/** The line, counted from 1, in which the character at an offset stands. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** The error for a configuration file that cannot be read or edited safely. `what` never quotes a value of the file. */
export function configFault(file: string, line: number | null, what: string): MigrateError {
  const place = line === null ? file : `${file}, line ${line}`
  return new MigrateError('config-invalid', `${place}: ${what}`, 'Change the file by hand, then try again.')
}
