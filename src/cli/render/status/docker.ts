import { redactText } from '../../../core/show/redact.ts'
import {
  exposures,
  portLabel,
  ROLE_NAMES,
  type Topology,
  type TopologyContainer,
} from '../../../core/deployment/topology.ts'
import { isUnavailable, type Unavailable } from '../../../core/unavailable.ts'
import { printable, shortened } from '../../../core/show/text.ts'
import type { LogLine } from '../../../docker/port.ts'
import type { Deployment, Part } from '../../../runs/deployment/deployment.ts'
import type { DockerStatus, ErrorLog } from '../../../runs/status/status.ts'
import { assembleTopology } from '../../../runs/deployment/topology.ts'
import { type Look, wrap } from '../layout.ts'

const TITLES = { docker: 'Docker', podman: 'Podman' } as const

function shownPorts({ ports, onHostNetwork }: TopologyContainer): string {
  if (onHostNetwork) return '! all of the machine'
  return ports.length === 0 ? 'none' : ports.map(portLabel).join(', ')
}

function renderContainer(container: TopologyContainer, column: number, look: Look): string {
  const { name, role, state, status, networks, ports, onHostNetwork } = container
  const bad = onHostNetwork || ports.some(({ exposed }) => exposed)
  const label = `  ${shortened(printable(name), column - 4)}`.padEnd(column)
  const what = [ROLE_NAMES[role], state === 'running' ? status : `${state} (${status})`]
    .filter(Boolean)
    .join(', ')
  const place = `networks ${networks.length === 0 ? 'none of theirs' : networks.join(', ')}`
  const open = `ports ${shownPorts(container)}`
  const indent = ' '.repeat(column)
  return [
    look.paint('bold', label) + look.paint(state === 'running' ? [] : 'red', printable(what)),
    wrap(`${indent}${printable(place)}`, look.width, `${indent}  `),
    look.paint(bad ? ['red', 'bold'] : [], wrap(`${indent}${printable(open)}`, look.width, `${indent}  `)),
  ].join('\n')
}

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

const clock = ({ time }: LogLine): string => (time === null ? '' : `${time.slice(0, 19).replace('T', ' ')}  `)

const shownError = ({ text, times }: ErrorLog['lines'][number]): string =>
  `${shortened(redactText(text), 200)}${times > 1 ? ` (${times} times)` : ''}`

function renderLog({ container, lines, problem }: ErrorLog, look: Look): string[] {
  const name = printable(container)
  if (problem !== null) return [wrap(`  ${name}: ${printable(problem)}`, look.width, '    ')]
  if (lines.length === 0) return [`  ${name}: none in its last 200 lines`]
  return [
    `  ${name}`,
    ...lines.map((line) => wrap(`    ${clock(line)}${shownError(line)}`, look.width, '      ')),
  ]
}

function renderTopology(topology: Topology, look: Look): string[] {
  const column = Math.min(24, Math.max(...topology.containers.map(({ name }) => name.length)) + 4)
  return [
    ...topology.containers.map((container) => renderContainer(container, column, look)),
    ...exposures(topology).map((text) =>
      look.paint(['red', 'bold'], wrap(`  ! ${printable(text)}`, look.width, '    ')),
    ),
  ]
}

function renderLogs(logs: readonly ErrorLog[], look: Look): string[] {
  if (logs.length === 0) return []
  const title = look.paint('bold', 'Last errors in the logs')
  return [[title, ...logs.flatMap((log) => renderLog(log, look))].join('\n')]
}

/** What Docker shows, or why it shows nothing: blocks. */
export function renderContainers(docker: DockerStatus | Unavailable, look: Look): string[] {
  if (isUnavailable(docker)) {
    const text = `Docker could not be asked, so containers, networks, ports and logs are not shown: ${printable(docker.unavailable)}`
    return [look.paint('yellow', wrap(text, look.width, '  '))]
  }
  const { deployment, engine, logs, where } = docker
  const topology = assembleTopology(deployment, [])
  const missing = gaps(deployment).map((text) =>
    look.paint('yellow', wrap(`  ! ${printable(text)}`, look.width, '    ')),
  )
  const lines = [
    `${look.paint('bold', TITLES[engine])}  ${printable(where)}`,
    ...(topology.containers.length > 0 ? renderTopology(topology, look) : []),
    ...missing,
  ]
  return [lines.join('\n'), ...renderLogs(logs, look)]
}
