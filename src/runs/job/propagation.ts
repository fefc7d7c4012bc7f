import { aimOf } from '../../core/plan/change.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppliedChange } from '../../core/run/outcome.ts'
import type { Propagation, StopSignal } from '../../core/run/report.ts'
import type { Gateway } from '../../gateway/port.ts'

/** How many answers in a row have to agree. */
const IN_A_ROW = 10

/** Asked side by side: one read after the other would always meet the same idle worker. */
const SIDE_BY_SIDE = 5

/**
 * How long other workers may hold on to old URLs: they load the table again every 30 s from 1.81 on, where they do
 * (`add_deployment` in proxy_server.py; 21.8 s were seen with two workers on 1.81.14), and a replica may miss a turn.
 */
const LIMIT_MS = 90_000

const PAUSE_MS = 1000

/** What an answer knows: the new URLs, an old one, or nothing that counts. */
type Age = 'new' | 'old' | 'silent'

/** One answer: the URL of each listed server by id, `null` where it was none. */
type ListedUrls = ReadonlyMap<string, string | null> | null

/** How a wait for the workers goes. `onAnswers` hears of the last answers, ten at most, and of the seconds so far. */
export interface Wait {
  onAnswers: (fresh: number, answers: number, seconds: number) => void
  stopRequested: () => StopSignal | null
  limitMs?: number
}

async function ask(gateway: Gateway): Promise<ListedUrls> {
  try {
    const listed = await gateway.listAnew()
    return new Map(listed.map(({ server_id: id, url }) => [id, url ?? null]))
  } catch {
    return null
  }
}

/**
 * Old is what still shows a URL from before; whatever else it shows is somebody's later edit. A worker that does not list
 * a server which another one lists has not loaded the table yet, and what it will show then is not known. A server that
 * none lists, such as one that waits for review, tells nothing.
 */
function ageOf(listed: ListedUrls, changes: readonly AppliedChange[], known: ReadonlySet<string>): Age {
  if (!listed) return 'silent'
  const isOld = (change: AppliedChange): boolean =>
    aimOf(change).some(({ field, before }) => field === 'url' && listed.get(change.server.id) === before)
  if (changes.some(isOld)) return 'old'
  return changes.some(({ server: { id } }) => known.has(id) && !listed.has(id)) ? 'silent' : 'new'
}

/**
 * Asks the gateway, on fresh connections, until ten answers in a row know what was applied: its workers and replicas
 * keep what they know in memory. Gives up after 90 s, and then tells what the last answers were. Never throws.
 */
export async function awaitPropagation(
  gateway: Gateway,
  changes: readonly AppliedChange[],
  { onAnswers, stopRequested, limitMs = LIMIT_MS }: Wait,
): Promise<Propagation> {
  const applied = changes.filter(({ outcome, file }) => outcome === 'applied' && file === null)
  const started = performance.now()
  const known = new Set<string>()
  let last: ListedUrls[] = []
  const count = (age: Age): number => last.filter((listed) => ageOf(listed, applied, known) === age).length
  for (;;) {
    const round = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => ask(gateway)))
    for (const id of round.flatMap((listed) => [...(listed?.keys() ?? [])])) known.add(id)
    last = [...last, ...round].slice(-IN_A_ROW)
    const seconds = Math.round((performance.now() - started) / 100) / 10
    onAnswers(count('new'), last.length, seconds)
    const agreed = count('new') === IN_A_ROW
    const stopped = stopRequested()
    if (agreed || stopped || performance.now() - started > limitMs)
      return { agreed, answers: last.length, old: count('old'), silent: count('silent'), seconds, stopped }
    if (count('new') < last.length) await sleep(PAUSE_MS)
  }
}
