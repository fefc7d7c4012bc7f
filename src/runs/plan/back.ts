import { assembleReversal, type Candidate, type Recorded, type Reversal } from '../../core/plan/back/back.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { MigrateError } from '../../core/errors.ts'
import type { Sightings } from '../../core/record/sighting.ts'
import { clockNotes } from '../../core/run/order.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'
import type { Gateway, Snapshot } from '../../gateway/port.ts'
import { type RecordedChange, type RecordedRun, wasWritten } from '../../journal/fold.ts'
import { wordsOf } from '../../core/plan/back/options.ts'
import { type NamedFiles, unnamedFor } from '../recover/vouched.ts'
import { placeOf } from '../../files/place.ts'
import { signInsAtStake } from './sign-ins.ts'
import { seenIn } from './seen-in.ts'

/** What a reversal covers, and who is told of each read. */
export interface ReversalScope extends Omit<Reversal, 'gateway' | 'run' | 'candidates'> {
  run: RecordedRun
  /** Runs that took it back before, as far as they came. */
  earlier: readonly RecordedRun[]
  /** The files that may be written. */
  named: NamedFiles
  onRead: (done: number, total: number) => void
}

/** One change of the run, with what its server holds now. A file that was not named is not even read. */
async function readCandidate(
  gateway: Gateway,
  recorded: RecordedChange,
  named: NamedFiles,
): Promise<Candidate> {
  const { server, file } = recorded.change
  const wrote = wasWritten(recorded)
  const unnamed = wordsOf(await unnamedFor(file, named))
  if (unnamed.length > 0) {
    const reading = { kind: 'unreadable', message: 'it was not named', silent: false } as const
    return { recorded, wrote, reading, signIns: null, unnamed }
  }
  const reading = await placeOf(gateway, recorded.change).read(server.id)
  const signIns = file === null ? await signInsAtStake(gateway, reading) : null
  return { recorded, wrote, reading, signIns }
}

async function readCandidates(gateway: Gateway, { run, named, onRead }: ReversalScope): Promise<Candidate[]> {
  // What drifted after an intent may have been written before somebody wrote over it.
  const tried = run.changes.filter(
    ({ outcome, fieldsBefore }) =>
      outcome !== 'not-applied' && (outcome !== 'drifted' || fieldsBefore !== null),
  )
  const read: Candidate[] = []
  onRead(0, tried.length)
  await inParallel(READS_AT_ONCE, tried, async (recorded) => {
    read.push(await readCandidate(gateway, recorded, named))
    onRead(read.length, tried.length)
  })
  const changes = tried.map(({ change }) => change)
  return read.toSorted((a, b) => changes.indexOf(a.recorded.change) - changes.indexOf(b.recorded.change))
}

/** The list, taken before the records are read; `null` where there is none, or nothing is asked of the API. */
async function listBefore(gateway: Gateway, { run }: ReversalScope): Promise<Snapshot | null> {
  if (run.changes.every(({ change }) => change.file !== null)) return null
  try {
    return await gateway.snapshot()
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    return null
  }
}

/** Are two changes about the same server, through the API or in the same file? */
const isSamePlace = ({ change: a }: Recorded, { recorded: { change: b } }: Candidate): boolean =>
  a.server.id === b.server.id && a.file?.path === b.file?.path

/**
 * The plan that takes a run back, made from the journal and from what the gateway holds now. Whatever was tried is asked
 * after. Throws `usage` for a pattern that selects no server of the run.
 */
export async function planReversal(
  gateway: Gateway,
  scope: ReversalScope,
): Promise<{ plan: Plan; seen: Sightings }> {
  const list = await listBefore(gateway, scope)
  const earlier = scope.earlier.flatMap(({ changes }) => changes.filter(wasWritten))
  const candidates = (await readCandidates(gateway, scope)).map((candidate) => ({
    ...candidate,
    earlier: earlier.filter((each) => isSamePlace(each, candidate)),
  }))
  const plan = assembleReversal({ ...scope, gateway, candidates })
  const notes = [...plan.notes, ...clockNotes(scope.run, scope.createdAt)]
  const seen = seenIn(plan, (id) => list?.entry(id) ?? null, gateway.era)
  list?.giveBack()
  return { plan: { ...plan, notes }, seen }
}
