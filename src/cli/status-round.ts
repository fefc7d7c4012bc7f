import type { Migration } from '../core/rule/migration.ts'
import { redactText } from '../core/show/redact.ts'
import { printableJson } from '../core/show/text.ts'
import { connectDocker } from '../docker/connect/connect.ts'
import type { Gateway } from '../gateway/port.ts'
import type { Journal } from '../journal/port.ts'
import { localMachine } from '../machine/local-machine.ts'
import {
  asProblem,
  type DockerStatus,
  type GatewayStatus,
  type JournalStatus,
  type Problem,
  readDocker,
  readGateway,
  readJournal,
  type StatusReport,
} from '../runs/status/status.ts'
import type { Connection } from './connect/connection.ts'
import { deploymentNames } from './connection-options.ts'
import type { Context } from './context.ts'
import { ownCommands } from './own-command.ts'
import { readProgress } from './progress.ts'
import { renderDiagram } from './render/status/diagram.ts'
import { renderStatus } from './render/status/status.ts'
import { statusDocument } from './render/status/document.ts'
import { secretVariables } from './connect/secret-variables.ts'
import type { StatusOptions } from './status-options.ts'

/** What every round of `status` begins with. */
export interface Subject {
  url: string
  migration: Migration
  journal: Journal
  options: StatusOptions
  context: Context
  connection: Connection
}

/** The gateway of this round, or why it did not open. */
export type Opened = { gateway: Gateway } | { failure: unknown }

async function askGateway(
  { migration, journal, options, context, connection }: Subject,
  opening: Promise<Opened>,
  { runs }: JournalStatus,
): Promise<GatewayStatus | Problem> {
  try {
    const opened = await opening
    if ('failure' in opened) throw opened.failure
    const { gateway } = opened
    context.terminal.progress('Listing the MCP servers')
    const onRead = readProgress(context.terminal, gateway.era.probeSeconds)
    return await readGateway(migration, { gateway, journal }, runs, onRead)
  } catch (error) {
    // Nobody watches a gateway with a key that it never took.
    if (options.watch !== undefined && !connection.isFinding(error)) throw error
    return asProblem(error)
  } finally {
    context.terminal.settle()
  }
}

/** Looks at everything once: Docker while the gateway is asked. */
async function look(subject: Subject, opening: Promise<Opened>): Promise<StatusReport> {
  const { url, migration, options, context } = subject
  const request = { names: deploymentNames(options), gatewayUrl: url, newHosts: [migration.to.host] }
  const docker = connectDocker(context.env, secretVariables(options)).then((engine) =>
    typeof engine === 'string'
      ? engine
      : readDocker(engine, localMachine, request, options.diagram ? 0 : options.logs),
  )
  const journal = await readJournal(subject.journal, url)
  const gateway = await askGateway(subject, opening, journal)
  const seen = withoutSecrets(await docker, subject.connection.secrets)
  return { at: new Date().toISOString(), url, migration, gateway, journal, docker: seen }
}

/** A log may repeat what was sent to sign in, or to what stands before the gateway. */
function withoutSecrets(docker: DockerStatus | string, secrets: readonly string[]): DockerStatus | string {
  if (typeof docker === 'string') return docker
  const logs = docker.logs.map((log) => ({
    ...log,
    lines: log.lines.map((line) => ({ ...line, text: redactText(line.text, secrets) })),
  }))
  return { ...docker, logs }
}

function show(report: StatusReport, options: StatusOptions, context: Context): void {
  const { json, watch, diagram, format } = options
  const { terminal, look: how } = context
  if (json) return terminal.print(printableJson(statusDocument(report), watch === undefined ? 2 : 0))
  if (watch !== undefined) terminal.clear()
  terminal.print(
    diagram
      ? renderDiagram(report, format ?? 'text', how)
      : renderStatus(report, how, ownCommands(options, { context, invoked: 'status', url: report.url })),
  )
}

const cannotDraw = ({ docker }: StatusReport, { diagram }: StatusOptions): boolean =>
  diagram && typeof docker === 'string'

/** One round of `status`: looks at everything, and shows it. Returns the exit code that it comes to. */
export async function statusRound(subject: Subject, opening: Promise<Opened>): Promise<number> {
  const { options, context } = subject
  const report = await look(subject, opening)
  show(report, options, context)
  return 'code' in report.gateway || cannotDraw(report, options) ? 1 : 0
}
