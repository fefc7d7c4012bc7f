import { acceptOptions, type Consent } from '../core/consent.ts'
import type { FileJournal } from '../journal/file-journal.ts'
import { defaultJournalFolder } from '../journal/location.ts'
import type { MainOptions } from './options.ts'
import { shellQuoted } from '../core/shell.ts'

/** The exact command that takes a run back, ready for a shell. `consents`: what taking it back needs. */
export function undoCommand(
  runId: string,
  consents: readonly Consent[],
  url: string,
  journal: FileJournal,
  options: MainOptions,
): string {
  return commandFor(['--revert', runId, ...acceptOptions(consents)], url, journal, options)
}

/** The exact command that completes the run that was cut short, ready for a shell: without a question where none was asked. */
export function finishCommand(url: string, journal: FileJournal, options: MainOptions): string {
  return commandFor(['--unfinished', 'finish', ...(options.yes ? ['--yes'] : [])], url, journal, options)
}

/** A command for the same gateway, journal and sign-in, ready for a shell. */
export function commandFor(
  what: readonly string[],
  url: string,
  journal: FileJournal,
  options: MainOptions,
): string {
  const pairs: [string, string | undefined][] = [
    ['--url', url],
    ['--journal', journal.location === defaultJournalFolder() ? undefined : journal.location],
    ['--key-header', options.keyHeader],
    ['--key-file', options.keyFile],
    ['--username', options.username],
    ['--password-file', options.passwordFile],
  ]
  const given = pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, shellQuoted(value)]))
  return ['npx mcp-url-migrate', ...what, ...given].join(' ')
}
