import { MigrateError } from '../../core/errors.ts'
import { canHaveWritten, type Doubt } from '../../core/plan/back/can-have-written.ts'
import { rulesOf } from '../../core/plan/back/rules-of.ts'
import type { Note } from '../../core/plan/plan.ts'
import { serverTitle } from '../../core/record/server.ts'
import { shownPath } from '../../core/show/redact.ts'
import { printable } from '../../core/show/text.ts'
import type { Migration } from '../../core/rule/rule.ts'
import { shippedMigrations } from '../../files/migrations.ts'
import type { RecordedChange, RecordedRun } from '../../journal/fold.ts'

/**
 * What was said of the journal beforehand. `expectHead`: the head that the run should have, or how it begins; one that it had
 * before it went on will do, where nothing that is written has come since.
 */
export interface Vouching {
  expectHead?: string | undefined
  dryRun: boolean
  /** The migrations that were named, besides those that ship: the run may have been made by them. */
  known?: readonly Migration[]
}

/** Throws `head-differs` where a head was named that does not vouch for the run. */
function requireHead({ id, head, heads }: RecordedRun, { expectHead }: Vouching): void {
  if (expectHead === undefined || heads.some((each) => each.startsWith(expectHead))) return
  throw new MigrateError(
    'head-differs',
    `The journal of run ${id} has the head ${head}, not the one that --expect-head names`,
    'Another run may be meant, this one may have gone on since, or its journal was changed. Compare the head in history with the one that the run printed at its end.',
  )
}

interface Doubted extends Doubt {
  change: RecordedChange['change']
}

const where = ({ change, field }: Doubted): string =>
  printable(`${serverTitle(change.server)}, ${shownPath(field)}`)

const noteOf = (code: Note['code'], { change, field }: Doubted, message: string): Note => ({
  code,
  server: change.server,
  field,
  message,
})

/** The whole run is refused: whoever changed one line may have changed the others. */
function refuse(id: string, doubted: Doubted): never {
  throw new MigrateError(
    'journal-damaged',
    `The journal of run ${id} tells of something that no run of this program writes (${where(doubted)}): it was changed, so nothing of it is written`,
    'Find out who can write to the journal. Then restore it from a copy; or correct by hand what is wrong on the servers, and move the file of this run out of the journal.',
  )
}

function requireNamedHead(id: string, doubted: Doubted, { expectHead, dryRun }: Vouching): void {
  if (expectHead !== undefined || dryRun) return
  throw new MigrateError(
    'journal-damaged',
    `Run ${id} wrote what its migration would not (${where(doubted)}): either it wrote over somebody's edit, or its journal was changed`,
    'Look with --dry-run. If it is right, add --expect-head HASH, with the head that the run printed at its end.',
  )
}

/**
 * Does this program write such a run? Each of its changes has to be one that its rule makes, or made, in the fields of that
 * rule, with the OAuth settings that LiteLLM clears with a URL. Returns remarks about what could not be told for certain.
 * Throws `journal-damaged` otherwise, and `head-differs` where another head was named; nothing is read before.
 */
export async function requireBelievable(run: RecordedRun, vouching: Vouching): Promise<Note[]> {
  requireHead(run, vouching)
  const changes = run.changes.map(({ change }) => change)
  const known = [...(await shippedMigrations()), ...(vouching.known ?? [])]
  const rules = rulesOf({ migrations: run.started.migrations, changes }, known)
  const found = run.changes.map((recorded): Doubted => {
    return { change: recorded.change, ...canHaveWritten(recorded, rules) }
  })
  const never = found.find(({ credence }) => credence === 'never')
  if (never) refuse(run.id, never)
  const unproven = found.filter(({ credence }) => credence === 'unproven')
  if (unproven[0]) requireNamedHead(run.id, unproven[0], vouching)
  const byForm = found.find(({ credence }) => credence === 'form')
  const id = printable(byForm?.change.migration ?? '')
  const isNamed = known.some((each) => each.id === byForm?.change.migration)
  const form = isNamed
    ? `Migration ${id} has changed since that run, so the run's changes could be checked by their form only: look at each of them.`
    : `The file of migration ${id} was not named, so the run's changes could be checked by their form only: look at each of them, or add --migration with its file as it was then.`
  return [
    ...(byForm ? [{ ...noteOf('by-form', byForm, form), server: null, field: null }] : []),
    ...unproven.map((each) =>
      noteOf(
        'not-by-rule',
        each,
        "no migration makes this: it was written over somebody's edit, or the journal was changed",
      ),
    ),
  ]
}
