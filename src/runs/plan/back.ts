import { assembleChange, obstacle, puttingBack } from '../../core/plan/change.ts'
import { RESTART } from '../../core/config/move/fate.ts'
import { PINNED_ID } from '../../core/config/read/record.ts'
import type { Consent } from '../../core/plan/consent.ts'
import { type DriftedField, driftSinceWrite, holds, reversed } from '../../core/plan/drift.ts'
import { hangingLast } from '../../core/record/may-hang.ts'
import { restorable } from '../../core/record/oauth.ts'
import { type Change, type Plan, serversIn, type Skipped } from '../../core/plan/plan.ts'
import { shownPath, shownText } from '../../core/show/redact.ts'
import { type Selection, select } from '../../core/plan/select.ts'
import { type ListedServer, listedServer, type ServerIdentity } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import { newUrl, waitingUnless } from '../../core/plan/withheld.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { RunInForce } from '../recover/in-force.ts'
import { lostSettings } from './lost-settings.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'
import { type Candidate, notRestorable, runNotes, stillChanged } from './notes.ts'
import { asUnits, type Judged } from './units.ts'
import { placeOf } from '../place-of.ts'
import { signInsAtStake } from './sign-ins.ts'

/** What a drifted place holds now, in words. */
function stateNow({ field, now }: DriftedField): string {
  // An id is shown whole: what looks like a token in it is not one.
  if (field === PINNED_ID) return `server_id to ${typeof now === 'string' ? printable(now) : 'nothing'}`
  const value = typeof now === 'string' ? printable(shownText(field, now)) : 'nothing'
  return field === 'url' ? `to ${value}` : `${printable(shownPath(field))} to ${value}`
}

function judge(candidate: Candidate, gateway: Gateway): Judged {
  const { recorded, reading, signIns } = candidate
  const { change } = recorded
  const { era } = placeOf(gateway, change)
  const isElsewhere = (source: ServerIdentity['source']): boolean =>
    source === 'config' && change.file === null
  const skip = (code: Skipped['code'], message: string, url: string | null): { skipped: Skipped } => ({
    skipped: { server: change.server, matched: true, code, message, url },
  })
  if (reading.kind === 'absent') return skip('absent', 'it is no longer there', null)
  if (reading.kind !== 'record') return skip(reading.kind, reading.message, null)
  const { record, source } = reading
  const url = record.url ?? null
  const edits = reversed(change.edits)
  // What only put settings back has nothing to take back.
  if (change.edits.length === 0) return 'nothing'
  const lost = lostSettings(recorded, record, era)
  const back = restorable(lost, record, era)
  if (holds(record, edits, 'after')) {
    // Its URL is not written, so nothing is lost by it.
    if (isElsewhere(source) || Object.keys(back).length === 0) return 'nothing'
    const made = assembleChange(record, change.server, change.migration, edits, { era, signIns })
    return { change: puttingBack(made, back) }
  }
  if (!holds(record, edits, 'before')) {
    const fields = driftSinceWrite(change.edits, record)
    const message = `changed since then, ${fields.map(stateNow).join(', ')}; left as it is`
    const contested = { migration: change.migration, edits, fields }
    const { skipped } = skip('drifted', message, url)
    return { skipped: change.file === null ? { ...skipped, contested } : skipped }
  }
  if (isElsewhere(source)) return skip('config-defined', "now defined in LiteLLM's config.yaml", url)
  const hindrance = obstacle(record, era)
  if (hindrance) return skip(hindrance.code, hindrance.message, url)
  const circumstances = { era, signIns, lost, file: change.file, effects: change.file ? [RESTART] : [] }
  return { change: assembleChange(record, change.server, change.migration, edits, circumstances) }
}

/** What a server is selected by. A file holds no name under that field: there it is the key of the entry. */
function asListed({ recorded: { change }, reading }: Candidate): ListedServer {
  const { id, name, alias } = change.server
  const record = reading.kind === 'record' && change.file === null ? reading.record : {}
  return listedServer.parse({ server_name: name, alias, ...record, server_id: id })
}

/** What a reversal covers, and who is told of each read. */
export interface ReversalScope {
  run: RecordedRun
  /** Other migrations of the gateway that stay as they are. */
  inForce: readonly RunInForce[]
  selection: Selection
  /** Effects that the person consents to. */
  accepted: readonly Consent[]
  createdAt: string
  onRead: (done: number, total: number) => void
}

