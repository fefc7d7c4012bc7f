import type { Container } from '../../docker/port.ts'

/** The networks that a container is on. */
export const networksOf = ({ attachments }: Container): string[] => attachments.map(({ network }) => network)

/** Does a container have this name, as its own or on any network? */
export const isCalled = ({ name, attachments }: Container, host: string): boolean =>
  name === host || attachments.some(({ names }) => names.includes(host))

/** A container that answers to a host name on a network of LiteLLM. */
export interface Namesake {
  container: Container
  network: string
  ip: string | null
}

/** Who runs and answers to a host name where LiteLLM asks for it: the container of that very name first. */
export function namesakes(
  host: string,
  litellm: Container | null,
  containers: readonly Container[],
): Namesake[] {
  const near = litellm ? networksOf(litellm) : []
  return containers
    .filter(({ id, state }) => id !== litellm?.id && state === 'running')
    .flatMap((container) => {
      const place = container.attachments.find(
        ({ network, names }) => near.includes(network) && names.includes(host),
      )
      return place ? [{ container, network: place.network, ip: place.ip }] : []
    })
    .toSorted((a, b) => Number(b.container.name === host) - Number(a.container.name === host))
}
