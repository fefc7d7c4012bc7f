import type { ListedServer } from '../core/server.ts'
import type { Gateway } from '../gateway/port.ts'
import type { RecordedChange, RecordedRun } from '../journal/fold.ts'

/** Who holds a server by an id: in words, and whether those are all. */
export interface Holders {
  holders: string[]
  complete: boolean
}

/** A move that a run recorded in a file, and whether the running LiteLLM knows of it. */
export interface ConfiguredMove {
  server: string
  run: string
  file: string
  /** As it is in the file since: not masked. */
  url: string
  /** `true`: LiteLLM uses it; `false`: it still uses another; `null`: it lists no such server. */
  took: boolean | null
  /** Its id before and now, where LiteLLM gave it another, and who holds which. */
  ids: { before: string; now: string; heldBefore: Holders; heldNow: Holders } | null
}

const GRANTS_MS = 10_000

/** The newest recorded move of each server that stands in a file. */
function newestMoves(runs: readonly RecordedRun[]): Map<string, { run: string; recorded: RecordedChange }> {
  const moves = new Map<string, { run: string; recorded: RecordedChange }>()
  for (const run of runs) {
    for (const recorded of run.changes) {
      const { change, outcome } = recorded
      const isMove = change.file !== null && change.edits.some(({ field }) => field === 'url')
      if (isMove && outcome === 'applied' && change.file)
        moves.set(change.file.server, { run: run.id, recorded })
    }
  }
  return moves
}

async function holdersOf(gateway: Gateway, before: string, now: string): Promise<ConfiguredMove['ids']> {
  const { grants, complete } = await gateway.grants([before, now], GRANTS_MS)
  const of = (id: string): Holders => {
    const own = grants.filter(({ serverId }) => serverId === id)
    const words = own.map(({ holder }) => `${holder.kind.replace('-', ' ')} ${holder.name}`)
    return { holders: [...new Set(words)], complete }
  }
  return { before, now, heldBefore: of(before), heldNow: of(now) }
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
    const isRenamed = took === true && there !== undefined && there.server_id !== change.server.id
    const ids = isRenamed ? await holdersOf(gateway, change.server.id, there.server_id) : null
    moves.push({ server, run, file: change.file?.path ?? '', url, took, ids })
  }
  return moves
}
