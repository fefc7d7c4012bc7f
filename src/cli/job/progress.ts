import { shownName } from '../render/name.ts'
import { type Change } from '../../core/plan/change.ts'
import { type Plan, readyChanges } from '../../core/plan/plan.ts'
import { type AppliedChange, isInForce } from '../../core/run/outcome.ts'
import { count } from '../../core/show/text.ts'
import type { ApplyEvent } from '../../runs/apply/context.ts'
import type { JobEvents } from '../../runs/job/ports.ts'
import type { Look } from '../render/layout.ts'
import { renderOutcome } from '../render/report/report.ts'
import { type RunWords, wordsFor } from '../render/words.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** ", about 3 min left" at the pace so far, `elapsedMs` for `done` of `total`; empty up to a minute, or where nothing is done yet. */
export function timeLeft(elapsedMs: number, done: number, total: number): string {
  if (done === 0) return ''
  const seconds = (elapsedMs / done / 1000) * (total - done)
  return seconds > 60 ? `, about ${Math.ceil(seconds / 60)} min left` : ''
}

/** Tells of the reads of an inventory, from the first on. A silent backend makes LiteLLM wait `probeSeconds` for it. */
export function readProgress(
  terminal: Terminal,
  probeSeconds: number,
): (done: number, total: number) => void {
  let started = Date.now()
  return (done, total) => {
    if (done === 0) started = Date.now()
    if (total === 0 || done === total) return terminal.settle()
    // Without a terminal each text is a line of its own: a few of them are enough.
    if (!terminal.interactive && done > 0 && done % 50 !== 0) return
    const left = timeLeft(Date.now() - started, done, total)
    const slow = `LiteLLM connects to each server as it reads, up to ${probeSeconds} s when one is silent`
    const why = probeSeconds > 0 ? ` (${slow})` : ''
    terminal.progress(`Reading ${count(total, 'record')}: ${done} done${left}${why}`)
  }
}

/** Tells how far a look at several servers is; without a terminal only that it begins. */
export const lookProgress =
  <T extends { done: number; total: number }>(terminal: Terminal, what: (event: T) => string) =>
  (event: T): void => {
    const { done, total } = event
    if (total === 0 || done === total) return terminal.settle()
    if (terminal.interactive || done === 0) terminal.progress(`${what(event)}: ${done} done`)
  }

/** Tells how many answers of the gateway know what one run wrote. */
export function waitProgress(terminal: Terminal): (event: JobEvents['waiting']) => void {
  let told = false
  return ({ fresh, answers, seconds, reverts }) => {
    // Without a terminal each text is a line of its own, and the first answers mostly agree.
    if (fresh === answers || (told && !terminal.interactive)) return
    told = true
    const shown = terminal.interactive
      ? `: ${fresh} of the last ${answers} answers do (${Math.round(seconds)} s)`
      : ''
    terminal.progress(
      `Waiting until all workers of the gateway use ${wordsFor({ reverts }).urls}, up to 90 s${shown}; Ctrl-C stops waiting`,
    )
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
  terminal: Terminal,
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
      return goesOn ? undefined : terminal.remark(renderOutcome(event.change, plan, look))
    }
    // Without a terminal the outcome of each server is line enough.
    if (!terminal.interactive) return
    const { done, total } = servers
    terminal.progress(
      `${done + 1}/${total} ${shownName(event.change.server)}: ${doing[event.kind]}${timeLeft(now() - started, done, total)}`,
    )
  }
}
