import { madeAnew } from '../../../core/deployment/containers.ts'
import { isUnavailable } from '../../../core/unavailable.ts'
import type { Container } from '../../../docker/port.ts'
import type { Knock, Listener } from '../../../machine/port.ts'
import { hintOf, mend } from '../../../core/show/remedy.ts'
import type { Target } from './old-origins.ts'
import type { Scene } from '../scene/scene.ts'

/** What became of a knock at an old address. */
export interface Knocked {
  target: Target
  knock: Knock
}

/** Who accepts connections, at which of the old addresses. */
export interface Opener {
  who: string
  hint: string
  /** Is it on this machine? */
  isHere: boolean
  /** Of a container: the names by which others reach it, on any network. */
  names: string[]
  open: Target[]
}

type Said = Pick<Opener, 'who' | 'hint'>

const namesOf = ({ name, attachments }: Container): string[] => [
  name,
  ...attachments.flatMap(({ names }) => names),
]

const listensAt = ({ address }: Listener, at: string): boolean =>
  ['0.0.0.0', '::'].includes(address) || address === at || `::ffff:${address}` === at

function ofContainer(container: Container, port: number): Said {
  const { engine, name, published } = container
  const inside = published.find(({ hostPort }) => hostPort === port)?.containerPort
  const pair = `${port}:${inside ?? port}`
  const hint = hintOf(
    madeAnew(
      container,
      `without publishing the port: leave -p ${pair} out of ${engine} run`,
      `Take ${pair} out of the ports: of`,
    ),
  )
  return {
    who: `the container ${name}, which publishes port ${port}${inside === undefined ? '' : ` for its port ${inside}`}`,
    hint,
  }
}

function ofProcess({ pid, command }: Listener, port: number): Said {
  return {
    who: `${command || 'a process'} (pid ${pid})`,
    hint: mend(
      `Stop what listens on port ${port}, and make sure that nothing starts it again:`,
      `kill ${pid}`,
    ),
  }
}

const ofNobody = (port: number): Said => ({
  who: 'a process that this user cannot see',
  hint: mend(
    `Find out what listens on port ${port}, and stop it:`,
    `sudo lsof -nP -iTCP:${port} -sTCP:LISTEN`,
  ),
})

/** Who is behind an address that accepts connections. One on another machine is known by its address alone. */
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
      isHere: false,
      names: [],
      who: `another machine, ${at}`,
      hint: mend(
        'Close the port there, or stop what listens on it. On that machine:',
        `lsof -nP -iTCP:${port} -sTCP:LISTEN`,
      ),
    }
  const containers = !isUnavailable(docker) && docker.isLocal ? await docker.containers().catch(() => []) : []
  const container = containers.find(({ published }) => published.some(({ hostPort }) => hostPort === port))
  if (container) return { ...ofContainer(container, port), isHere: true, names: namesOf(container) }
  const listener = (await machine.listeners(port)).find((each) => listensAt(each, at))
  return { ...(listener ? ofProcess(listener, port) : ofNobody(port)), isHere: true, names: [] }
}

/** Who accepts connections at these addresses, each once. */
export async function openersOf(open: readonly Knocked[], scene: Scene): Promise<Opener[]> {
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
