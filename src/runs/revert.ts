import { assembleChange, obstacle, releaseNotes } from '../core/assemble.ts'
import { MigrateError } from '../core/errors.ts'
import { maskUrl } from '../core/redact.ts'
import type { Change, Note, Plan, Skipped } from '../core/plan.ts'
import { select, type Selection } from '../core/selection.ts'
import { type ListedServer, listedServer } from '../core/server.ts'
import { printable } from '../core/text.ts'
import type { Gateway, Reading } from '../gateway/port.ts'
import { type RecordedChange, type RecordedRun, wroteSomething } from '../journal/fold.ts'
import type { Journal } from '../journal/port.ts'
import { inParallel } from './parallel.ts'

const READS_AT_ONCE = 8

/**
 * The run to take back: the one named (a unique prefix will do), or the newest run of this gateway that wrote
 * something, reverts included. Throws `run-not-found`, or `journal-damaged` when damage hides which is newest.
 */
export async function findRun(
  journal: Journal,
  named: string | null,
  gatewayUrl: string | null,
): Promise<RecordedRun> {
  const { runs, problems } = await journal.runs()
  if (named !== null) {
    const found = runs.filter(({ id }) => id.startsWith(named))
    const [only] = found
    if (only && (found.length === 1 || only.id === named)) return only
    const which = found.length > 1 ? `${found.length} runs begin with` : 'no run begins with'
    const damaged = problems.find(({ file }) => file.includes(named))
    if (damaged) throw new MigrateError('journal-damaged', damaged.message, null)
    throw new MigrateError(
      'run-not-found',
      `In the journal in ${journal.location}, ${which} ${printable(named)}`,
      '`mcp-url-migrate history` lists the runs.',
    )
  }
  const [damaged] = problems
  if (damaged)
    throw new MigrateError(
      'journal-damaged',
      damaged.message,
      'Which run is the newest cannot be told for certain; name the one to take back: --revert RUN.',
    )
  const newest = runs.findLast((run) => run.started.gateway.url === gatewayUrl && wroteSomething(run))
  if (newest) return newest
  throw new MigrateError(
    'run-not-found',
    `The journal in ${journal.location} knows no run of ${gatewayUrl} that wrote something`,
    '`mcp-url-migrate history` lists the runs of all gateways; is --journal or --url another one?',
  )
}

type Judged = { change: Change } | { skipped: Skipped } | 'nothing'

function judgeReversal({ change }: RecordedChange, reading: Reading, gateway: Gateway): Judged {
  const skip = (code: Skipped['code'], message: string, url: string | null): Judged => ({
    skipped: { server: change.server, matched: true, code, message, url },
  })
  if (reading.kind !== 'record')
    return skip(reading.kind === 'wrong-id' ? 'wrong-id' : 'unreadable', reading.message, null)
  const { record } = reading
  const url = record.url ?? null
  const holds = (side: 'before' | 'after') => change.edits.every((edit) => record[edit.field] === edit[side])
  if (holds('before')) return 'nothing'
  if (!holds('after'))
    return skip(
      'drifted',
      `changed since then, to ${url === null ? 'nothing' : printable(maskUrl(url))}; left as it is`,
      url,
    )
  if (reading.source === 'config') return skip('config-defined', "now defined in LiteLLM's config.yaml", url)
  const hindrance = obstacle(record, gateway.era)
  if (hindrance) return skip(hindrance.code, hindrance.message, url)
  const edits = change.edits.map(({ field, before, after }) => ({ field, before: after, after: before }))
  return { change: assembleChange(record, change.server, change.migration, edits) }
}

const asListed = ({ change }: RecordedChange, reading: Reading | undefined): ListedServer =>
  listedServer.parse(
    reading?.kind === 'record'
      ? { ...reading.record, server_id: change.server.id }
      : { server_id: change.server.id, server_name: change.server.name, alias: change.server.alias },
  )

function revertNotes(run: RecordedRun, gateway: Gateway): Note[] {
  const { url } = run.started.gateway
  const elsewhere: Note = {
    code: 'release-note',
    server: null,
    field: null,
    message: `The run was made through ${url}; it is taken back through ${gateway.identity.url}. Ids and values decide.`,
  }
  return [...releaseNotes(gateway.identity.version), ...(url === gateway.identity.url ? [] : [elsewhere])]
}

/** What a reversal covers, and who is told of each read. */
export interface ReversalScope {
  run: RecordedRun
  selection: Selection
  createdAt: string
  onRead: (done: number, total: number) => void
}

/**
 * The plan that takes a run back, made from the journal and from what the gateway holds now: a plan like any
 * other. A server whose field holds something else than the run wrote is left alone.
 */
export async function planReversal(
  gateway: Gateway,
  { run, selection, createdAt, onRead }: ReversalScope,
): Promise<Plan> {
  const candidates = run.changes.filter(({ outcome }) =>
    ['applied', 'unknown', 'unsettled'].includes(outcome),
  )
  const readings = new Map<string, Reading>()
  onRead(0, candidates.length)
  await inParallel(READS_AT_ONCE, candidates, async ({ change }) => {
    readings.set(change.server.id, await gateway.read(change.server.id))
    onRead(readings.size, candidates.length)
  })
  const readingOf = ({ change }: RecordedChange) => readings.get(change.server.id)
  const selected = select(
    selection,
    candidates.map((each) => asListed(each, readingOf(each))),
  )
  const meant = candidates.filter(({ change }) => selected.has(change.server.id))
  const judged = meant.map((each) =>
    judgeReversal(each, readingOf(each) ?? { kind: 'unreadable', message: 'not read' }, gateway),
  )
  const changes = judged.flatMap((each) =>
    typeof each === 'object' && 'change' in each ? [each.change] : [],
  )
  const skipped = judged.flatMap((each) =>
    typeof each === 'object' && 'skipped' in each ? [each.skipped] : [],
  )
  const unchanged = meant.length - changes.length - skipped.length
  return {
    createdAt,
    gateway: gateway.identity,
    reverts: run.id,
    migrations: run.started.migrations,
    changes,
    skipped,
    notes: revertNotes(run, gateway),
    origins: [],
    summary: {
      servers: run.started.servers,
      changes: changes.length,
      unchanged,
      skipped: skipped.length,
      excluded: candidates.length - meant.length,
      moved: unchanged,
    },
  }
}
