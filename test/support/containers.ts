import type { Container, Docker, Ended, PublishedPort } from '../../src/docker/port.ts'
import type { Deployment, DeploymentNames } from '../../src/runs/deployment/deployment.ts'
import { locateDeployment } from '../../src/runs/deployment/find.ts'

/** A container as an engine tells of it, by its name and what matters. */
export function container(
  name: string,
  networks: Record<string, string>,
  more: Partial<Container> = {},
): Container {
  return {
    id: `id-${name}`,
    engine: 'docker',
    name,
    compose: null,
    image: 'image',
    state: 'running',
    status: 'Up 2 hours',
    attachments: Object.entries(networks).map(([network, ip]) => ({ network, ip, names: [name] })),
    published: [],
    onHostNetwork: false,
    ...more,
  }
}

/** The same on these networks, where nobody cares for addresses. */
export const containerOn = (name: string, networks: string[], more: Partial<Container> = {}): Container =>
  container(name, Object.fromEntries(networks.map((network, i) => [network, `172.18.${i}.2`])), more)

/** A port that is published. */
export const port = (hostIp: string, hostPort: number, containerPort = hostPort): PublishedPort => ({
  hostIp,
  hostPort,
  containerPort,
  protocol: 'tcp',
})

const NO_NAMES: DeploymentNames = { litellm: null, proxy: null, network: null }

/** The deployment that these containers are. */
export function deploymentOf(containers: Container[], names: Partial<DeploymentNames> = {}): Deployment {
  const networks = [
    ...new Set(containers.flatMap(({ attachments }) => attachments.map(({ network }) => network))),
  ]
  const holdings = {
    containers,
    networks: networks.map((name) => ({ name, driver: 'bridge', internal: false })),
    isLocal: true,
    mayHoldGateway: true,
  }
  const request = {
    names: { ...NO_NAMES, ...names },
    gatewayUrl: 'http://127.0.0.1:4000',
    newHosts: ['mcp-proxy-sse'],
  }
  return locateDeployment(holdings, request)
}

/** An engine that holds these containers, and answers what it is told to. */
export function engineWith(
  containers: Container[],
  { command = [], files = {}, said = { code: 0, stdout: '', stderr: '' } }: EngineAnswers = {},
): Docker {
  const { networks } = deploymentOf(containers)
  return {
    where: 'unix:///test.sock',
    isLocal: true,
    engine: 'docker',
    containers: () => Promise.resolve(containers),
    networks: () => Promise.resolve(networks),
    logs: () => Promise.resolve([]),
    readFile: (_, path) => Promise.resolve(files[path] ?? null),
    commandOf: () => Promise.resolve(command),
    look: (_id, _command, _limitMs, env = {}) =>
      Promise.resolve(typeof said === 'function' ? said(env) : said),
  }
}

/** What an engine answers besides its containers. */
export interface EngineAnswers {
  command?: string[]
  files?: Record<string, string>
  /** What a command inside a container comes to, by the environment that it is given. */
  said?: Ended | ((env: Readonly<Record<string, string>>) => Ended)
}
