/** A port of a container that is open outside. `reach`: to this machine alone, or to whoever reaches one of its addresses. */
export interface OpenPort {
  hostIp: string
  hostPort: number
  containerPort: number
  protocol: string
  reach: 'machine' | 'everybody'
  /** Does it lead past LiteLLM and its keys? */
  exposed: boolean
}

/** What a container is in the deployment. */
export type ContainerRole = 'litellm' | 'proxy' | 'other'

/** What a container is in the deployment, in words; none for the others. */
export const ROLE_NAMES: Record<ContainerRole, string> = { litellm: 'LiteLLM', proxy: 'MCP proxy', other: '' }

/** One container of the deployment. */
export interface TopologyContainer {
  name: string
  role: ContainerRole
  /** `running`, `exited`, … as Docker says. */
  state: string
  status: string
  networks: string[]
  ports: OpenPort[]
  /** Every port that it opens is one of the machine. */
  onHostNetwork: boolean
}

/** A network. `mcp`: the one on which LiteLLM and the MCP proxy are to meet. */
export interface TopologyNetwork {
  name: string
  internal: boolean
  mcp: boolean
}

/** What LiteLLM calls: how many servers at an origin, and the container behind it, `null` where that is not shown. */
export interface Call {
  origin: string
  servers: number
  to: string | null
}

/** Who is on which network, what is open, and who calls whom. */
export interface Topology {
  networks: TopologyNetwork[]
  containers: TopologyContainer[]
  calls: Call[]
}

const LOCAL = /^(127\.|\[?::1\]?$)/
const EVERY: readonly string[] = ['0.0.0.0', '::']

/** An address and port as in a URL. */
export function portText({ hostIp, hostPort, protocol }: OpenPort): string {
  const host = hostIp.includes(':') ? `[${hostIp}]` : hostIp
  return `${host}:${hostPort}${protocol === 'tcp' ? '' : `/${protocol}`}`
}

/** An open port, and where it leads: `! 0.0.0.0:8080 → 8080`, marked where it leads past LiteLLM. */
export const portLabel = (port: OpenPort): string =>
  `${port.exposed ? '! ' : ''}${portText(port)} → ${port.containerPort}`

/** The open ports among what is published; every address of both families is one. */
export function openPorts(
  published: readonly Omit<OpenPort, 'reach' | 'exposed'>[],
  exposed: boolean,
): OpenPort[] {
  const twin = (ip: string, port: number): boolean =>
    ip === '::' && published.some((each) => each.hostIp === '0.0.0.0' && each.hostPort === port)
  return published
    .filter(({ hostIp, hostPort }) => !twin(hostIp, hostPort))
    .map((port) => ({ ...port, reach: LOCAL.test(port.hostIp) ? 'machine' : 'everybody', exposed }))
}

/** Who can use an open port, in words. */
export function whoReaches({ hostIp, reach }: OpenPort): string {
  if (reach === 'machine') return 'everybody on the machine'
  return EVERY.includes(hostIp) ? 'everybody who reaches the machine' : `everybody who reaches ${hostIp}`
}

/** What is open that should not be, a sentence each. */
export function exposures({ containers }: Topology): string[] {
  return containers.flatMap(({ name, ports, role, onHostNetwork, state }) => [
    ...ports
      .filter(({ exposed }) => exposed)
      .map(
        (port) =>
          `${portText(port)} is open to ${whoReaches(port)}, past LiteLLM and its keys, and leads to ${name}.`,
      ),
    ...(onHostNetwork && role === 'proxy' && state === 'running'
      ? [`${name} is on the network of the machine itself: each port on which it listens is open there.`]
      : []),
  ])
}
