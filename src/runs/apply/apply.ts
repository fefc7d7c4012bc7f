import { setTimeout as sleep } from 'node:timers/promises'
import { hangingLast } from '../../core/record/may-hang.ts'
import type { Change, Plan } from '../../core/plan/plan.ts'
import { shownPath } from '../../core/show/redact.ts'
import {
  type AppliedChange,
  type Halt,
  isInForce,
  type RunReport,
  settledAs,
} from '../../core/plan/report.ts'
import { printable } from '../../core/show/text.ts'
import { unitsBy } from '../../core/plan/withheld.ts'
import type { ApplyContext, Standing, Step } from './context.ts'
import { ChangeRun } from './change-run.ts'

/** What applying a plan came to; the caller adds what it knows of the run itself. */
export type ApplyResult = Pick<RunReport, 'changes' | 'halted' | 'trouble'>

/**
 * Halts after which `--on-failure revert` takes back what was written. Not a signal, not a journal that takes nothing more,
 * and not a gateway that does not answer.
 */
const TURNING: readonly Halt[] = ['failure', 'collateral', 'security', 'canary']

/**
 * Tries a changed server through the gateway, for as long as it takes all its workers to know of the change. Returns
 * what speaks against going on: nothing when it works, and nothing but the signal when one ended the trial.
 */
async function tryCanary(
  { applied }: Step,
  place: Standing,
  context: ApplyContext,
): Promise<Pick<Step, 'halt' | 'trouble'>> {
  const { gateway, patienceMs, onEvent, stopRequested } = context
  onEvent({ kind: 'trying', change: applied, ...place })
  const end = Date.now() + patienceMs
  for (let pause = 250; ; pause = Math.min(pause * 2, 3000)) {
    const { works, message } = await gateway.check(applied.server.id)
    if (works === 'yes') {
      onEvent({ kind: 'works', change: applied, message })
      return { halt: null, trouble: null }
    }
    const stop = stopRequested()
    if (stop) return { halt: stop, trouble: null }
    if (Date.now() + pause > end)
      return { halt: 'canary', trouble: `The first server does not work through the gateway: ${message}` }
    await sleep(pause)
  }
}

/** May the run go on although this happened? A failure only by policy; what a write did to other fields never. */
const halts = (halt: Halt, { onFailure }: ApplyContext): Halt =>
  halt === 'failure' && onFailure === 'continue' ? null : halt

/** Why a change is not tried whose server went only half way, or shares its variable with one that did; or `null`. */
function halfDone(unit: readonly Change[], settled: ReadonlyMap<string, AppliedChange>): string | null {
  const before = unit
    .map(({ id }) => settled.get(id))
    .find((each) => each !== undefined && each.outcome !== 'applied')
  if (!before) return null
  return `it goes only together with what stands in ${printable(shownPath(before.file?.path ?? ''))}, which was left alone`
}

async function goForward(plan: Plan, context: ApplyContext, found: Halt): Promise<ApplyResult> {
  const settled = new Map<string, AppliedChange>()
  let halted = found
  let trouble: string | null = null
  let untried = context.canary
  const units = unitsBy(plan.changes)
  const direction = plan.reverts === null ? 'apply' : 'revert'
  for (const [done, change] of plan.changes.entries()) {
    halted ??= context.stopRequested()
    if (halted) {
      settled.set(change.id, settledAs(change, 'not-applied'))
      continue
    }
    const place = { done, total: plan.changes.length }
    const half = halfDone(units.get(change) ?? [], settled)
    const step: Step =
      half === null
        ? await new ChangeRun(context, change, place).run(direction)
        : { applied: settledAs(change, 'not-applied', half), halt: null, trouble }
    const isCanary =
      untried && change.file === null && step.applied.outcome === 'applied' && step.halt === null
    const { halt, trouble: wrong } = isCanary ? await tryCanary(step, place, context) : step
    untried &&= !isCanary
    halted = halts(halt, context)
    trouble = wrong
    settled.set(change.id, step.applied)
    context.onEvent({ kind: 'settled', change: step.applied, done: done + 1, total: place.total })
  }
  return { changes: [...settled.values()], halted, trouble }
}

/**
 * Takes back what a run wrote, newest first, and last what LiteLLM may never answer. What cannot be taken back stays as
 * reported, and the others go on, unless a write did something to other fields, too.
 */
async function takeBack(forward: ApplyResult, context: ApplyContext): Promise<ApplyResult> {
  // What only put settings back has nothing to take back.
  const written = hangingLast(
    forward.changes.filter((change) => isInForce([change]) && change.edits.length > 0).toReversed(),
  )
  const total = written.length
  const units = unitsBy(written)
  const fates = new Map<string, AppliedChange>()
  let { halted, trouble } = forward
  context.onEvent({ kind: 'taking-back', total })
  for (const [done, change] of written.entries()) {
    const stop = context.stopRequested()
    if (stop) {
      halted = stop
      break
    }
    const unit = units.get(change) ?? []
    if (unit.some(({ id }) => (fates.get(id)?.outcome ?? 'reverted') !== 'reverted')) {
      // A pin stays for as long as the URL that it holds the id for.
      const error = 'not taken back: it goes only together with what could not be taken back'
      fates.set(change.id, { ...change, error })
      context.onEvent({ kind: 'settled', change: { ...change, error }, done: done + 1, total })
      continue
    }
    const step = await new ChangeRun(context, change, { done, total }).takeBack(change)
    fates.set(change.id, step.applied)
    context.onEvent({ kind: 'settled', change: step.applied, done: done + 1, total })
    if (step.halt === null || step.halt === 'failure') continue
    ;[halted, trouble] = [step.halt, step.trouble]
    break
  }
  return { changes: forward.changes.map((change) => fates.get(change.id) ?? change), halted, trouble }
}

/**
 * Applies a plan, one server after the other, and reports what became of each. Nothing is written without its
 * intent on disk. A drifted server is left alone and the rest go on; a refusal or a doubt ends the run unless the
 * policy says otherwise; collateral that could not be repaired, or any on access, and a gateway that does not answer any
 * more end it in any case. `found` is what keeps it from going on at all. Never throws.
 */
export async function applyPlan(plan: Plan, context: ApplyContext, found: Halt = null): Promise<ApplyResult> {
  const forward = await goForward(plan, context, found)
  const turns =
    context.onFailure === 'revert' && TURNING.includes(forward.halted) && isInForce(forward.changes)
  return turns ? takeBack(forward, context) : forward
}
