import {
  exposures,
  portLabel,
  ROLE_NAMES,
  type Topology,
  type TopologyContainer,
} from '../../../core/deployment/topology.ts'
import { count, printable } from '../../../core/show/text.ts'
import { columnsOf, fitted, type Look, padded, wrap } from '../layout.ts'
import { ALL_PORTS, inFull } from './containers.ts'

/** Columns of one network's line: `──●`. */
const LANE = 3
/** Where things stand on a line: what is open to the left, the box, the networks to the right. */
interface Columns {
  left: number
  inner: number
  lanes: number
}

const labels = ({ ports, onHostNetwork }: TopologyContainer): string[] =>
  onHostNetwork ? [ALL_PORTS] : ports.map(portLabel)

const title = ({ name }: TopologyContainer): string => printable(name)

const subtitle = ({ role, state }: TopologyContainer): string =>
  printable([ROLE_NAMES[role], state].filter(Boolean).join(', '))

/** Shares the width out: as many networks as there is room for, and all that the texts need where there is. */
function measure({ containers, networks }: Topology, width: number): Columns {
  const longest = (texts: string[]): number => Math.max(0, ...texts.map(columnsOf))
  const ports = longest(containers.flatMap(labels))
  const left = ports === 0 ? 0 : Math.min(ports, Math.floor(width / 2) - 8) + 4
  const wanted = longest(containers.flatMap((each) => [title(each), subtitle(each)])) + 2
  const lanes = Math.max(1, Math.min(networks.length, Math.floor((width - left - 24) / LANE)))
  return { left, inner: Math.max(10, Math.min(wanted, width - left - 4 - lanes * LANE)), lanes }
}

/** The lines of the networks beside a row; `on` are those to which this row leads. */
function drawLanes(lanes: number, on: readonly boolean[]): string {
  const last = on.lastIndexOf(true)
  return Array.from({ length: lanes }, (_, i) => {
    const way = i <= last ? '──' : '  '
    return way + (on[i] ? '●' : i < last ? '┼' : '│')
  }).join('')
}

const emptyLanes = (lanes: number): string => drawLanes(lanes, [])

/** The head of each line: its network's name, to the left of it, the last on top. */
function drawHeads({ networks }: Topology, columns: Columns, look: Look): string[] {
  const boxes = columns.left + columns.inner + 2
  const heads = networks.slice(0, columns.lanes).map(({ name, mcp, internal }, i) => {
    const remark = [mcp ? 'the MCP network' : '', internal ? 'internal' : ''].filter(Boolean).join(', ')
    const at = boxes + i * LANE + 1
    const text = fitted(`${printable(name)}${remark ? ` (${remark})` : ''}`, at)
    const start = ' '.repeat(at - columnsOf(text))
    return `${start}${mcp ? look.paint('bold', text) : text} ┐${'  │'.repeat(columns.lanes - i - 1)}`
  })
  return heads.toReversed()
}

function drawPort(label: string | undefined, { left }: Columns, look: Look): string {
  if (left === 0) return ''
  if (label === undefined) return ' '.repeat(left)
  const room = left - 4
  const exposed = label.startsWith('!')
  const text = `${padded(fitted(label, room), room)} ${exposed ? '━━▶' : '──▶'}`
  return exposed ? look.paint(['red', 'bold'], text) : text
}

/** One container: a box, its open ports to the left, its networks to the right. */
function drawContainer(
  container: TopologyContainer,
  topology: Topology,
  columns: Columns,
  look: Look,
): string[] {
  const { inner, lanes, left } = columns
  const on = topology.networks.slice(0, lanes).map(({ name }) => container.networks.includes(name))
  const running = container.state === 'running'
  const ports = labels(container)
  const rows = [title(container), subtitle(container), ...ports.slice(2).map(() => '')]
  const edge = (a: string, b: string): string =>
    `${' '.repeat(left)}${a}${'─'.repeat(inner)}${b}${emptyLanes(lanes)}`
  const body = rows.map((text, i) => {
    const port = drawPort(ports[i], columns, look)
    const cell = padded(` ${fitted(text, inner - 2)}`, inner)
    const shown = i === 0 ? look.paint('bold', cell) : running ? cell : look.paint('yellow', cell)
    const isTied = i === 0 && on.includes(true)
    return `${port}│${shown}${isTied ? '├' : '│'}${isTied ? drawLanes(lanes, on) : emptyLanes(lanes)}`
  })
  return [edge('┌', '┐'), ...body, edge('└', '┘')]
}

/** The arrow from LiteLLM's box to the one below. */
function drawCall(servers: number, { left, inner, lanes }: Columns): string[] {
  const at = left + 1 + Math.floor(inner / 2)
  const width = left + inner + 2
  return [`│ ${count(servers, 'server')}`, '▼'].map(
    (text) => (' '.repeat(at) + text).padEnd(width) + emptyLanes(lanes),
  )
}

const HOW_TO_READ = '──● joins a network · ──▶ is open outside · ! leads past LiteLLM'

/** What LiteLLM calls, a sentence an origin. */
export function callTexts({ calls, containers }: Topology): string[] {
  const caller = containers.find(({ role }) => role === 'litellm')?.name ?? 'LiteLLM'
  return calls.map(({ origin, servers, to }) => {
    const place = to === null ? 'which is not one of these containers' : `which is ${to}`
    return `${caller} calls ${count(servers, 'server')} at ${origin}, ${place}.`
  })
}

/** With less there is no room for a picture, in columns. */
const LEAST_WIDTH = 40

/** The network as it is, in lines and boxes; what they would show in words where they have no room. */
export function drawText(topology: Topology, remarks: readonly string[], look: Look): string {
  const sentence = (text: string): string => wrap(printable(text), look.width, '  ')
  const below = [
    ...callTexts(topology).map(sentence),
    ...exposures(topology).map((text) => look.paint(['red', 'bold'], sentence(`! ${text}`))),
    ...remarks.map((text) => look.paint('yellow', sentence(`! ${text}`))),
  ]
  if (look.width < LEAST_WIDTH) {
    const why = `A picture needs ${LEAST_WIDTH} columns, and here are ${look.width}.`
    return [[wrap(why, look.width), ...inFull(topology.containers, look)].join('\n'), below.join('\n')].join(
      '\n\n',
    )
  }
  const columns = measure(topology, look.width)
  const hidden = topology.networks.slice(columns.lanes).map(({ name }) => name)
  const [first, second] = topology.containers
  const call = topology.calls.find(({ to }) => to !== null && to === second?.name)
  const drawn = topology.containers.flatMap((container, i) => [
    ...drawContainer(container, topology, columns, look),
    ...(i === 0 && first?.role === 'litellm' && call ? drawCall(call.servers, columns) : []),
  ])
  return [
    [...drawHeads(topology, columns, look), ...drawn].map((line) => line.trimEnd()).join('\n'),
    [
      look.paint('dim', wrap(HOW_TO_READ, look.width, '  ')),
      ...(hidden.length > 0 ? [sentence(`Not drawn for want of room: ${hidden.join(', ')}`)] : []),
      ...below,
    ].join('\n'),
  ].join('\n\n')
}
