import {
  portText,
  ROLE_NAMES,
  type Topology,
  type TopologyContainer,
  whoReaches,
} from '../../../core/deployment/topology.ts'
import { count, printable } from '../../../core/show/text.ts'

/** A text inside a label: whatever Mermaid or HTML could read as more than text stands as its code. */
const label = (text: string): string =>
  printable(text).replace(/[^\w .:/,()!→-]/gu, (character) => `#${character.codePointAt(0)};`)

function drawContainer(container: TopologyContainer, i: number, { networks }: Topology): string[] {
  const { name, role, state, ports, onHostNetwork } = container
  const what = [ROLE_NAMES[role], state].filter(Boolean).join(', ')
  return [
    `  c${i}["${label(name)}<br/>${label(what)}"]:::${state === 'running' ? 'container' : 'stopped'}`,
    ...container.networks.map(
      (network) => `  c${i} --- n${networks.findIndex((each) => each.name === network)}`,
    ),
    ...ports.flatMap((port, j) => [
      `  p${i}x${j}(["${label(`${port.exposed ? '! ' : ''}${portText(port)}`)}<br/>${label(whoReaches(port))}"]):::${port.exposed ? 'exposed' : 'open'}`,
      `  p${i}x${j} ${port.exposed ? '==>' : '-->'}|"${port.containerPort}"| c${i}`,
    ]),
    ...(onHostNetwork ? [`  h${i}(["! each port of the machine"]):::exposed`, `  h${i} ==> c${i}`] : []),
  ]
}

function drawCalls({ calls, containers }: Topology): string[] {
  const from = containers.findIndex(({ role }) => role === 'litellm')
  if (from === -1) return []
  return calls.flatMap(({ origin, servers, to }, i) => {
    const target = containers.findIndex(({ name }) => name === to)
    const text = `"${label(count(servers, 'server'))}"`
    if (target !== -1) return [`  c${from} -.->|${text}| c${target}`]
    return [`  o${i}["${label(origin)}"]:::elsewhere`, `  c${from} -.->|${text}| o${i}`]
  })
}

const STYLES = [
  'container fill:#eef2ff,stroke:#4f46e5,color:#1e1b4b',
  'stopped fill:#f3f4f6,stroke:#6b7280,color:#374151,stroke-dasharray:4',
  'network fill:#ecfdf5,stroke:#059669,color:#064e3b',
  'open fill:#f9fafb,stroke:#6b7280,color:#111827',
  'exposed fill:#fee2e2,stroke:#dc2626,color:#7f1d1d,stroke-width:3px',
  'elsewhere fill:#fffbeb,stroke:#d97706,color:#78350f',
]

/** The network as it is, as a Mermaid flow chart. */
export function drawMermaid(topology: Topology): string {
  return [
    'flowchart LR',
    ...topology.networks.map(
      ({ name, mcp }, i) => `  n${i}{{"${label(name)}${mcp ? '<br/>the MCP network' : ''}"}}:::network`,
    ),
    ...topology.containers.flatMap((container, i) => drawContainer(container, i, topology)),
    ...drawCalls(topology),
    ...STYLES.map((style) => `  classDef ${style}`),
  ].join('\n')
}
