import type { RuleSet } from '../../../core/rule/rule.ts'
import { isUnavailable } from '../../../core/unavailable.ts'
import { connectDocker } from '../../../docker/connect/connect.ts'
import type { Gateway } from '../../../gateway/port.ts'
import type { Journal } from '../../../journal/port.ts'
import { localMachine } from '../../../machine/local-machine.ts'
import { lookAtAll } from '../../../runs/status/look.ts'
import type { StatusReport } from '../../../runs/status/status.ts'
import type { Connection } from '../../connect/connection.ts'
import { deploymentNames } from '../../options/groups.ts'
import type { Context } from '../../context.ts'
import { ownCommands } from '../../own-command.ts'
import { readProgress } from '../../job/progress.ts'
import { renderBrief } from '../../render/status/brief.ts'
import { renderDiagram } from '../../render/status/diagram.ts'
import { renderStatus } from '../../render/status/status.ts'
import { statusDocument } from '../../render/status/document.ts'
import { ERROR_LINES, type StatusOptions } from '../status.ts'

/** What every round of `status` begins with. */
export interface Subject {
  url: string
  ruleSet: RuleSet
  journal: Journal
  options: StatusOptions
  context: Context
  connection: Connection
}

/** The gateway of this round, or why it did not open. */
export type Opened = { gateway: Gateway } | { failure: unknown }

/** Looks at everything once, with progress on the terminal. */
async function look(subject: Subject, opening: Promise<Opened>): Promise<StatusReport> {
  const { url, ruleSet, journal, options, context, connection } = subject
  const { terminal, env } = context
  const scope = {
    url,
    ruleSet,
    journal,
    machine: localMachine,
    docker: () => connectDocker(env),
    names: deploymentNames(options),
    errorLimit: options.diagram ? 0 : (options.logs ?? ERROR_LINES),
    open: async () => {
      const opened = await opening
      if ('failure' in opened) throw opened.failure
      return opened.gateway
    },
    // Nobody watches a gateway with a key that it never took.
    isFinding: (error: unknown) => options.watch === undefined || connection.isFinding(error),
    redactor: context.redactor,
  }
  const watcher = {
    onOpen: ({ era }: Gateway) => {
      terminal.progress('Listing the MCP servers')
      return readProgress(terminal, era.probeSeconds)
    },
    onAsked: () => terminal.settle(),
  }
  const seen = await lookAtAll(scope, watcher)
  return { at: new Date().toISOString(), ...seen }
}

function show(report: StatusReport, options: StatusOptions, context: Context): void {
  const { json, watch, diagram, quiet, format = 'text' } = options
  const { terminal, look: how } = context
  if (json) return terminal.document(statusDocument(report), watch === undefined ? 2 : 0)
  if (watch !== undefined) terminal.clear()
  const own = ownCommands(options, { context, invoked: 'status', url: report.url })
  if (!diagram) {
    const room = { ...how, allErrors: how.verbose || options.logs !== undefined }
    return terminal.print((quiet ? renderBrief : renderStatus)(report, room, own))
  }
  terminal.print(renderDiagram(report, format, how), format !== 'text')
}

const cannotDraw = ({ docker }: StatusReport, { diagram }: StatusOptions): boolean =>
  diagram && isUnavailable(docker)

/** One round of `status`: looks at everything, and shows it. Returns the exit code that it comes to. */
export async function statusRound(subject: Subject, opening: Promise<Opened>): Promise<number> {
  const { options, context } = subject
  const report = await look(subject, opening)
  show(report, options, context)
  return 'code' in report.gateway || cannotDraw(report, options) ? 1 : 0
}