async function readCandidates(gateway: Gateway, { run, onRead }: ReversalScope): Promise<Candidate[]> {
  // What drifted after an intent may have been written before somebody wrote over it.
  const tried = run.changes.filter(
    ({ outcome, fieldsBefore }) =>
      outcome !== 'not-applied' && (outcome !== 'drifted' || fieldsBefore !== null),
  )
  const read: Candidate[] = []
  onRead(0, tried.length)
  await inParallel(READS_AT_ONCE, tried, async (recorded) => {
    const { server, file } = recorded.change
    const reading = await placeOf(gateway, recorded.change).read(server.id)
    const signIns = file === null ? await signInsAtStake(gateway, reading) : null
    read.push({ recorded, reading, signIns })
    onRead(read.length, tried.length)
  })
  return read.toSorted((a, b) => tried.indexOf(a.recorded) - tried.indexOf(b.recorded))
}

/**
 * What stands in files goes back newest first, in the places of the plan that files had: so no server is without its id
 * while its URL is another, and no entry takes for a moment what another one has.
 */
function newestFirst(changes: readonly Change[]): Change[] {
  const inFiles = changes.filter(({ file }) => file !== null)
  return changes.map((change) => (change.file === null ? change : (inFiles.pop() ?? change)))
}

/** Each server that is left alone once, for its URL where that is. */
function onceEach(found: readonly { skipped: Skipped; isUrl: boolean }[]): Skipped[] {
  const urlsFirst = found.toSorted((a, b) => Number(b.isUrl) - Number(a.isUrl))
  const told = new Map<string, Skipped>()
  for (const { skipped } of urlsFirst) if (!told.has(skipped.server.id)) told.set(skipped.server.id, skipped)
  return found.map(({ skipped }) => skipped).filter((skipped) => told.get(skipped.server.id) === skipped)
}

const changeOf = ({ recorded }: Candidate): Change => recorded.change

/**
 * The plan that takes a run back, made from the journal and from what the gateway holds now: a plan like any
 * other. Whatever was tried is asked after. A server whose field holds something else than the run wrote is
 * left alone.
 */
export async function planReversal(gateway: Gateway, scope: ReversalScope): Promise<Plan> {
  const candidates = await readCandidates(gateway, scope)
  const selected = select(scope.selection, candidates.map(asListed), `run ${scope.run.id}`)
  const isMeant = ({ recorded }: Candidate): boolean => selected.has(recorded.change.server.id)
  const meant = candidates.filter(isMeant)
  const judged = asUnits(
    candidates.map((candidate) => ({
      change: changeOf(candidate),
      meant: isMeant(candidate),
      judged: judge(candidate, gateway),
    })),
  )
  const made = judged.flatMap((each) => (typeof each === 'object' && 'change' in each ? [each.change] : []))
  const changes = hangingLast(newestFirst(made))
  const skipped = onceEach(
    judged.flatMap((each, i) =>
      typeof each === 'object' && 'skipped' in each
        ? [{ skipped: each.skipped, isUrl: meant[i] !== undefined && newUrl(changeOf(meant[i])) !== null }]
        : [],
    ),
  )
  const written = meant.filter((_, i) => judged[i] !== 'nothing')
  const unchanged = serversIn(meant.map(changeOf)) - serversIn([...changes, ...skipped])
  return {
    createdAt: scope.createdAt,
    gateway: gateway.identity,
    reverts: scope.run.id,
    migrations: scope.run.started.migrations,
    changes,
    withheld: waitingUnless(changes, scope.accepted),
    skipped,
    notes: [
      ...runNotes(scope.run, scope.inForce, gateway),
      ...meant.flatMap(stillChanged),
      ...written.flatMap((candidate) => notRestorable(candidate, gateway.era)),
    ],
    preflight: {},
    tools: {},
    origins: [],
    summary: {
      servers: serversIn(candidates.map(changeOf)),
      changes: serversIn(changes),
      unchanged,
      skipped: serversIn(skipped),
      excluded: serversIn(candidates.map(changeOf)) - serversIn(meant.map(changeOf)),
      moved: unchanged,
    },
  }
}
