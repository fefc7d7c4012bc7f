import { serversIn } from '../../../core/plan/change.ts'
import { maskUrl, redactText } from '../../../core/show/redact.ts'
import { isUnavailable, type Unavailable } from '../../../core/unavailable.ts'
import { exposures } from '../../../core/deployment/topology.ts'
import { type RecordedChange, type RecordedRun, tallyRecorded } from '../../../journal/fold.ts'
import type { DockerStatus, GatewayStatus, StatusReport } from '../../../runs/status/status.ts'
import { assembleTopology } from '../../../runs/deployment/topology.ts'
import type { StatusDocument } from '../documents/status.ts'

const serversOf = (changes: readonly RecordedChange[]): number =>
  serversIn(changes.map(({ change }) => change))

function runOf({ id, startedAt, finishedAt, halted, started, changes }: RecordedRun) {
  const unsettled = changes.filter(({ outcome }) => outcome === 'unsettled')
  return {
    id,
    startedAt,
    finishedAt,
    halted,
    reverts: started.reverts,
    ended: finishedAt !== null,
    summary: {
      changes: serversOf(changes),
      applied: tallyRecorded(changes).applied,
      unsettled: serversOf(unsettled),
    },
  }
}

const standingsOf = ({ servers }: GatewayStatus) =>
  servers.map(({ url, ...standing }) => ({ ...standing, url: url === null ? null : maskUrl(url) }))

const movesOf = ({ moves }: GatewayStatus) => moves.map((move) => ({ ...move, url: maskUrl(move.url) }))

/** Of an engine that could not be asked. */
const UNASKED = {
  where: null,
  problem: null,
  litellm: null,
  proxy: null,
  network: null,
  containers: null,
  networks: null,
  calls: null,
  exposures: null,
  logs: null,
}

function dockerOf(docker: DockerStatus | Unavailable, urls: readonly string[]) {
  if (isUnavailable(docker)) return { ...UNASKED, problem: docker.unavailable }
  const { deployment, logs, where } = docker
  const topology = assembleTopology(deployment, urls)
  const part = ({ found, how }: { found: { name: string } | null; how: string }) => ({
    name: found?.name ?? null,
    how,
  })
  return {
    where,
    problem: null,
    litellm: part(deployment.litellm),
    proxy: part(deployment.proxy),
    network: part(deployment.network),
    ...topology,
    exposures: exposures(topology),
    logs: logs.map(({ container, lines, problem }) => ({
      container,
      problem,
      errors: lines.map(({ text, ...line }) => ({ ...line, text: redactText(text) })),
    })),
  }
}

/** `mcp-url-migrate/status/1`. */
export function statusDocument({ at, url, ruleSet, gateway, journal, docker }: StatusReport): StatusDocument {
  const known = 'identity' in gateway ? gateway : null
  const migrations = ruleSet.migrations.map(({ id, sha256 }) => ({ id, sha256 }))
  const last = journal.runs.at(-1)
  const urls = known?.servers.flatMap((server) => server.url ?? []) ?? []
  return {
    schema: 'mcp-url-migrate/status/1',
    at,
    gateway: {
      url,
      version: known?.identity.version ?? null,
      account: known?.identity.account ?? null,
      problem: 'identity' in gateway ? null : gateway,
    },
    migration: migrations[0] ?? null,
    migrations,
    servers: known && standingsOf(known),
    moves: known && movesOf(known),
    notes: known && known.notes,
    lastRun: last ? runOf(last) : null,
    journal: { location: journal.location, runs: journal.runs.length, problems: journal.problems },
    docker: dockerOf(docker, urls),
  }
}
