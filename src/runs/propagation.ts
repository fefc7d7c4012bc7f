import { setTimeout as sleep } from 'node:timers/promises'
import type { AppliedChange, Propagation } from '../core/report.ts'
import type { ListedServer } from '../core/server.ts'
import type { Gateway } from '../gateway/port.ts'

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

type Answer = 'new' | 'old' | 'silent'

/** How a wait for the workers goes. `onAnswers` hears of the last answers, ten at most, and of the seconds so far. */
export interface Wait {
  onAnswers: (fresh: number, answers: number, seconds: number) => void
  stopRequested: () => 'SIGINT' | 'SIGTERM' | null
  limitMs?: number
}

/** Old is what still shows a URL from before; whatever else it shows is somebody's later edit. */
function judge(listed: readonly ListedServer[], changes: readonly AppliedChange[]): Answer {
  const urls = new Map(listed.map(({ server_id: id, url }) => [id, url]))
  const isOld = ({ server, edits }: AppliedChange): boolean =>
    edits.some(({ field, before }) => field === 'url' && urls.get(server.id) === before)
  return changes.some(isOld) ? 'old' : 'new'
}

async function ask(gateway: Gateway, changes: readonly AppliedChange[]): Promise<Answer> {
  try {
    return judge(await gateway.listAnew(), changes)
  } catch {
    return 'silent'
  }
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
  const started = Date.now()
  let last: Answer[] = []
  const count = (kind: Answer): number => last.filter((answer) => answer === kind).length
  for (;;) {
    const round = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => ask(gateway, applied)))
    last = [...last, ...round].slice(-IN_A_ROW)
    const seconds = Math.round((Date.now() - started) / 100) / 10
    onAnswers(count('new'), last.length, seconds)
    const agreed = count('new') === IN_A_ROW
    const stopped = stopRequested()
    if (agreed || stopped || Date.now() - started > limitMs)
      return { agreed, answers: last.length, old: count('old'), silent: count('silent'), seconds, stopped }
    if (round.some((answer) => answer !== 'new')) await sleep(PAUSE_MS)
  }
}
