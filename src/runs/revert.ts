import { assembleChange, obstacle, releaseNotes } from '../core/assemble.ts'
import { driftSinceWrite, holds, reversed } from '../core/drift.ts'
import { movedFields } from '../core/fields.ts'
import type { Change, Note, Plan, Skipped } from '../core/plan.ts'
import { maskUrl } from '../core/redact.ts'
import { type Selection, select } from '../core/selection.ts'
import { type ListedServer, listedServer } from '../core/server.ts'
import { count, printable } from '../core/text.ts'
import type { Gateway, Reading } from '../gateway/port.ts'
import type { RecordedChange, RecordedRun } from '../journal/fold.ts'
import type { RunInForce } from './find-run.ts'
import { inParallel, READS_AT_ONCE } from './parallel.ts'

type Judged = { change: Change } | { skipped: Skipped } | 'nothing'

/** A change of the run, with what the gateway holds now. */
interface Candidate {
  recorded: RecordedChange
  reading: Reading
}

function judge({ recorded, reading }: Candidate, gateway: Gateway): Judged {
  const { change } = recorded
  const skip = (code: Skipped['code'], message: string, url: string | null): { skipped: Skipped } => ({
    skipped: { server: change.server, matched: true, code, message, url },
  })
  if (reading.kind === 'absent') return skip('absent', 'it is no longer there', null)
  if (reading.kind !== 'record') return skip(reading.kind, reading.message, null)
  const { record, source } = reading
  const url = record.url ?? null
  const edits = reversed(change.edits)
  if (holds(record, edits, 'after')) return 'nothing'
  if (!holds(record, edits, 'before')) {
    const message = `changed since then, to ${url === null ? 'nothing' : printable(maskUrl(url))}; left as it is`
    const contested = { migration: change.migration, edits, fields: driftSinceWrite(change.edits, record) }
    return { skipped: { ...skip('drifted', message, url).skipped, contested } }
  }
  if (source === 'config') return skip('config-defined', "now defined in LiteLLM's config.yaml", url)
  const hindrance = obstacle(record, gateway.era)
  if (hindrance) return skip(hindrance.code, hindrance.message, url)
  return { change: assembleChange(record, change.server, change.migration, edits) }
}

const asListed = ({ recorded: { change }, reading }: Candidate): ListedServer =>
  listedServer.parse(
    reading.kind === 'record'
      ? { ...reading.record, server_id: change.server.id }
      : { server_id: change.server.id, server_name: change.server.name, alias: change.server.alias },
  )

/** What else is not as it was before a write that went wrong or was cut short: a revert of the URL leaves it so. */
function stillChanged({ recorded, reading }: Candidate): Note[] {
  const { change, outcome, collateral, fieldsBefore } = recorded
  const suspect = outcome !== 'applied' || collateral.some(({ repaired }) => !repaired)
  if (!suspect || fieldsBefore === null || reading.kind !== 'record') return []
  const written = change.edits.map(({ field }) => field)
  const fields = movedFields(fieldsBefore, reading.record).filter((field) => !written.includes(field))
  if (fields.length === 0) return []
  const message = `${fields.map(printable).join(', ')}: not as before that run's write, and not put back by this`
  return [{ code: 'still-changed', server: change.server, field: null, message }]
}

function runNotes({ run, inForce }: ReversalScope, gateway: Gateway): Note[] {
  const note = (message: string): Note => ({ code: 'other-run', server: null, field: null, message })
  const { url } = run.started.gateway
  const stays = inForce.map(({ id, servers }) =>
    note(`Run ${id} stays in force (${count(servers, 'server')}); --revert ${id} takes it back.`),
  )
  return [
    ...releaseNotes(gateway.identity.version),
    ...(url === gateway.identity.url
      ? []
      : [
          note(
            `The run was made through ${url}; it is taken back through ${gateway.identity.url}. Ids and values decide.`,
          ),
        ]),
    ...(run.started.reverts === null ? stays : []),
  ]
}

/** What a reversal covers, and who is told of each read. */
export interface ReversalScope {
  run: RecordedRun
  /** Other migrations of the gateway that stay as they are. */
  inForce: readonly RunInForce[]
  selection: Selection
  createdAt: string
  onRead: (done: number, total: number) => void
}

async function readCandidates(gateway: Gateway, { run, onRead }: ReversalScope): Promise<Candidate[]> {
  // What drifted behind an intent may have been written before somebody wrote over it.
  const tried = run.changes.filter(
    ({ outcome, fieldsBefore }) =>
      outcome !== 'not-applied' && (outcome !== 'drifted' || fieldsBefore !== null),
  )
  const readings = new Map<RecordedChange, Reading>()
  onRead(0, tried.length)
  await inParallel(READS_AT_ONCE, tried, async (recorded) => {
    readings.set(recorded, await gateway.read(recorded.change.server.id))
    onRead(readings.size, tried.length)
  })
  return [...readings]
    .map(([recorded, reading]) => ({ recorded, reading }))
    .toSorted((a, b) => tried.indexOf(a.recorded) - tried.indexOf(b.recorded))
}

/**
 * The plan that takes a run back, made from the journal and from what the gateway holds now: a plan like any
 * other. Whatever was tried is asked after. A server whose field holds something else than the run wrote is
 * left alone.
 */
export async function planReversal(gateway: Gateway, scope: ReversalScope): Promise<Plan> {
  const candidates = await readCandidates(gateway, scope)
  const selected = select(scope.selection, candidates.map(asListed))
  const meant = candidates.filter(({ recorded }) => selected.has(recorded.change.server.id))
  const judged = meant.map((candidate) => judge(candidate, gateway))
  const changes = judged.flatMap((each) =>
    typeof each === 'object' && 'change' in each ? [each.change] : [],
  )
  const skipped = judged.flatMap((each) =>
    typeof each === 'object' && 'skipped' in each ? [each.skipped] : [],
  )
  const unchanged = meant.length - changes.length - skipped.length
  return {
    createdAt: scope.createdAt,
    gateway: gateway.identity,
    reverts: scope.run.id,
    migrations: scope.run.started.migrations,
    changes,
    skipped,
    notes: [...runNotes(scope, gateway), ...meant.flatMap(stillChanged)],
    origins: [],
    summary: {
      servers: candidates.length,
      changes: changes.length,
      unchanged,
      skipped: skipped.length,
      excluded: candidates.length - meant.length,
      moved: unchanged,
    },
  }
}
