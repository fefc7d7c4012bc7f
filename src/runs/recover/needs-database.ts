import { MigrateError } from '../../core/errors.ts'
import { serverTitle } from '../../core/record/server.ts'
import { count, firstOf, printable } from '../../core/show/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { RecordedRun } from '../../journal/fold.ts'

const SHOWN = 5

/**
 * A run that wrote through the API can neither be finished nor taken back while LiteLLM has no database, in which its
 * servers stood. `enough`: is it enough for going on that some of its changes stand in files? Throws `no-database`.
 */
export function requireDatabaseFor(run: RecordedRun, gateway: Gateway, enough: 'some' | 'all'): void {
  if (gateway.identity.database !== false) return
  const rows = run.changes.filter(({ change }) => change.file === null)
  if (rows.length === 0 || (enough === 'some' && rows.length < run.changes.length)) return
  const names = [...new Set(rows.map(({ change }) => printable(serverTitle(change.server))))]
  throw new MigrateError(
    'no-database',
    `Run ${run.id} changed ${count(names.length, 'server')} through LiteLLM's API (${firstOf(names, SHOWN)}), and LiteLLM at ${gateway.identity.url} has no database connected now`,
    'Set DATABASE_URL to the database that it had, restart LiteLLM, and try again.',
  )
}
