import { resolve } from 'node:path'
import { FileJournal } from '../journal/file-journal.ts'
import { defaultJournalFolder } from '../journal/location.ts'
import type { MainOptions } from './options.ts'
import type { Look } from './render/layout.ts'
import type { Signals } from './signals.ts'
import type { Terminal } from './terminal/terminal.ts'
import type { Written } from './written.ts'

/** What every command works with. */
export interface Context {
  env: NodeJS.ProcessEnv
  terminal: Terminal
  look: Look
  signals: Signals
  written: Written
  /** `mcp-url-migrate/0.1.0` */
  tool: string
}

/** The journal that an invocation uses: --journal, else MCP_URL_MIGRATE_JOURNAL, else the user's data folder. */
export function journalFor(options: Pick<MainOptions, 'journal'>, env: NodeJS.ProcessEnv): FileJournal {
  return new FileJournal(
    resolve(options.journal ?? (env['MCP_URL_MIGRATE_JOURNAL'] || defaultJournalFolder())),
  )
}
