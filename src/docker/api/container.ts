import { z } from 'zod'
import type { Engine } from '../../core/deployment/containers.ts'
import { composeServiceOf } from './compose.ts'
import type { Attachment, Container, PublishedPort } from '../port.ts'

const texts = z.array(z.string()).nullish()

/** An id becomes part of a path, where `..` would ask for something else. */
export const engineId = z.string().regex(/^\w[\w.-]*$/)

/** An entry of `GET /containers/json`, as far as it is looked at. */
export const listedContainer = z.object({ Id: engineId, Status: z.string().default('') })

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) < 65_536

/** Where a port is open on the machine; none of its ports where that is empty or 0. */
const bindings = z
  .array(z.object({ HostIp: z.string(), HostPort: z.string().refine((text) => text === '' || isPort(text)) }))
  .nullable()

/** Is each that is open the port of a container? One that is not may be a range. */
const arePorts = (ports: Record<string, z.infer<typeof bindings>>): boolean =>
  Object.entries(ports).every(([inside, bound]) => !bound?.length || isPort(inside.split('/')[0] ?? ''))

/** `GET /containers/{id}/json`, as far as it is looked at. */
export const inspectedContainer = z.object({
  Id: engineId,
  Name: z.string(),
  Path: z.string().default(''),
  Args: texts,
  Config: z.object({
    Image: z.string(),
    Hostname: z.string().nullish(),
    Tty: z.boolean().default(false),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  State: z.object({ Status: z.string() }),
  HostConfig: z.object({ NetworkMode: z.string().nullish() }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), bindings).refine(arePorts).nullish(),
    Networks: z
      .record(z.string(), z.object({ IPAddress: z.string().nullish(), Aliases: texts, DNSNames: texts }))
      .nullish(),
  }),
})
export type InspectedContainer = z.infer<typeof inspectedContainer>

const nameOf = ({ Name }: InspectedContainer): string => Name.replace(/^\//, '')

/** Docker's DNS serves the networks that somebody made; on its own ones no name is known. */
const WITHOUT_DNS = new Set(['bridge', 'host', 'none'])

function attachmentsOf(inspected: InspectedContainer): Attachment[] {
  return Object.entries(inspected.NetworkSettings.Networks ?? {}).map(([network, place]) => {
    // Engines before 26 do not list the names; the host name is not among them there.
    const names = place.DNSNames ?? [nameOf(inspected), ...(place.Aliases ?? []), inspected.Id.slice(0, 12)]
    return {
      network,
      ip: place.IPAddress || null,
      names: WITHOUT_DNS.has(network) ? [] : [...new Set(names)],
    }
  })
}

function publishedBy({ NetworkSettings: { Ports } }: InspectedContainer): PublishedPort[] {
  return Object.entries(Ports ?? {}).flatMap(([inside, bound]) => {
    const [port = '', protocol = 'tcp'] = inside.split('/')
    const open = (bound ?? []).filter(({ HostPort }) => Number(HostPort) > 0)
    return open.map(({ HostIp, HostPort }) => ({
      hostIp: HostIp || '0.0.0.0',
      hostPort: Number(HostPort),
      containerPort: Number(port),
      protocol,
    }))
  })
}

function readContainer(inspected: InspectedContainer, status: string, engine: Engine): Container {
  return {
    id: inspected.Id,
    engine,
    name: nameOf(inspected),
    compose: composeServiceOf(inspected.Config.Labels ?? {}),
    image: inspected.Config.Image,
    state: inspected.State.Status,
    status,
    attachments: attachmentsOf(inspected),
    published: publishedBy(inspected),
    onHostNetwork: inspected.HostConfig.NetworkMode === 'host',
  }
}

/**
 * Containers as the tool knows them. One that lives in the network of another (`--network container:…`) is where that
 * one is, under its names and ports.
 */
export function readContainers(
  found: readonly { inspected: InspectedContainer; status: string }[],
  engine: Engine,
): Container[] {
  const own = found.map(({ inspected, status }) => readContainer(inspected, status, engine))
  return own.map((container, i) => {
    const mode = found[i]?.inspected.HostConfig.NetworkMode ?? ''
    const owner = mode.startsWith('container:') ? mode.slice('container:'.length) : null
    const host = owner === null ? undefined : own.find(({ id, name }) => id === owner || name === owner)
    if (!host) return container
    const { attachments, published, onHostNetwork } = host
    return { ...container, attachments, published, onHostNetwork }
  })
}
