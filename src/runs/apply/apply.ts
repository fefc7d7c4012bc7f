import type { Change } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { type AppliedChange, isInForce, settledAs } from '../../core/run/outcome.ts'
import { type Halt, type RunReport } from '../../core/run/report.ts'
import { unitsBy } from '../../core/plan/units.ts'
import { hangingLast } from '../../core/record/may-hang.ts'
import { shownPath } from '../../core/show/redact.ts'
import { printable } from '../../core/show/text.ts'
import { until } from '../until.ts'
import { applyChange, takeBackChange } from './change.ts'
import type { ApplyContext, Step } from './context.ts'
import { directionOf } from './guard.ts'
import { lookBack } from './last-look.ts'

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
async function tryCanary(applied: AppliedChange, context: ApplyContext): Promise<Step> {
  const { gateway, patienceMs, onEvent, stopRequested } = context
  onEvent({ kind: 'trying', change: applied })
  const { decision, last } = await until(
    { ms: patienceMs, firstPauseMs: 250 },
    () => gateway.check(applied.server.id),
    ({ works }) => (works === 'yes' ? 'works' : stopRequested()),
  )
  const { message } = last
  if (decision === null) {
    const trouble = `The first server does not work through the gateway: ${message}`
    return { applied, halt: 'canary', trouble }
  }
  if (decision !== 'works') return { applied, halt: decision, trouble: null }
  onEvent({ kind: 'works', change: applied, message })
  return { applied, halt: null, trouble: null }
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

/** Applies the changes in their order until something halts the run; those after it are not tried. */
async function applyChanges(plan: Plan, context: ApplyContext, before: Halt): Promise<ApplyResult> {
  const settled = new Map<string, AppliedChange>()
  const units = unitsBy(plan.changes)
  let halted = before
  let trouble: string | null = null
  let untried = context.canary
  for (const change of plan.changes) {
    halted ??= context.stopRequested()
    if (halted) {
      settled.set(change.id, settledAs(change, 'not-applied'))
      continue
    }
    const half = halfDone(units.get(change) ?? [], settled)
    let step: Step =
      half === null
        ? await applyChange(context, change, directionOf(change, plan))
        : { applied: settledAs(change, 'not-applied', half), halt: null, trouble: null }
    if (untried && change.file === null && step.applied.outcome === 'applied' && step.halt === null) {
      untried = false
      step = await tryCanary(step.applied, context)
    }
    ;[halted, trouble] = [halts(step.halt, context), step.trouble]
    settled.set(change.id, step.applied)
    context.onEvent({ kind: 'settled', change: step.applied })
  }
  return { changes: [...settled.values()], halted, trouble }
}

/**
 * Takes back what a run wrote, newest first, but for what takes long to read, and last what LiteLLM may never answer. What cannot be taken back stays as
 * reported, and the others go on, unless a write did something to other fields, too.
 */
async function takeBackChanges(
  plan: Plan,
  forward: ApplyResult,
  context: ApplyContext,
): Promise<ApplyResult> {
  // What only put settings back has nothing to take back.
  const isSilent = ({ server }: Change): number => Number(plan.silent?.includes(server.id) ?? false)
  const written = hangingLast(
    forward.changes
      .filter((change) => isInForce([change]) && directionOf(change, plan) !== 'restore')
      .toReversed()
      .toSorted((a, b) => isSilent(a) - isSilent(b)),
  )
  const units = unitsBy(written)
  const fates = new Map<string, AppliedChange>()
  let { halted, trouble } = forward
  context.onEvent({ kind: 'taking-back' })
  for (const change of written) {
    const stop = context.stopRequested()
    if (stop) {
      halted = stop
      break
    }
    // A pin stays for as long as the URL that it holds the id for.
    const isHeld = (units.get(change) ?? []).some(
      ({ id }) => (fates.get(id)?.outcome ?? 'reverted') !== 'reverted',
    )
    const error = 'not taken back: it goes only together with what could not be taken back'
    const step = isHeld
      ? { applied: { ...change, error }, halt: null, trouble: null }
      : await takeBackChange(context, change)
    fates.set(change.id, step.applied)
    context.onEvent({ kind: 'settled', change: step.applied })
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
 * more end it in any case. `before` is what keeps it from going on at all. Never throws.
 */
export async function applyPlan(
  plan: Plan,
  context: ApplyContext,
  before: Halt = null,
): Promise<ApplyResult> {
  if (before === null)
    await context.lookout
      .prepare(plan.changes, context.stopRequested)
      .catch((error: unknown) => context.onFault(error))
  const forward = await lookBack(await applyChanges(plan, context, before), context)
  const turns =
    context.onFailure === 'revert' && TURNING.includes(forward.halted) && isInForce(forward.changes)
  return turns ? lookBack(await takeBackChanges(plan, forward, context), context) : forward
}
