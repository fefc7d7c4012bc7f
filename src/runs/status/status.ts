import { stripVTControlCharacters } from 'node:util'
import type { Deployment, DeploymentRequest } from '../deployment/deployment.ts'
import type { Engine } from '../../core/deployment/containers.ts'
import { CONSENTS } from '../../core/plan/consent/consent.ts'
import { MigrateError } from '../../core/errors.ts'
import { errorLines } from '../../core/deployment/error-lines.ts'
import { clockNotes } from '../../core/run/order.ts'
import type { RuleSet } from '../../core/rule/rule.ts'
import type { Unavailable } from '../../core/unavailable.ts'
import type { GatewayIdentity, Note } from '../../core/plan/plan.ts'
import { type ServerStanding, serverStandings } from '../../core/plan/server-state.ts'
import type { Docker, LogLine } from '../../docker/port.ts'
import type { Machine } from '../../machine/port.ts'
import type { Gateway } from '../../gateway/port.ts'
import { readableRuns } from '../../journal/damage.ts'
import { type RecordedRun, runsOf } from '../../journal/fold.ts'
import type { Journal, JournalProblem } from '../../journal/port.ts'
import { NO_FILES } from '../../core/config/move/configuration.ts'
import { type ConfiguredMove, configuredMoves } from './configured-moves.ts'
import { placedBy } from '../recover/in-force.ts'
import { elsewhereNotes, runsElsewhere } from '../recover/elsewhere.ts'
import { findDeployment } from '../deployment/find.ts'
import { makePlan } from '../plan/forward.ts'

/** A failure as it is reported. */
export type Problem = Pick<MigrateError, 'code' | 'message' | 'hint'>

/** What the gateway shows. */
export interface GatewayStatus {
  identity: GatewayIdentity
  servers: ServerStanding[]
  moves: ConfiguredMove[]
  notes: Note[]
}

/** What the journal knows of this gateway. */
export interface JournalStatus {
  location: string
  /** Runs of this gateway, oldest first. */
  runs: RecordedRun[]
  problems: JournalProblem[]
}

/** The last lines of a container's log that tell of errors; `problem` where it could not be read. */
export interface ErrorLog {
  container: string
  /** `times`: how often it came. */
  lines: (LogLine & { times: number })[]
  problem: string | null
}

/** What Docker shows. */
export interface DockerStatus {
  where: string
  engine: Engine
  deployment: Deployment
  logs: ErrorLog[]
}

/** Where everything is at one moment; what could not be seen is the reason why. */
export interface StatusReport {
  at: string
  url: string
  ruleSet: RuleSet
  gateway: GatewayStatus | Problem
  journal: JournalStatus
  docker: DockerStatus | Unavailable
}

const LOG_LINES = 200

/** A failure that is a finding, or else thrown again. */
export function asProblem(error: unknown): Problem {
  if (!(error instanceof MigrateError) || error.code === 'cancelled') throw error
  return { code: error.code, message: error.message, hint: error.hint }
}

/** What the journal knows of a gateway; damage is among the problems. */
export async function readJournal(journal: Journal, url: string): Promise<JournalStatus> {
  const { runs, problems } = await readableRuns(journal)
  return { location: journal.location, runs: runsOf(runs, url), problems }
}

/** Plans as the main job does, with every consent, and says where each server stands. */
export async function readGateway(
  ruleSet: RuleSet,
  { gateway, journal }: { gateway: Gateway; journal: Journal },
  runs: readonly RecordedRun[],
  onRead: (done: number, total: number) => void,
): Promise<GatewayStatus> {
  const scope = {
    only: [],
    except: [],
    configuration: NO_FILES,
    thorough: false,
    accept: CONSENTS,
  }
  const { plan, inventory } = await makePlan(ruleSet, { gateway, journal }, scope, onRead)
  const listed = inventory.entries.map((entry) => entry.listed)
  return {
    identity: gateway.identity,
    servers: serverStandings(plan, inventory, ruleSet.rules, placedBy(runs)),
    moves: await configuredMoves(gateway, runs, listed),
    notes: [
      ...plan.notes,
      ...runs.slice(-1).flatMap((last) => clockNotes(last, plan.createdAt)),
      ...elsewhereNotes(await runsElsewhere(journal, gateway)),
    ],
  }
}

async function readErrors(
  docker: Docker,
  { id, name }: { id: string; name: string },
  limit: number,
): Promise<ErrorLog> {
  try {
    const lines = (await docker.logs(id, LOG_LINES)).map((line) => ({
      ...line,
      text: stripVTControlCharacters(line.text),
    }))
    return { container: name, lines: errorLines(lines, limit), problem: null }
  } catch (error) {
    return { container: name, lines: [], problem: asProblem(error).message }
  }
}

/** The deployment, and the last error lines of the two containers' logs. */
export async function readDocker(
  docker: Docker,
  machine: Pick<Machine, 'isSelf'>,
  request: DeploymentRequest,
  errorLimit: number,
): Promise<DockerStatus | Unavailable> {
  try {
    const deployment = await findDeployment(docker, machine, request)
    const two = [deployment.litellm.found, deployment.proxy.found].filter((each) => each !== null)
    const logs =
      errorLimit === 0 ? [] : await Promise.all(two.map((each) => readErrors(docker, each, errorLimit)))
    return { where: docker.where, engine: docker.engine, deployment, logs }
  } catch (error) {
    return { unavailable: asProblem(error).message }
  }
}
