import type { Placed, Placement } from '../../core/plan/server-state.ts'
import { optionsToRevert } from '../../core/plan/back/options.ts'
import { type RecordedRun, runsOf, wasWritten } from '../../journal/fold.ts'

/** A migration of which something is in force, on how many servers, and the options with which it is taken back. */
export interface RunInForce {
  id: string
  servers: number
  options: readonly string[]
}

/** Runs by id, each with its place in their order. */
type Places = ReadonlyMap<string, { run: RecordedRun; place: number }>

const placesOf = (runs: readonly RecordedRun[]): Places =>
  new Map(runs.map((run, place) => [run.id, { run, place }]))

/** The migration that a run is about in the end, and whether it takes that back: a revert of a revert does it again. */
function rootOf(run: RecordedRun, places: Places): { root: string; back: boolean } {
  let back = false
  let root = run
  let place = places.get(run.id)?.place ?? 0
  while (root.started.reverts !== null) {
    back = !back
    const taken = places.get(root.started.reverts)
    // A run that is not there, or that did not begin before, ends the chain: no journal of ours has such a one, and a
    // circle would have no end.
    if (!taken || taken.place >= place) return { root: root.started.reverts, back }
    root = taken.run
    place = taken.place
  }
  return { root: root.id, back }
}

/** Does this run, in the end, take a migration back? A revert does, and the revert of a revert does not. `runs`: oldest first. */
export function takesBack(run: RecordedRun, runs: readonly RecordedRun[]): boolean {
  return rootOf(run, placesOf(runs)).back
}

/** The URL that the migrations among these runs, oldest first, gave each server last, by its id, and the run. None that a revert put back. */
export function placedBy(runs: readonly RecordedRun[]): Placed {
  const places = placesOf(runs)
  const placed = new Map<string, Placement>()
  for (const run of runs) {
    const { back } = rootOf(run, places)
    for (const { change } of run.changes.filter(wasWritten)) {
      const url = change.edits.find(({ field }) => field === 'url')?.after ?? null
      if (back) placed.delete(change.server.id)
      else if (url !== null) placed.set(change.server.id, { url, run: run.id })
    }
  }
  return placed
}

const optionsOf = (run: RecordedRun | undefined): string[] =>
  run ? optionsToRevert(run.started.changes, run.head) : []

/** The servers that each migration among these runs, oldest first, has written and none of them has taken back. */
function serversInForce(own: readonly RecordedRun[], all: Places) {
  const inForce = new Map<string, Set<string>>()
  for (const run of own) {
    const { root, back } = rootOf(run, all)
    const servers = inForce.get(root) ?? new Set()
    inForce.set(root, servers)
    for (const { change } of run.changes.filter(wasWritten)) {
      if (back) servers.delete(change.server.id)
      else servers.add(change.server.id)
    }
  }
  return inForce
}

/** On how many servers of a run is a later migration of the same gateway in force? `runs`: oldest first. */
export function movedOn(run: RecordedRun, runs: readonly RecordedRun[]): number {
  const all = placesOf(runs)
  const { root } = rootOf(run, all)
  const later = runsOf(runs.slice((all.get(run.id)?.place ?? 0) + 1), run.started.gateway.url)
  const inForce = serversInForce(
    later.filter((each) => rootOf(each, all).root !== root),
    all,
  )
  const isLater = (id: string): boolean => (all.get(id)?.place ?? 0) > (all.get(run.id)?.place ?? 0)
  const held = new Set([...inForce].flatMap(([id, servers]) => (isLater(id) ? [...servers] : [])))
  const own = new Set(run.changes.filter(wasWritten).map(({ change }) => change.server.id))
  return [...own].filter((id) => held.has(id)).length
}

/**
 * Other migrations of the same gateway that are still in force: taking back one run leaves them as they are. `runs`: all that
 * can be read, oldest first.
 */
export function runsInForce(runs: readonly RecordedRun[], run: RecordedRun): RunInForce[] {
  const all = placesOf(runs)
  const inForce = serversInForce(runsOf(runs, run.started.gateway.url), all)
  inForce.delete(rootOf(run, all).root)
  return [...inForce]
    .map(([id, servers]) => ({ id, servers: servers.size, options: optionsOf(all.get(id)?.run) }))
    .filter(({ servers }) => servers > 0)
}
