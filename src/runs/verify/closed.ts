import { count } from '../../core/text.ts'
import type { Container } from '../../docker/port.ts'
import type { Knock, Listener } from '../../machine/port.ts'
import { type Check, type Fault, judged, mend } from './check.ts'
import { oldOrigins, placeText, type Target, targetsOf } from './old-origins.ts'
import type { Scene } from './scene.ts'

const KNOCK_MS = 2000
/** How many paths are tried where something answers: one that works is proof enough. */
const PATHS_TRIED = 2

interface Knocked {
  target: Target
  knock: Knock
}

/** Who accepts connections, at which of the old addresses. */
interface Opener {
  who: string
  hint: string
  open: Target[]
}

const SEEN: readonly [Knock['kind'], string][] = [
  ['refused', 'refused'],
  ['unknown-host', 'unknown host'],
  ['no-route', 'no way there'],
  ['silent', 'filtered, no answer in 2 s'],
]

/** What refused, and how: a line for each way. */
function refusals(knocked: readonly Knocked[]): string[] {
  return SEEN.flatMap(([kind, word]) => {
    const labels = knocked.filter(({ knock }) => knock.kind === kind).map(({ target }) => target.label)
    if (labels.length === 0) return []
    const more = labels.length - 6
    return [`${word}: ${labels.slice(0, 6).join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
  })
}

const listensAt = ({ address }: Listener, at: string): boolean =>
  ['0.0.0.0', '::'].includes(address) || address === at || `::ffff:${address}` === at

function ofContainer({ name, published }: Container, port: number): Omit<Opener, 'open'> {
  const inside = published.find(({ hostPort }) => hostPort === port)?.containerPort
  return {
    who: `the container ${name}, which publishes port ${port}${inside === undefined ? '' : ` for its port ${inside}`}`,
    hint: mend(
      `Start ${name} anew without publishing the port: leave -p ${port}:${inside ?? port} out of docker run, or ports: out of its Compose file. First:`,
      `docker rm -f ${name}`,
    ),
  }
}

function ofProcess({ pid, command }: Listener, port: number): Omit<Opener, 'open'> {
  return {
    who: `${command || 'a process'} (pid ${pid})`,
    hint: mend(`Stop what listens on port ${port}, and see that nothing starts it again:`, `kill ${pid}`),
  }
}

const ofNobody = (port: number): Omit<Opener, 'open'> => ({
  who: 'a process that this user cannot see',
  hint: mend(
    `Find out what listens on port ${port}, and stop it:`,
    `sudo lsof -nP -iTCP:${port} -sTCP:LISTEN`,
  ),
})

/** Who stands behind an address that accepts connections. One on another machine is known by its address alone. */
async function openerOf(
  { target, knock }: Knocked,
  { machine, docker }: Scene,
): Promise<Omit<Opener, 'open'>> {
  const { port } = target.origin
  const at = knock.kind === 'open' ? knock.address : target.host
  const here =
    ['127.', '::1', '::ffff:127.'].some((start) => at.startsWith(start)) || machine.addresses().includes(at)
  if (!here)
    return {
      who: `another machine, ${at}`,
      hint: mend(
        'Close the port there, or stop what listens on it. On that machine:',
        `lsof -nP -iTCP:${port} -sTCP:LISTEN`,
      ),
    }
  const containers =
    typeof docker !== 'string' && docker.isLocal ? await docker.containers().catch(() => []) : []
  const container = containers.find(({ published }) => published.some(({ hostPort }) => hostPort === port))
  if (container) return ofContainer(container, port)
  const listener = (await machine.listeners(port)).find((each) => listensAt(each, at))
  return listener ? ofProcess(listener, port) : ofNobody(port)
}

async function openersOf(open: readonly Knocked[], scene: Scene): Promise<Opener[]> {
  const openers = new Map<string, Opener>()
  for (const knocked of open) {
    const found = await openerOf(knocked, scene)
    const key = `${found.who} ${knocked.target.origin.port}`
    const opener = openers.get(key) ?? { ...found, open: [] }
    opener.open.push(knocked.target)
    openers.set(key, opener)
  }
  return [...openers.values()]
}

const urlOf = ({ origin: { scheme, port }, host }: Target, path: string): string =>
  `${scheme}://${placeText(host, port)}${path}`

/** What answers there: the MCP server that was to be closed, or something else that has taken its place. */
async function answers(target: Target, { machine, handshake }: Scene): Promise<string> {
  const paths = target.origin.paths.slice(0, PATHS_TRIED)
  const [http, ...reached] = await Promise.all([
    machine.greet(urlOf(target, paths[0] ?? '/'), KNOCK_MS),
    ...paths.map(async (path) => ({
      path,
      reach: await handshake(urlOf(target, path), path.endsWith('/mcp') ? 'http' : 'sse', KNOCK_MS),
    })),
  ])
  const mcp = reached.find(({ reach }) => reach.kind === 'tools' || reach.kind === 'no-tools')
  if (mcp)
    return `an MCP server answers, without any key: initialize works, ${count(mcp.reach.tools?.length ?? 0, 'tool')} at ${mcp.path}`
  if (reached.some(({ reach }) => reach.kind === 'unauthorized' || reach.kind === 'forbidden'))
    return `${http}: a server that asks for a sign-in`
  return `no MCP server: something else listens there now (${paths[0] ?? '/'}: ${http})`
}

async function faultOf(opener: Opener, scene: Scene): Promise<Fault> {
  const labels = opener.open.map(({ label }) => label)
  const shown =
    labels.length > 4 ? `${labels.slice(0, 3).join(', ')} and ${labels.length - 3} more` : labels.join(', ')
  // A zone, as in fe80::1%eth0, cannot stand in a URL.
  const target = opener.open.find(({ host }) => !host.includes('%'))
  const said = target ? `; ${await answers(target, scene)}` : ''
  return { line: `${shown}: accepted by ${opener.who}${said}`, hint: opener.hint }
}

/** Every old address refuses: TCP, and with it HTTP and MCP. */
export const closed: Check = {
  id: 'closed',
  title: 'The old addresses are closed',
  skip: () => null,
  look: async (scene, tell) => {
    const origins = oldOrigins(scene.runs, scene.gatewayUrl, scene.migration, await scene.knownPaths())
    const targets = targetsOf(origins, scene.machine.addresses(), scene.gatewayUrl)
    const knocked = await Promise.all(
      targets.map(async (target) => ({
        target,
        knock: await scene.machine.knock(target.host, target.origin.port, KNOCK_MS),
      })),
    )
    const open = knocked.filter(({ knock }) => knock.kind === 'open')
    for (const { target } of open) tell(`${target.label}: accepts connections`)
    const openers = await openersOf(open, scene)
    const faults = await Promise.all(openers.map((opener) => faultOf(opener, scene)))
    return judged(faults, [...refusals(knocked), ...scene.journalRemarks])
  },
}
