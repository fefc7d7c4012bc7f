import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { codeOf, MigrateError } from '../core/errors.ts'
import type { CommandMaker } from '../core/show/own-command.ts'
import type { Redactor } from '../core/show/secrets/redactor.ts'
import { FileJournal } from '../journal/file-journal.ts'
import { defaultJournalFolder } from '../journal/default-folder.ts'
import type { MainOptions } from './commands/main.ts'
import { ownCommands } from './own-command.ts'
import type { Look } from './render/layout.ts'
import type { Signals } from './signals.ts'
import type { Terminal } from './terminal/terminal.ts'
import type { Written } from './written.ts'

/** What every command works with. */
export interface Context {
  env: NodeJS.ProcessEnv
  terminal: Terminal
  /** Knows every secret of this invocation; each way out goes through it. */
  redactor: Redactor
  look: Look
  signals: Signals
  /** The words with which the program was started, ready for a shell: printed commands begin with them. */
  startedAs: string
  written: Written
  /** `mcp-url-migrate/0.1.0` */
  tool: string
}

/** An invocation of the main job. */
export interface Invoked {
  options: MainOptions
  context: Context
}

/** Is there somebody who decides as the job goes on? */
export const mayAsk = ({ options, context }: Invoked): boolean => context.terminal.interactive && !options.yes

/** The program's own commands, as an invocation of the main job prints them. */
export const mainCommands = (url: string, { options, context }: Invoked): CommandMaker =>
  ownCommands(options, { context, invoked: 'migrate', url })

/**
 * The journal that an invocation uses: --journal, else MCP_URL_MIGRATE_JOURNAL, else the user's data folder. Throws `usage`
 * where that folder is not known: the current folder is no place for a journal.
 */
export function journalFor(
  options: Pick<MainOptions, 'journal'>,
  { env, redactor }: Pick<Context, 'env' | 'redactor'>,
): FileJournal {
  const folder = options.journal ?? (env['MCP_URL_MIGRATE_JOURNAL'] || defaultJournalFolder(env))
  if (folder === null)
    throw new MigrateError(
      'usage',
      'There is no place for the journal: HOME names no folder, and this user has no home folder',
      'Name one with --journal DIR or MCP_URL_MIGRATE_JOURNAL, or set HOME.',
    )
  return new FileJournal(resolve(folder), (text) => redactor.own(text))
}

/** Is nothing there? What cannot be seen may be. */
function isMissing(path: string): boolean {
  try {
    statSync(path)
    return false
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
  }
}

/** Throws `run-not-found` for a journal that --journal names and that is not there: to read nothing would be no answer. */
export function requireNamedJournal({ location }: FileJournal, options: Pick<MainOptions, 'journal'>): void {
  if (options.journal === undefined || !isMissing(location)) return
  throw new MigrateError(
    'run-not-found',
    `There is no journal in ${location}`,
    'Is the folder the right one?',
  )
}
