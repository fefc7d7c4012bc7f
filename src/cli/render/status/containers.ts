import {
  exposures,
  portLabel,
  portText,
  ROLE_NAMES,
  type Topology,
  type TopologyContainer,
  whoReaches,
} from '../../../core/deployment/topology.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { printable } from '../../../core/show/text.ts'
import { columnsOf, fitted, type Look, padded, wrap } from '../layout.ts'

/** How to render `status`: in short unless `verbose`. `allErrors`: all errors of the logs, and not what a screen has room for. */
export type StatusLook = Look & { allErrors: boolean }

/** The ports of a container on the network of the machine itself. */
export const ALL_PORTS = '! all of the machine'

function shownPorts({ ports, onHostNetwork }: TopologyContainer): string {
  if (onHostNetwork) return ALL_PORTS
  return ports.length === 0 ? 'none' : ports.map(portLabel).join(', ')
}

const isExposed = ({ ports, onHostNetwork }: TopologyContainer): boolean =>
  onHostNetwork || ports.some(({ exposed }) => exposed)

const stateText = ({ role, state, status }: TopologyContainer): string =>
  printable(
    [ROLE_NAMES[role], state === 'running' ? status : `${state} (${status})`].filter(Boolean).join(', '),
  )

function oneInFull(container: TopologyContainer, column: number, look: Look): string {
  const { name, state, networks } = container
  const isNarrow = look.width < 60
  const indent = isNarrow ? '    ' : ' '.repeat(column)
  const place = `networks ${networks.length === 0 ? 'none of theirs' : networks.join(', ')}`
  const label = `  ${fitted(printable(name), Math.min(column, look.width) - 4)}`
  const what = wrap(indent + stateText(container), look.width, `${indent}  `)
  return [
    look.paint('bold', isNarrow ? `${label}\n` : padded(label, column)) +
      look.paint(state === 'running' ? [] : 'red', isNarrow ? what : what.slice(column)),
    wrap(`${indent}${printable(place)}`, look.width, `${indent}  `),
    look.paint(
      isExposed(container) ? ['red', 'bold'] : [],
      wrap(`${indent}ports ${printable(shownPorts(container))}`, look.width, `${indent}  `),
    ),
  ].join('\n')
}

/** As many of these as fit, and how many more there are. */
function listed(texts: readonly string[], columns: number): string {
  for (let n = texts.length; n > 1; n -= 1) {
    const text = texts.slice(0, n).join(', ') + (n < texts.length ? ` +${texts.length - n}` : '')
    if (columnsOf(text) <= columns) return text
  }
  const more = texts.length > 1 ? ` +${texts.length - 1}` : ''
  return fitted(texts[0] ?? '', columns - more.length) + more
}

/** The ports of a container, first those that lead past LiteLLM. */
function portsInShort({ ports, onHostNetwork }: TopologyContainer): string[] {
  if (onHostNetwork) return [ALL_PORTS]
  const first = ports.toSorted((a, b) => Number(b.exposed) - Number(a.exposed))
  return first.map((port) => printable(`${port.exposed ? '! ' : ''}${portText(port)}`))
}

const STATE_COLUMNS = 24
const PORT_COLUMNS = 20
/** With less for its networks a container is shown in full. */
const LEAST_NETWORK = 10

/** The containers in full: of each what it is, its networks and its ports on a line of their own. */
export function inFull(containers: readonly TopologyContainer[], look: Look): string[] {
  const column = Math.min(24, Math.max(...containers.map(({ name }) => columnsOf(printable(name)))) + 4)
  return containers.map((container) => oneInFull(container, column, look))
}

/** What it is in few words: what an engine says of a container that ended begins with that. */
function stateInShort({ role, state, status }: TopologyContainer): string {
  const isSaid = status.toLowerCase().startsWith(state)
  const text =
    state === 'running'
      ? status.replace(' (healthy)', '')
      : state + (isSaid ? status.slice(state.length) : '')
  return printable([ROLE_NAMES[role], text].filter(Boolean).join(', '))
}

/** Ports that lead past LiteLLM, a sentence for all who can use them. */
export function exposuresInShort({ containers, ...topology }: Topology): string[] {
  const open = containers.flatMap(({ name, ports }) =>
    ports
      .filter(({ exposed }) => exposed)
      .map((port) => ({ who: whoReaches(port), text: `${portText(port)} (${name})` })),
  )
  const sentences = groupedBy(open, ({ who }) => who).map(
    (group) =>
      `Open to ${group[0]?.who ?? ''}, past LiteLLM and its keys: ${group.map(({ text }) => text).join(', ')}`,
  )
  return [
    ...sentences,
    ...exposures({ ...topology, containers: containers.map((each) => ({ ...each, ports: [] })) }),
  ]
}

/** The containers in a line each: name, what it is, ports, networks; `null` where there is no room for it. */
export function inShort(containers: readonly TopologyContainer[], look: Look): string[] | null {
  const widest = (most: number, of: (container: TopologyContainer) => string): number =>
    Math.min(most, Math.max(...containers.map((each) => columnsOf(of(each)))))
  const [names, states, ports] = [
    widest(20, ({ name }) => printable(name)),
    widest(STATE_COLUMNS, stateInShort),
    widest(PORT_COLUMNS, (each) => portsInShort(each).join(', ')),
  ]
  const left = look.width - names - states - ports - 8
  if (left < LEAST_NETWORK) return null
  return containers.map((each) => {
    const cell = (text: string, columns: number): string => padded(fitted(text, columns), columns)
    const open = padded(listed(portsInShort(each), ports), ports)
    return [
      `  ${look.paint('bold', cell(printable(each.name), names))}`,
      look.paint(each.state === 'running' ? [] : 'red', cell(stateInShort(each), states)),
      look.paint(isExposed(each) ? ['red', 'bold'] : [], open),
      listed(each.networks.map(printable), left),
    ]
      .join('  ')
      .trimEnd()
  })
}
