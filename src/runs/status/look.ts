import { redactText } from '../../core/show/redact.ts'
import type { Redactor } from '../../core/show/secrets/redactor.ts'
import type { RuleSet } from '../../core/rule/rule.ts'
import { newOriginsOf } from '../../core/rule/verdict.ts'
import { isUnavailable, type Unavailable } from '../../core/unavailable.ts'
import type { Docker } from '../../docker/port.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Journal } from '../../journal/port.ts'
import type { Machine } from '../../machine/port.ts'
import type { DeploymentNames } from '../deployment/deployment.ts'
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
} from './status.ts'

/** What is looked at, and by which ports. */
export interface StatusScope {
  url: string
  ruleSet: RuleSet
  journal: Journal
  machine: Pick<Machine, 'isSelf'>
  docker: () => Promise<Docker | Unavailable>
  /** What the person calls the containers and the network. */
  names: DeploymentNames
  /** How many of the last error lines of each log are told. */
  errorLimit: number
  /** Opens the gateway, which may fail. */
  open: () => Promise<Gateway>
  /** Is a failure of the gateway something to tell? All else is thrown. */
  isFinding: (error: unknown) => boolean
  /** Knows what a log may repeat of what was sent to sign in. */
  redactor: Redactor
}

/** Who is told how far it is. `onOpen` returns who is told of each record; `onAsked` comes whatever the gateway said. */
export interface StatusWatcher {
  onOpen: (gateway: Gateway) => (done: number, total: number) => void
  onAsked: () => void
}

async function askGateway(
  { open, ruleSet, journal, isFinding }: StatusScope,
  { runs }: JournalStatus,
  { onOpen, onAsked }: StatusWatcher,
): Promise<GatewayStatus | Problem> {
  try {
    const gateway = await open()
    return await readGateway(ruleSet, { gateway, journal }, runs, onOpen(gateway))
  } catch (error) {
    if (!isFinding(error)) throw error
    return asProblem(error)
  } finally {
    onAsked()
  }
}

async function askDocker(scope: StatusScope): Promise<DockerStatus | Unavailable> {
  const { names, url: gatewayUrl, ruleSet, machine, errorLimit } = scope
  const docker = await scope.docker()
  if (isUnavailable(docker)) return docker
  const newHosts = newOriginsOf(ruleSet.rules).map(({ host }) => host)
  return readDocker(docker, machine, { names, gatewayUrl, newHosts }, errorLimit)
}

/** A log may repeat what was sent to sign in, or to what stands before the gateway. */
function withoutSecrets(docker: DockerStatus | Unavailable, redactor: Redactor): DockerStatus | Unavailable {
  if (isUnavailable(docker)) return docker
  const logs = docker.logs.map((log) => {
    const texts = redactor.lines(log.lines.map(({ text }) => text))
    return { ...log, lines: log.lines.map((line, i) => ({ ...line, text: redactText(texts[i] ?? '') })) }
  })
  return { ...docker, logs }
}

/**
 * Looks at everything once: Docker while the gateway is asked. What cannot be seen is among what is told; throws where
 * the gateway fails in a way that is no finding. `at` is for the caller to say.
 */
export async function lookAtAll(
  scope: StatusScope,
  watcher: StatusWatcher,
): Promise<Omit<StatusReport, 'at'>> {
  const { url, ruleSet } = scope
  const asked = askDocker(scope)
  const journal = await readJournal(scope.journal, url)
  const gateway = await askGateway(scope, journal, watcher)
  const docker = withoutSecrets(await asked, scope.redactor)
  return { url, ruleSet, gateway, journal, docker }
}
