import { shownName } from '../render/name.ts'
import { type Change } from '../../core/plan/change.ts'
import { type Plan, readyChanges } from '../../core/plan/plan.ts'
import { type AppliedChange, isInForce } from '../../core/run/outcome.ts'
import { count } from '../../core/show/text.ts'
import type { ApplyEvent } from '../../runs/apply/context.ts'
import type { JobEvents } from '../../runs/job/ports.ts'
import type { Look } from '../render/layout.ts'
import { renderOutcome } from '../render/report/fates.ts'
import { type RunWords, wordsFor } from '../render/words.ts'
import { elapsedText } from '../terminal/elapsed.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** ", about 3 min left" at the pace so far, `elapsedMs` for `done` of `total`; empty up to a minute, or where nothing is done yet. */
export function timeLeft(elapsedMs: number, done: number, total: number): string {
  if (done === 0) return ''
  const seconds = (elapsedMs / done / 1000) * (total - done)
  return seconds > 60 ? `, about ${Math.ceil(seconds / 60)} min left` : ''
}

/** Who is told, where progress that moves in place, and else a line now and then. */
type Hearing = Pick<Terminal, 'isLive' | 'progress' | 'settle'>

/**
 * Tells how far what is counted has come. Elsewhere than in place only that it begins, each `every`th of it, and its last
 * count where it took a while, or another was told.
 */
function counting(terminal: Hearing, every: number, now: () => number) {
  let started = now()
  let isCounted = false
  return (text: { before: string; after: string }, done: number, total: number): void => {
    if (done === 0) [started, isCounted] = [now(), false]
    const elapsed = elapsedText(now() - started)
    if (total === 0 || done === total) {
      const isWorth = total > 0 && (isCounted || elapsed !== '')
      if (isWorth && !terminal.isLive)
        terminal.progress(`${text.before}: ${done} done${elapsed && ` (${elapsed})`}`)
      return terminal.settle()
    }
    if (terminal.isLive) return terminal.progress(`${text.before}: ${done} done${text.after}`)
    if (done === 0) return terminal.progress(`${text.before}${text.after}`)
    if (done % every !== 0) return
    isCounted = true
    terminal.progress(`${text.before}: ${done} done${text.after}`)
  }
}

/** Tells of the reads of an inventory, from the first on. A silent backend makes LiteLLM wait `probeSeconds` for it. */
export function readProgress(
  terminal: Hearing,
  probeSeconds: number,
  now: () => number = Date.now,
): (done: number, total: number) => void {
  let started = now()
  const tell = counting(terminal, 50, now)
  const slow = `LiteLLM connects to each server as it reads, up to ${probeSeconds} s when one is silent`
  return (done, total) => {
    if (done === 0) started = now()
    const left = timeLeft(now() - started, done, total)
    const why = probeSeconds > 0 ? ` (${slow})` : ''
    tell({ before: `Reading ${count(total, 'record')}`, after: `${left}${why}` }, done, total)
  }
}

/** Tells how far a look at several servers is; elsewhere than in place that it begins, and its end where it took a while. */
export function lookProgress<T extends { done: number; total: number }>(
  terminal: Hearing,
  what: (event: T) => string,
  now: () => number = Date.now,
): (event: T) => void {
  const tell = counting(terminal, Infinity, now)
  return (event) => tell({ before: what(event), after: '' }, event.done, event.total)
}

/** Tells how many answers of the gateway know what one run wrote. */
export function waitProgress(terminal: Hearing): (event: JobEvents['waiting']) => void {
  let told = false
  return ({ fresh, answers, reverts }) => {
    // Where each text is a line of its own: the first answers mostly agree.
    if (fresh === answers || (told && !terminal.isLive)) return
    told = true
    const { urls } = wordsFor({ reverts })
    const what = `Waiting until all workers of the gateway use ${urls}, up to 90 s; Ctrl-C stops waiting`
    terminal.progress(terminal.isLive ? `${what}: ${fresh} of the last ${answers} answers do` : what)
  }
}

/** Counts the servers of a run: one is done with the last of its changes. */
class ServerCount {
  /** The ids of what is still to be done, by the server's. */
  readonly #waiting: Map<string, Set<string>>
  readonly total: number

  constructor(changes: readonly Pick<Change, 'id' | 'server'>[]) {
    this.#waiting = new Map()
    for (const { id, server } of changes)
      this.#waiting.set(server.id, (this.#waiting.get(server.id) ?? new Set()).add(id))
    this.total = this.#waiting.size
  }

  get done(): number {
    return this.total - this.#waiting.size
  }

  /** Is anything of its server still to be done after this change? */
  settle({ id, server }: Pick<Change, 'id' | 'server'>): boolean {
    const left = this.#waiting.get(server.id)
    left?.delete(id)
    if (left?.size === 0) this.#waiting.delete(server.id)
    return this.#waiting.has(server.id)
  }
}

const DOING = (probeSeconds: number, { leaves, goesTo }: RunWords) => ({
  reading: `reading the record again; LiteLLM is probing ${leaves} (up to ${probeSeconds} s)`,
  writing: 'writing',
  restoring: 'putting back the settings that were cleared with the URL',
  checking: `checking; LiteLLM is probing ${goesTo} (up to ${probeSeconds} s)`,
  repairing: 'putting back what changed with it',
  trying: `trying it through the gateway (up to ${probeSeconds} s)`,
})

/** Tells of a run of a plan, server by server. */
export function applyProgress(
  plan: Pick<Plan, 'changes' | 'withheld' | 'reverts' | 'preflight'>,
  terminal: Hearing & Pick<Terminal, 'remark'>,
  look: Look,
  probeSeconds: number,
  now: () => number = Date.now,
): (event: ApplyEvent) => void {
  let started = now()
  const words = wordsFor(plan)
  let servers = new ServerCount(readyChanges(plan))
  const written: AppliedChange[] = []
  const doing = DOING(probeSeconds, words)
  return (event) => {
    if (event.kind === 'taking-back') {
      // It counts anew, and has a pace of its own.
      started = now()
      servers = new ServerCount(written)
      return terminal.remark(`${words.undoing} (${count(servers.total, 'server')}), newest first`)
    }
    if (event.kind === 'works')
      return terminal.remark(
        `  ${shownName(event.change.server)} works through the gateway: ${event.message}`,
      )
    if (event.kind === 'settled') {
      if (isInForce([event.change]) && event.change.edits.length > 0) written.push(event.change)
      const goesOn = servers.settle(event.change) && ['applied', 'reverted'].includes(event.change.outcome)
      // Where the report is read on the same screen, it says what went wrong, and the counter is enough.
      const isSaid = terminal.isLive && look.onScreen
      return goesOn || isSaid ? undefined : terminal.remark(renderOutcome(event.change, plan, look))
    }
    // Where it does not move in place the outcome of each server is line enough.
    if (!terminal.isLive) return
    const { done, total } = servers
    terminal.progress(
      `${done + 1}/${total} ${shownName(event.change.server)}: ${doing[event.kind]}${timeLeft(now() - started, done, total)}`,
    )
  }
}
