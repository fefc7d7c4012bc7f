import { exposures, type Topology } from '../../../core/deployment/topology.ts'
import { isUnavailable, type Unavailable } from '../../../core/unavailable.ts'
import { printable } from '../../../core/show/text.ts'
import type { Deployment, Part } from '../../../runs/deployment/deployment.ts'
import type { DockerStatus } from '../../../runs/status/status.ts'
import { assembleTopology } from '../../../runs/deployment/topology.ts'
import { wrap } from '../layout.ts'
import { exposuresInShort, inFull, inShort, type StatusLook } from './containers.ts'
import { renderLogs } from './logs.ts'

const TITLES = { docker: 'Docker', podman: 'Podman' } as const

/** What of the deployment was not found, or not where it should be. */
export function gaps({ litellm, proxy, network }: Deployment): string[] {
  const parts: [string, Part<{ name: string }>][] = [
    ["LiteLLM's container", litellm],
    ["The MCP proxy's container", proxy],
    ['The MCP network', network],
  ]
  return parts.flatMap(([title, { found, how, isDoubtful }]) =>
    found === null
      ? [`${title} was not found: ${how}`]
      : isDoubtful
        ? [`${title} is ${found.name}, ${how}`]
        : [],
  )
}

function renderTopology(topology: Topology, look: StatusLook): string[] {
  const { containers } = topology
  const [lines, open] = look.verbose
    ? [inFull(containers, look), exposures(topology)]
    : [inShort(containers, look) ?? inFull(containers, look), exposuresInShort(topology)]
  const told = open.map((text) => wrap(`  ! ${printable(text)}`, look.width, '    '))
  return [...lines, ...told.map((text) => look.paint(['red', 'bold'], text))]
}

/** What Docker shows, or why it shows nothing, in as many `rows` as a screen has left for it. */
export function renderDocker(docker: DockerStatus | Unavailable, rows: number, look: StatusLook): string {
  if (isUnavailable(docker)) {
    const text = `Docker could not be asked, so containers, networks, ports and logs are not shown: ${printable(docker.unavailable)}`
    return look.paint('yellow', wrap(text, look.width, '  '))
  }
  const { deployment, engine, where, logs } = docker
  const topology = assembleTopology(deployment, [])
  const missing = gaps(deployment).map((text) =>
    look.paint('yellow', wrap(`  ! ${printable(text)}`, look.width, '    ')),
  )
  const containers = [
    wrap(`${look.paint('bold', TITLES[engine])}  ${printable(where)}`, look.width, '  '),
    ...(topology.containers.length > 0 ? renderTopology(topology, look) : []),
    ...missing,
  ].join('\n')
  return [containers, ...renderLogs(logs, rows - containers.split('\n').length, look)].join('\n')
}
