import { readAddress } from '../core/rule/address.ts'
import type { Plan } from '../core/plan/plan.ts'
import { endsAtOnce, type RunReport } from '../core/plan/report.ts'
import { count } from '../core/show/text.ts'
import { newUrl } from '../core/plan/withheld.ts'
import { checkMoved } from '../runs/try/moved.ts'
import { localMachine } from '../machine/local-machine.ts'
import { preflight } from '../runs/try/addresses.ts'
import { lookAround, NOWHERE, type Surroundings } from '../runs/deployment/surroundings.ts'
import type { Way } from './commands/way.ts'
import { wordsFor } from './render/words.ts'
import { secretVariables } from './connect/secret-variables.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Where LiteLLM stands, looked for once; nowhere where a sandbox only plays one. */
function aroundFor(plan: Plan, { gateway, options, context }: Way): () => Promise<Surroundings> {
  let found: Promise<Surroundings> | null = null
  const hosts = plan.changes.flatMap((change) => {
    const address = readAddress(newUrl(change) ?? '')
    return address.kind === 'address' ? [address.host] : []
  })
  const bearings = {
    gatewayUrl: gateway.identity.url,
    newHosts: [...new Set(hosts)],
    machine: localMachine,
    // Loaded where it is needed, which may be after a write: a package that was replaced meanwhile costs no more than Docker.
    docker: () =>
      import('../docker/connect/connect.ts').then(
        ({ connectDocker }) => connectDocker(context.env, secretVariables(options)),
        () => 'the part of this program that asks it could not be loaded',
      ),
  }
  return () => (found ??= options.sandbox ? Promise.resolve(NOWHERE) : lookAround(bearings))
}

/** Tells how far a look at several servers is; without a terminal only that it begins. */
function progress(
  terminal: Terminal,
  what: (total: number) => string,
): (done: number, total: number) => void {
  return (done, total) => {
    if (total === 0 || done === total) return terminal.settle()
    if (terminal.interactive || done === 0) terminal.progress(`${what(total)}: ${done} done`)
  }
}

/** The plan with what the gateway finds at its new addresses, or as it is with --no-preflight. */
export async function tryBeforehand(plan: Plan, way: Way): Promise<Plan> {
  const { gateway, options, context } = way
  if (!options.preflight) return plan
  const [one, many] = wordsFor(plan).target
  const found = await preflight(plan, gateway, {
    around: aroundFor(plan, way),
    accepted: options.accept,
    onTried: progress(
      context.terminal,
      (total) => `Trying ${count(total, one, many)} from the gateway, up to 15 s each`,
    ),
  })
  context.terminal.settle()
  return found
}

/**
 * The report with how the servers of a run, or of one that takes a run back, are found after it. Not after a signal or a
 * gateway that stopped answering, or with --no-preflight.
 */
export async function lookBehind(plan: Plan, report: RunReport, way: Way): Promise<RunReport> {
  const { gateway, options, context } = way
  if (!options.preflight || endsAtOnce(report.halted)) return report
  const changes = await checkMoved(report.changes, gateway, {
    around: aroundFor(plan, way),
    onChecked: progress(
      context.terminal,
      (total) => `Checking ${count(total, 'server')} through the gateway, up to 15 s each`,
    ),
    stopRequested: context.signals.requested,
    listedBefore: (id) => (plan.tools[id]?.length ?? 0) > 0,
  })
  context.terminal.settle()
  return { ...report, changes }
}
