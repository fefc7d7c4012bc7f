import { maskUrl, redactText } from '../../core/redact.ts'
import { exposures } from '../../core/topology.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { DockerStatus, GatewayStatus, StatusReport } from '../../runs/status.ts'
import { assembleTopology } from '../../runs/topology.ts'

function runOf({ id, startedAt, finishedAt, halted, started, changes }: RecordedRun) {
  const of = (wanted: string): number => changes.filter(({ outcome }) => outcome === wanted).length
  return {
    id,
    startedAt,
    finishedAt,
    halted,
    reverts: started.reverts,
    ended: finishedAt !== null,
    summary: { changes: changes.length, applied: of('applied'), unsettled: of('unsettled') },
  }
}

const serversOf = ({ servers }: GatewayStatus) =>
  servers.map(({ url, ...standing }) => ({ ...standing, url: url === null ? null : maskUrl(url) }))

const movesOf = ({ moves }: GatewayStatus) => moves.map((move) => ({ ...move, url: maskUrl(move.url) }))

function dockerOf(docker: DockerStatus | string, urls: readonly string[]) {
  if (typeof docker === 'string')
    return {
      where: null,
      problem: docker,
      litellm: null,
      proxy: null,
      network: null,
      containers: null,
      networks: null,
      calls: null,
      exposures: null,
      logs: null,
    }
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
export function statusDocument({ at, url, migration, gateway, journal, docker }: StatusReport) {
  const known = 'identity' in gateway ? gateway : null
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
    migration: { id: migration.id, sha256: migration.sha256 },
    servers: known && serversOf(known),
    moves: known && movesOf(known),
    notes: known && known.notes,
    lastRun: last ? runOf(last) : null,
    journal: { location: journal.location, runs: journal.runs.length, problems: journal.problems },
    docker: dockerOf(docker, urls),
  }
}
