import { awaitingChanges, isLeftBehind, type Plan, readyChanges } from '../../core/plan/plan.ts'
import { isSignal, type RunReport, isComplete, isStillDamaged } from '../../core/run/report.ts'
import { mayHaveWritten } from '../../core/run/outcome.ts'
import { localMachine } from '../../machine/local-machine.ts'
import { lookAround, NOWHERE, type Surroundings } from '../../runs/deployment/surroundings.ts'
import type { Job, JobResult } from '../../runs/job/context.ts'
import { doJob, type JobRequest } from '../../runs/job/job.ts'
import { NOBODY } from '../../runs/job/ports.ts'
import { personAt } from '../ask/person.ts'
import { mainCommands, mayAsk } from '../context.ts'
import { exitForError, exitForSignal } from '../exit.ts'
import { type Connected, regardingElsewhere } from './elsewhere.ts'
import { watching } from './watch.ts'

/** Where LiteLLM stands; nowhere where a sandbox only plays one. */
async function around(
  newHosts: readonly string[],
  { gateway, options, context }: Connected,
): Promise<Surroundings> {
  if (options.sandbox) return NOWHERE
  return lookAround({
    gatewayUrl: gateway.identity.url,
    newHosts,
    machine: localMachine,
    // Loaded where it is needed, which may be after a write: a package that was replaced meanwhile costs no more than Docker.
    docker: () =>
      import('../../docker/connect/connect.ts').then(
        ({ connectDocker }) => connectDocker(context.env),
        () => ({ unavailable: 'the part of this program that asks it could not be loaded' }),
      ),
  })
}

function jobOf(connected: Connected): Job {
  const { gateway, journal, options, context, known = [] } = connected
  const own = mainCommands(gateway.identity.url, connected)
  return {
    gateway,
    journal,
    options: { ...options, trial: options.sandbox, known },
    person: mayAsk(connected) ? personAt(gateway, context) : NOBODY,
    watch: watching({ options, context, own }, gateway.era.probeSeconds),
    writes: context.written,
    stopping: context.signals,
    around: (newHosts) => around(newHosts, connected),
    tool: context.tool,
  }
}

/** The code for a plan of which nothing was, or will be, written. */
function exitForPlan(plan: Plan, pendingCode: boolean): number {
  if (pendingCode && plan.changes.length > 0) return 2
  // Nothing is left to take back, and a person has still something to mend.
  if (plan.changes.length === 0 && isStillDamaged(plan)) return 1
  const left = plan.skipped.filter(isLeftBehind)
  if (left.length + awaitingChanges(plan).length === 0) return 0
  const meant = readyChanges(plan).length + awaitingChanges(plan).length
  return meant === 0 && left.every(({ code }) => code === 'drifted') ? 3 : 1
}

/** The code for a run. */
function exitForRun(report: RunReport): number {
  const ended = report.propagation?.stopped ?? report.halted
  if (isSignal(ended)) return exitForSignal(ended)
  if (isComplete(report)) return 0
  const asked = report.changes.filter(({ reason }) => reason !== 'declined')
  const outcomes = asked.map(({ outcome }) => outcome)
  if (mayHaveWritten(report.changes)) return 4
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'drifted') ? 3 : 1
}

/** The code for what the job came to. `pendingCode`: is a plan of which something is to be done a code of its own? */
function exitForJob(result: JobResult, pendingCode: boolean): number {
  if (result === null) return exitForError('run-interrupted', false)
  const { plan, report, isShort, lacksEnd } = result
  const ended = report === null ? exitForPlan(plan, pendingCode) : exitForRun(report)
  const code = isShort && report !== null && !isSignal(report.halted) ? 4 : ended
  return lacksEnd && code === 0 ? 4 : code
}

/**
 * Does the main job on a gateway that is open: whoever is at the terminal decides, and sees what happens. Returns the exit
 * code. Throws as `doJob` and `regardingElsewhere` do. What it takes is loaded when the gateway was asked: the first question is out sooner.
 */
export function doMainJob(request: JobRequest, connected: Connected): Promise<number> {
  return regardingElsewhere(request, connected, async (regarded) =>
    exitForJob(await doJob(regarded, jobOf(connected)), connected.options.exitCode),
  )
}
