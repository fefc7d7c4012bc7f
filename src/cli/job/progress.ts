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
import { Rate, withRate } from './rate.ts'
import { elapsedText } from '../terminal/elapsed.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Who is told, where progress that moves in place, and else a line now and then. */
type Hearing = Pick<Terminal, 'isLive' | 'width' | 'progress' | 'settle'>

/** By a clock that nobody sets. */
const CLOCK = (): number => performance.now()

/** Columns of a line beside the spinner, or without one. */
const roomIn = ({ width }: Pick<Terminal, 'width'>): number => width - 3

/** What is counted. `about`: what is said where the pace says nothing. */
interface Counted {
  what: string
  about: string
}

/**
 * Tells how far what is counted has come. Elsewhere than in place only that it begins, each `every`th of it, and its last
 * count where it took a while, or another was told.
 */
function counting(terminal: Hearing, every: number, now: () => number) {
  let started = now()
  let rate = new Rate(now, 0)
  let isCounted = false
  return ({ what, about }: Counted, done: number, total: number): void => {
    if (done === 0) [started, rate, isCounted] = [now(), new Rate(now, total), false]
    rate.reach(done)
    if (total === 0 || done === total) {
      const elapsed = elapsedText(now() - started)
      const isWorth = total > 0 && (isCounted || elapsed !== '')
      if (isWorth && !terminal.isLive) terminal.progress(`${what}: ${done} done${elapsed && ` (${elapsed})`}`)
      return terminal.settle()
    }
    const line = (): string => {
      const texts = rate.texts()
      const text = `${what}: ${done} done`
      return texts.left === '' ? text + about : withRate(text, texts, roomIn(terminal))
    }
    if (terminal.isLive) return terminal.progress(line)
    if (done === 0) return terminal.progress(`${what}${about}`)
    if (done % every !== 0) return
    isCounted = true
    terminal.progress(line)
  }
}

/** Of so many servers, elsewhere than in place, how far a run is told. */
const EVERY = 50

/** Tells of the reads of an inventory, from the first on. A silent backend makes LiteLLM wait `probeSeconds` for it. */
export function readProgress(
  terminal: Hearing,
  probeSeconds: number,
  now = CLOCK,
): (done: number, total: number) => void {
  const tell = counting(terminal, EVERY, now)
  const slow = `LiteLLM connects to each server as it reads, up to ${probeSeconds} s when one is silent`
  const about = probeSeconds > 0 ? ` (${slow})` : ''
  return (done, total) => tell({ what: `Reading ${count(total, 'record')}`, about }, done, total)
}

/** Tells how far a look at several servers is; elsewhere than in place that it begins, and its end where it took a while. */
export function lookProgress<T extends { done: number; total: number }>(
  terminal: Hearing,
  what: (event: T) => string,
  now = CLOCK,
): (event: T) => void {
  const tell = counting(terminal, Infinity, now)
  return (event) => tell({ what: what(event), about: '' }, event.done, event.total)
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

  /** Is any of these servers still to be done? */
  waitsFor(ids: readonly string[]): boolean {
    return ids.some((id) => this.#waiting.has(id))
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

/** Elsewhere than in place: how far a run is, now and then, where its pace says something. */
function tellSome({ done, total }: ServerCount, texts: ReturnType<Rate['texts']>, terminal: Hearing): void {
  if (terminal.isLive || done % EVERY !== 0 || texts.pace + texts.left === '') return
  terminal.progress(withRate(`${done} of ${total} servers done`, texts, roomIn(terminal)))
}

/** Tells of a run of a plan, server by server. */
export function applyProgress(
  plan: Pick<Plan, 'changes' | 'withheld' | 'reverts' | 'preflight' | 'silent'>,
  terminal: Hearing & Pick<Terminal, 'remark'>,
  look: Look,
  probeSeconds: number,
  now = CLOCK,
): (event: ApplyEvent) => void {
  const words = wordsFor(plan)
  let servers = new ServerCount(readyChanges(plan))
  let rate = new Rate(now, servers.total)
  const texts = () => rate.texts(servers.waitsFor(plan.silent ?? []))
  const written: AppliedChange[] = []
  const doing = DOING(probeSeconds, words)
  return (event) => {
    if (event.kind === 'taking-back') {
      // It counts anew, and has a pace of its own.
      servers = new ServerCount(written)
      rate = new Rate(now, servers.total)
      return terminal.remark(`${words.undoing} (${count(servers.total, 'server')}), newest first`)
    }
    if (event.kind === 'works')
      return terminal.remark(
        `  ${shownName(event.change.server)} works through the gateway: ${event.message}`,
      )
    if (event.kind === 'settled') {
      if (isInForce([event.change]) && event.change.edits.length > 0) written.push(event.change)
      const before = servers.done
      const goesOn = servers.settle(event.change) && ['applied', 'reverted'].includes(event.change.outcome)
      // Where the report is read on the same screen, it says what went wrong, and the counter is enough.
      const isSaid = terminal.isLive && look.onScreen
      if (!goesOn && !isSaid) terminal.remark(renderOutcome(event.change, plan, look))
      rate.reach(servers.done)
      return servers.done > before ? tellSome(servers, texts(), terminal) : undefined
    }
    // Where it does not move in place the outcome of each server is line enough.
    if (!terminal.isLive) return
    const { done, total } = servers
    const line = `${done + 1}/${total} ${shownName(event.change.server)}: ${doing[event.kind]}`
    terminal.progress(() => withRate(line, texts(), roomIn(terminal)))
  }
}
