import { MigrateError } from '../../core/errors.ts'
import { optionsToRevert } from '../../core/plan/back/options.ts'
import { aheadOfClock } from '../../core/run/order.ts'
import { serverTitle } from '../../core/record/server.ts'
import { mend } from '../../core/show/remedy.ts'
import { count, printable } from '../../core/show/text.ts'
import type { Migration } from '../../core/rule/rule.ts'
import type { Gateway } from '../../gateway/port.ts'
import { isUnfinished } from '../../journal/fold.ts'
import { lockHolder, lockPlace } from '../../journal/lock.ts'
import type { Journal } from '../../journal/port.ts'
import type { JobRequest } from '../../runs/job/job.ts'
import { EITHER, type RunElsewhere, runsElsewhere } from '../../runs/recover/elsewhere.ts'
import { findNamedRun } from '../../runs/recover/find-run.ts'
import { isUnderSameLock, underLockOf } from '../connect/session.ts'
import { type Invoked, mainCommands, mayAsk } from '../context.ts'
import { warningLines } from '../render/layout.ts'
import { localTime } from '../render/local-time.ts'
import { bothWays } from './notice-unfinished.ts'

/** An invocation of the main job whose gateway is open. */
export interface Connected extends Invoked {
  gateway: Gateway
  journal: Journal
  /** The migrations that were named: a run that is ended or taken back may have been made by them. */
  known?: readonly Migration[]
}

/** Looks for them, and says so where the gateway is asked. */
async function look({ gateway, journal, context: { terminal } }: Connected): Promise<RunElsewhere[]> {
  try {
    return await runsElsewhere(journal, gateway, () => {
      terminal.progress('Asking the gateway whether runs through other addresses are about it')
    })
  } finally {
    terminal.settle()
  }
}

/** What connects a run with this gateway. */
function about({ run, server }: RunElsewhere): string {
  const { url } = run.started.gateway
  return printable(
    `Run ${run.id} of ${localTime(run.startedAt)} was made through ${url}, and this gateway has one of its servers, ${serverTitle(server)}, with the same id and made at the same time.`,
  )
}

/** What can be done about a run, after what is known of it: it is ended where it has no end, else taken back. */
function waysWith(found: RunElsewhere, connected: Connected): string {
  const { run } = found
  const own = mainCommands(connected.gateway.identity.url, connected)
  if (isUnfinished(run))
    return `${about(found)} It did not finish. ${EITHER} If this is the copy, end the run through ${printable(run.started.gateway.url)} instead. ${bothWays(run, own, connected)}`
  const consent = mayAsk(connected) ? [] : ['--yes']
  return mend(
    `${about(found)} ${EITHER} To take that run back, name it:`,
    own('revert', run.id, ...consent, ...optionsToRevert(run.started.changes, run.head)),
  )
}

/** Throws `lock-held` where the process of a run that has no end is still at work through the other address. */
async function requireIdle({ run }: RunElsewhere, { gateway, context }: Connected): Promise<void> {
  const { url } = run.started.gateway
  if (isUnderSameLock(url, gateway.identity.url)) return
  // A lock that cannot be looked at says nothing here; whoever takes that run up is told.
  const holder = await lockHolder(url, lockPlace(context.env)).catch(() => null)
  if (!holder) return
  throw new MigrateError(
    'lock-held',
    printable(
      `Another run is under way through ${url} (${holder.user} on ${holder.host}, process ${holder.pid}, since ${localTime(holder.since)}), and most likely against this gateway: it is run ${run.id}, whose servers are here, too`,
    ),
    'Wait for it, or end it.',
  )
}

function refuse(open: readonly RunElsewhere[], connected: Connected): never {
  throw new MigrateError(
    'run-interrupted',
    open.length === 1
      ? 'A run through another address did not finish, most likely against this gateway, so nothing else is started'
      : `${count(open.length, 'run')} through other addresses did not finish, most likely against this gateway, so nothing else is started; name the one to take back`,
    open.map((each) => waysWith(each, connected)).join('\n'),
  )
}

/** Tells of runs through other addresses; of those that have their end only where nothing worse is to be told. */
function tell(found: readonly RunElsewhere[], request: JobRequest, connected: Connected): void {
  const { terminal, look } = connected.context
  for (const each of found) {
    const ahead = aheadOfClock(each.run, new Date().toISOString())
    const text = `${waysWith(each, connected)}${ahead === null ? '' : `\n${ahead}`}`
    const lines = look.paint('yellow', warningLines(text, look))
    if (isUnfinished(each.run) || request.kind === 'revert') terminal.warn(lines)
    else terminal.remark(lines)
  }
}

/** Takes up the only run of another address that --unfinished can mean, under the lock of that address, too. */
async function takeUp(
  found: RunElsewhere,
  { connected, act }: { connected: Connected; act: (request: JobRequest) => Promise<number> },
): Promise<number> {
  const { gateway, journal, options, context } = connected
  const { url } = found.run.started.gateway
  const text = `${about(found)} It did not finish, and --unfinished ${options.unfinished} takes it up through ${gateway.identity.url}.`
  context.terminal.warn(context.look.paint('yellow', warningLines(text, context.look)))
  return underLockOf({ url, here: gateway.identity.url }, connected, async () => {
    const own = mainCommands(gateway.identity.url, connected)
    // Only now nobody else can be writing to that run.
    const unfinished = await findNamedRun(journal, found.run.id, own('history'))
    return act({ kind: 'attend', unfinished, named: null })
  })
}

/**
 * Does what is asked of a gateway with regard to runs that were made through other addresses, and whose servers it has, too:
 * they are told, and one without an end is taken up where --unfinished means it. Returns the exit code. Throws
 * `run-interrupted` where such a run has no end and nobody decides, and `lock-held` where one is under way.
 */
export async function regardingElsewhere(
  request: JobRequest,
  connected: Connected,
  act: (request: JobRequest) => Promise<number>,
): Promise<number> {
  const { options } = connected
  if (request.kind === 'attend' || options.sandbox) return act(request)
  const meant = request.kind === 'revert' && request.runs.length === 1 ? request.runs[0]?.id : null
  const found = (await look(connected)).filter(({ run }) => run.id !== meant)
  const open = found.filter(({ run }) => isUnfinished(run))
  if (!options.dryRun) for (const each of open) await requireIdle(each, connected)
  const [only] = open
  if (only && open.length === 1 && options.unfinished !== undefined) return takeUp(only, { connected, act })
  const isUndecided = !mayAsk(connected) || options.unfinished !== undefined
  if (open.length > 0 && isUndecided && !options.dryRun) return refuse(open, connected)
  tell(found, request, connected)
  return act(request)
}

/** A run of this gateway was not found: the same with the commands for those of other addresses that may be meant. */
export async function orElsewhere(missing: MigrateError, connected: Connected): Promise<MigrateError> {
  const found = await look(connected)
  if (found.length === 0) return missing
  const ways = found.map((each) => waysWith(each, connected))
  return new MigrateError(missing.code, missing.message, ways.join('\n'))
}
