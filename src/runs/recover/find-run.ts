import { basename } from 'node:path'
import { gatewayKey } from '../../core/rule/address.ts'
import { MigrateError } from '../../core/errors.ts'
import { redactText } from '../../core/show/redact.ts'
import { type RecordedRun, wasWritten, wroteSomething } from '../../journal/fold.ts'
import { problemError } from '../../journal/damage.ts'
import type { Journal } from '../../journal/port.ts'
import { mend } from '../verify/check.ts'

/**
 * The run whose id begins with `prefix`; `list` is the command that lists all runs. Throws `run-not-found`, also where
 * several begin with it, and `journal-damaged` or `journal-newer` when a run of that name cannot be read.
 */
export async function findNamedRun(journal: Journal, prefix: string, list: string): Promise<RecordedRun> {
  const { runs, problems } = await journal.runs()
  const damaged = problems.find(({ file }) => basename(file).startsWith(prefix))
  if (damaged) throw problemError(damaged, null)
  const found = runs.filter(({ id }) => id.startsWith(prefix))
  const [only] = found
  if (only && found.length === 1) return only
  const which = found.length > 1 ? `${found.length} runs begin with` : 'no run begins with'
  throw new MigrateError(
    'run-not-found',
    `In the journal in ${journal.location}, ${which} ${redactText(prefix)}`,
    mend('The runs of all gateways are listed by:', list),
  )
}

/**
 * The runs of this gateway that wrote something, or may have, newest first, reverts included. Throws
 * `run-not-found` when there is none, and `journal-damaged` or `journal-newer` when what cannot be read hides which is
 * newest.
 */
export async function runsToRevert(journal: Journal, gatewayUrl: string): Promise<RecordedRun[]> {
  const { runs, problems } = await journal.runs()
  const [damaged] = problems
  if (damaged) {
    throw problemError(
      damaged,
      'Which run is the newest cannot be told for certain; name the one to take back: --revert RUN.',
    )
  }
  const found = runs
    .filter((run) => gatewayKey(run.started.gateway.url) === gatewayKey(gatewayUrl) && wroteSomething(run))
    .toReversed()
  const [newest] = found
  if (!newest) {
    const urls = new Set(runs.map(({ started }) => started.gateway.url))
    const others = [...urls].filter((url) => url !== gatewayUrl)
    const hint =
      others.length > 0
        ? `It has runs of ${others.join(', ')}. Did you mean another --url?`
        : 'Did the run use another --journal?'
    throw new MigrateError(
      'run-not-found',
      `The journal in ${journal.location} knows no run of ${gatewayUrl} that wrote something`,
      hint,
    )
  }
  return found
}

/** A migration of which something is in force, and on how many servers. */
export interface RunInForce {
  id: string
  servers: number
}

/** The migration that a run is about in the end, and whether it takes that back: a revert of a revert does it again. */
function rootOf(run: RecordedRun, byId: ReadonlyMap<string, RecordedRun>): { root: string; back: boolean } {
  let back = false
  let root = run
  while (root.started.reverts !== null) {
    back = !back
    const taken = byId.get(root.started.reverts)
    // A run that is not there, or that began later, ends the chain: no journal of ours has such a one.
    if (!taken || taken.startedAt > root.startedAt) return { root: root.started.reverts, back }
    root = taken
  }
  return { root: root.id, back }
}

/** Does this run, in the end, take a migration back? A revert does, and the revert of a revert does not. */
export function takesBack(run: RecordedRun, runs: readonly RecordedRun[]): boolean {
  return rootOf(run, new Map(runs.map((each) => [each.id, each]))).back
}

/** Other migrations of the same gateway that are still in force: taking back one run leaves them as they are. */
export async function runsInForce(journal: Journal, run: RecordedRun): Promise<RunInForce[]> {
  const { runs } = await journal.runs()
  const byId = new Map(runs.map((each) => [each.id, each]))
  const inForce = new Map<string, Set<string>>()
  for (const each of runs.filter(
    ({ started }) => gatewayKey(started.gateway.url) === gatewayKey(run.started.gateway.url),
  )) {
    const { root, back } = rootOf(each, byId)
    const servers = inForce.get(root) ?? new Set()
    inForce.set(root, servers)
    for (const { change } of each.changes.filter(wasWritten)) {
      if (back) servers.delete(change.server.id)
      else servers.add(change.server.id)
    }
  }
  inForce.delete(rootOf(run, byId).root)
  return [...inForce]
    .map(([id, servers]) => ({ id, servers: servers.size }))
    .filter((each) => each.servers > 0)
}
