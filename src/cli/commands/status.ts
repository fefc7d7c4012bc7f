import { setTimeout as sleep } from 'node:timers/promises'
import type { Migration } from '../../core/migration.ts'
import { redactText } from '../../core/redact.ts'
import { printableJson } from '../../core/text.ts'
import { connectDocker } from '../../docker/connect.ts'
import type { Journal } from '../../journal/port.ts'
import { localMachine } from '../../machine/local-machine.ts'
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
} from '../../runs/status.ts'
import { deploymentNames } from '../connection-options.ts'
import { type Context, journalFor } from '../context.ts'
import { ownCommands } from '../own-command.ts'
import { readProgress } from '../progress.ts'
import { renderDiagram } from '../render/diagram.ts'
import { renderStatus } from '../render/status.ts'
import { statusDocument } from '../render/status-document.ts'
import type { StatusOptions } from '../status-options.ts'
import { migrationFor } from './migrate.ts'
import { secretVariables } from '../secret-variables.ts'
import { Connection } from './connection.ts'
import { gatewayUrl } from './session.ts'

/** What every round of `status` begins with. */
interface Subject {
  url: string
  migration: Migration
  journal: Journal
  options: StatusOptions
  context: Context
  connection: Connection
}

async function askGateway(subject: Subject, { runs }: JournalStatus): Promise<GatewayStatus | Problem> {
  const { migration, journal, options, context, connection } = subject
  try {
    const gateway = await connection.open()
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
async function look(subject: Subject): Promise<StatusReport> {
  const { url, migration, options, context } = subject
  const request = { names: deploymentNames(options), gatewayUrl: url, newHosts: [migration.to.host] }
  const docker = connectDocker(context.env, secretVariables(options)).then((engine) =>
    typeof engine === 'string'
      ? engine
      : readDocker(engine, localMachine, request, options.diagram ? 0 : options.logs),
  )
  const journal = await readJournal(subject.journal, url)
  const gateway = await askGateway(subject, journal)
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

/**
 * `status`: what is where now, and with --diagram a picture of it. Reads only. Returns the exit code: 1 where the gateway
 * could not be asked, or where there is nothing to draw. With --watch it goes on until Ctrl-C, or until nobody
 * reads it any more.
 */
export async function status(options: StatusOptions, context: Context): Promise<number> {
  const migration = await migrationFor(options)
  const journal = journalFor(options, context.env)
  const url = await gatewayUrl(options, context, null)
  const connection = new Connection(options, url, context)
  const subject: Subject = { url, migration, journal, options, context, connection }
  context.signals.finish()
  for (;;) {
    const report = await look(subject)
    show(report, options, context)
    if (options.watch === undefined || !context.terminal.isHeard)
      return 'code' in report.gateway || cannotDraw(report, options) ? 1 : 0
    context.terminal.progress(`Again in ${options.watch} s; Ctrl-C ends`)
    await sleep(options.watch * 1000)
  }
}

const cannotDraw = ({ docker }: StatusReport, { diagram }: StatusOptions): boolean =>
  diagram && typeof docker === 'string'
