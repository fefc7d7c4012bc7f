import { isBlankUrl } from '../../core/rule/address.ts'
import { type HeldBy, heldBy } from '../../core/config/move/configured.ts'
import type { ListedServer } from '../../core/record/server.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { RecordedChange, RecordedRun } from '../../journal/fold.ts'

/** A move that a run recorded in a file, and whether the running LiteLLM knows of it. */
export interface ConfiguredMove {
  server: string
  run: string
  file: string
  /** As it is in the file since: not masked. */
  url: string
  /** `true`: LiteLLM uses it; `false`: it still uses another; `null`: it lists no such server. */
  took: boolean | null
  /** The variable behind its URL where LiteLLM was started without it, or with it empty, and lists no URL. */
  unset: string | null
  /** Its id before and now, where LiteLLM gave it another, and who holds which. */
  ids: { before: string; now: string; heldBefore: HeldBy; heldNow: HeldBy } | null
}

const GRANTS_MS = 10_000

/** The newest recorded move of each server that stands in a file. */
function newestMoves(runs: readonly RecordedRun[]): Map<string, { run: string; recorded: RecordedChange }> {
  const moves = new Map<string, { run: string; recorded: RecordedChange }>()
  for (const run of runs) {
    for (const recorded of run.changes) {
      const { change, outcome } = recorded
      const isMove = change.file !== null && change.edits.some(({ field }) => field === 'url')
      if (!isMove || outcome !== 'applied' || !change.file) continue
      const { server, sharers = [server] } = change.file
      for (const name of sharers) moves.set(name, { run: run.id, recorded })
    }
  }
  return moves
}

async function holdersOf(gateway: Gateway, before: string, now: string): Promise<ConfiguredMove['ids']> {
  const search = await gateway.grants([before, now], GRANTS_MS)
  return { before, now, heldBefore: heldBy(search, before), heldNow: heldBy(search, now) }
}

/** What became of the moves that the runs of this gateway, oldest first, recorded in files. */
export async function configuredMoves(
  gateway: Gateway,
  runs: readonly RecordedRun[],
  listed: readonly ListedServer[],
): Promise<ConfiguredMove[]> {
  const moves: ConfiguredMove[] = []
  for (const [server, { run, recorded }] of newestMoves(runs)) {
    const { change } = recorded
    const url = change.edits.find(({ field }) => field === 'url')?.after ?? ''
    const there = listed.find(({ server_name: name }) => name === server)
    const took = there ? there.url === url : null
    const unset = there && isBlankUrl(there.url) ? (change.file?.variable ?? null) : null
    // Of those that share the place of its URL, the journal knows the ids of before only where they were pinned.
    const isOwn = server === change.file?.server
    const isRenamed = took === true && isOwn && there !== undefined && there.server_id !== change.server.id
    const ids = isRenamed ? await holdersOf(gateway, change.server.id, there.server_id) : null
    moves.push({ server, run, file: change.file?.path ?? '', url, took, unset, ids })
  }
  return moves
}
