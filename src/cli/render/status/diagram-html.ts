import {
  exposures,
  type OpenPort,
  portText,
  ROLE_NAMES,
  type Topology,
  type TopologyContainer,
  whoReaches,
} from '../../../core/deployment/topology.ts'
import { count, printable } from '../../../core/show/text.ts'
import { LANE_COLOURS, STYLE } from './diagram-style.ts'
import { callTexts } from './diagram-text.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text between tags or in an attribute. */
const escaped = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const colour = (i: number): string => `style="--colour: var(--lane-${i % LANE_COLOURS})"`

function drawPort(port: OpenPort): string {
  const what = `${port.exposed ? 'Past LiteLLM: open' : 'Open'} to ${whoReaches(port)}`
  return `<div class="port${port.exposed ? ' exposed' : ''}"><span><b>${port.exposed ? '! ' : ''}${escaped(portText(port))} → ${port.containerPort}</b>${escaped(what)}</span><i></i></div>`
}

function drawPorts({ ports, onHostNetwork, role }: TopologyContainer): string {
  const all = `<div class="port${role === 'proxy' ? ' exposed' : ''}"><span><b>! each port</b>On the network of the machine itself</span><i></i></div>`
  return `<div class="ports">${onHostNetwork ? all : ports.map(drawPort).join('')}</div>`
}

function drawCard({ name, role, state, status, networks, ports, onHostNetwork }: TopologyContainer): string {
  const isUp = state === 'running'
  const isExposed = ports.some(({ exposed }) => exposed) || (onHostNetwork && role === 'proxy')
  const kind = [isUp ? '' : 'down', isExposed ? 'exposed' : role === 'other' ? '' : 'key'].filter(Boolean)
  const badges = [
    role === 'other' ? '' : `<span class="badge">${ROLE_NAMES[role]}</span>`,
    `<span class="badge ${isUp ? 'up' : 'down'}">${escaped(isUp ? status || state : state)}</span>`,
  ]
  const place = networks.length === 0 ? 'on none of these networks' : `on ${networks.join(', ')}`
  return `<div class="place"><div class="card ${kind.join(' ')}" data-container><h2>${escaped(name)}</h2><div>${badges.join('')}</div><p class="soft">${escaped(place)}</p></div></div>`
}

/** The networks' lines beside one row. `on`: to which of them it leads; */
function drawLanes(on: readonly boolean[], { first, last }: { first: boolean; last: boolean }): string {
  const end = on.lastIndexOf(true)
  return on
    .map((isOn, i) => {
      const edge = `${first ? ' first' : ''}${last ? ' last' : ''}`
      const tie = i <= end ? `<i class="${i === end ? 'end' : ''}"></i>` : ''
      return `<div class="lane-cell${edge}" ${colour(i)} aria-hidden="true">${tie}${isOn ? '<b></b>' : ''}</div>`
    })
    .join('')
}

function drawRows({ containers, networks, calls }: Topology): string {
  const [first, second] = containers
  const call = first?.role === 'litellm' && second ? calls.find(({ to }) => to === second.name) : undefined
  return containers
    .map((container, i) => {
      const on = networks.map(({ name }) => container.networks.includes(name))
      const place = { first: i === 0, last: i === containers.length - 1 }
      const row = drawPorts(container) + drawCard(container) + drawLanes(on, place)
      if (i !== 0 || !call) return row
      const between = drawLanes(
        networks.map(() => false),
        { first: false, last: false },
      )
      return `${row}<div></div><div class="call"><span>calls ${escaped(count(call.servers, 'server'))}</span></div>${between}`
    })
    .join('\n')
}

function drawHeads({ networks }: Topology): string {
  const names = networks.map(
    ({ name, internal }, i) =>
      `<div class="head lane" title="${escaped(name)}" ${colour(i)}>${escaped(name)}${internal ? ' · internal' : ''}</div>`,
  )
  return `<div class="head">Open on the machine</div><div class="head">Containers</div>${names.join('')}`
}

const box = (kind: string, lines: readonly string[]): string =>
  lines.length === 0
    ? ''
    : `<div class="box ${kind}">${lines.map((line) => `<p>${escaped(line)}</p>`).join('')}</div>`

/** What stands around the picture. `at`: ISO 8601. */
export interface Caption {
  gateway: string
  at: string
  remarks: readonly string[]
}

/** The network as it is, as a page that needs nothing else. */
export function drawHtml(topology: Topology, { gateway, at, remarks }: Caption): string {
  const open = exposures(topology)
  const mcp = topology.networks.find((network) => network.mcp)
  const columns = `grid-template-columns: clamp(9rem, 26vw, 19rem) clamp(10rem, 32vw, 22rem) repeat(${topology.networks.length}, clamp(1.5rem, 5vw, 3.5rem))`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>MCP network of ${escaped(gateway)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>The MCP network of ${escaped(gateway)}</h1>
<p class="soft">As Docker showed it at <time datetime="${escaped(at)}">${escaped(at.slice(0, 19).replace('T', ' '))} UTC</time>${mcp ? `. The MCP network is ${escaped(mcp.name)}.` : ''}</p>
${open.length > 0 ? box('bad', open) : box('good', ['No published port leads past LiteLLM and its keys.'])}
${box('note', remarks)}
<figure>
<div class="grid" style="${columns}">
${drawHeads(topology)}
${drawRows(topology)}
</div>
</figure>
<ul>${callTexts(topology)
    .map((text) => `<li>${escaped(text)}</li>`)
    .join('')}</ul>
</main>
</body>
</html>`
}
