import { MigrateError } from '../../core/errors.ts'
import { optionsToRevert } from '../../core/plan/back/options.ts'
import type { Change } from '../../core/plan/change.ts'
import type { Note } from '../../core/plan/plan.ts'
import type { Reading } from '../../core/record/place.ts'
import type { ServerIdentity } from '../../core/record/server.ts'
import { gatewayKey } from '../../core/rule/gateway-key.ts'
import { shellQuoted } from '../../core/show/shell.ts'
import { printable } from '../../core/show/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import { readableRuns } from '../../journal/damage.ts'
import { isUnfinished, type RecordedRun, wroteSomething } from '../../journal/fold.ts'
import type { Journal } from '../../journal/port.ts'
import { ownNames } from '../../machine/own-names.ts'

/**
 * A run that was made through another address than this gateway's, and a server of it that this gateway has, too: by its id,
 * made at the same time. Both addresses lead to one gateway, or one has a copy of the other's database: nobody can tell
 * which.
 */
export interface RunElsewhere {
  run: RecordedRun
  server: ServerIdentity
}

/** What two addresses with one server mean, for people. */
export const EITHER =
  "Most likely both addresses lead to one gateway; otherwise one has a copy of the other's database."

/** Its changes by which a run is known again: those that say when the gateway made their servers. */
const tellingIn = ({ changes }: RecordedRun): Change[] =>
  changes.flatMap(({ change }) => (change.created === undefined ? [] : [change]))

/** Of each other address the runs without an end, and the newest that wrote something and was not taken back; newest first. */
function candidatesAmong(runs: readonly RecordedRun[], url: string): RecordedRun[] {
  const isHere = ownNames()
  const taken = new Set(runs.filter(wroteSomething).map(({ started }) => started.reverts))
  const own = gatewayKey(url, isHere)
  const seen = new Set<string>()
  return runs.toReversed().filter((run) => {
    const key = gatewayKey(run.started.gateway.url, isHere)
    if (key === own || tellingIn(run).length === 0) return false
    if (isUnfinished(run)) return true
    const isNewest = wroteSomething(run) && !seen.has(key)
    if (isNewest) seen.add(key)
    return isNewest && !taken.has(run.id)
  })
}

/** Are there runs of other addresses that may be about the gateway at this one? */
export async function mayBeElsewhere(journal: Journal, url: string): Promise<boolean> {
  const { runs } = await readableRuns(journal)
  return candidatesAmong(runs, url).length > 0
}

/** Milliseconds since 1970. LiteLLM means UTC where it names no zone. */
function momentOf(text: string): number {
  return Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
}

/** Is it the very server that a run wrote to, or a copy of it? */
function isThat({ created = '' }: Change, reading: Reading): boolean {
  if (reading.kind !== 'record' || reading.source !== 'database') return false
  const at = reading.record['created_at']
  return typeof at === 'string' && (at === created || momentOf(at) === momentOf(created))
}

/** Each read makes LiteLLM connect to the server: a few of a run's are enough. */
const ENOUGH = 3

/** The ids that a gateway lists; none where it does not tell, or has none in memory yet. */
async function idsOf(gateway: Gateway): Promise<ReadonlySet<string>> {
  try {
    return new Set((await gateway.list()).map(({ server_id: id }) => id))
  } catch (error) {
    if (error instanceof MigrateError) return new Set()
    throw error
  }
}

/**
 * Runs of other addresses that are, as far as their servers tell, about this gateway, newest first. Reads only. `onAsk`: hears
 * that the gateway is asked, which it is only where the journal holds one that could be.
 */
export async function runsElsewhere(
  journal: Journal,
  gateway: Gateway,
  onAsk: () => void = () => {},
): Promise<RunElsewhere[]> {
  const { runs } = await readableRuns(journal)
  const candidates = candidatesAmong(runs, gateway.identity.url)
  if (candidates.length === 0) return []
  onAsk()
  const listed = await idsOf(gateway)
  const readings = new Map<string, Promise<Reading>>()
  const read = (id: string): Promise<Reading> => {
    const reading = readings.get(id) ?? gateway.read(id)
    readings.set(id, reading)
    return reading
  }
  const found: RunElsewhere[] = []
  for (const run of candidates) {
    const there = tellingIn(run).filter(({ server }) => listed.size === 0 || listed.has(server.id))
    const some = there.slice(0, ENOUGH)
    const answers = await Promise.all(some.map(({ server }) => read(server.id)))
    const shared = some.find((change, i) => {
      const reading = answers[i]
      return reading !== undefined && isThat(change, reading)
    })
    if (shared) found.push({ run, server: shared.server })
  }
  return found
}

/** The same as remarks, for whoever only looks. */
export function elsewhereNotes(found: readonly RunElsewhere[]): Note[] {
  return found.map(({ run, server }) => {
    const { gateway, changes } = run.started
    const back = ['--revert', run.id, ...optionsToRevert(changes, run.head)].map(shellQuoted).join(' ')
    const end = isUnfinished(run) ? ' It did not finish.' : ''
    const message = printable(
      `Run ${run.id} was made through ${gateway.url}, and changed this server: here it has the same id, and was made at the same time. ${EITHER}${end} That run is not counted here; ${back} takes it back.`,
    )
    return { code: 'other-address', server, field: null, message }
  })
}
