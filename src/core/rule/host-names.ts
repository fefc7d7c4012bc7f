/**
 * Names by which what runs in a container or a virtual machine reaches the machine round it, and who gives them. From the
 * makers' documentation; `.internal` is no public domain, so that each means that machine wherever it means anything.
 */
const HOST_NAMES: Readonly<Record<string, string>> = {
  'host.docker.internal': 'Docker, and most others for its sake',
  'docker.for.mac.localhost': 'Docker for Mac of 2017',
  'docker.for.mac.host.internal': 'Docker for Mac of 2018',
  'docker.for.win.localhost': 'Docker for Windows of 2017',
  'docker.for.win.host.internal': 'Docker for Windows of 2018',
  'host.containers.internal': 'Podman',
  'host.orb.internal': 'OrbStack',
  'host.rancher-desktop.internal': 'Rancher Desktop',
  'host.lima.internal': 'Lima, and Colima, Finch and Rancher Desktop on it',
  'host.container.internal': "Apple's container",
  'host.minikube.internal': 'minikube',
  'host.k3d.internal': 'k3d',
}

/** Those that engines write into files of hosts, so that this machine may know them, too. */
export const HOST_NAMES_IN_FILES = ['host.docker.internal', 'host.containers.internal'] as const

/** Is this one of them? `host` in lower case, as a URL is read. */
export const isHostName = (host: string): boolean => Object.hasOwn(HOST_NAMES, host)

/** Names of the same makers for something near that machine: a gateway, the containers' side, a cluster. */
const NEAR_NAMES: readonly string[] = [
  'gateway.docker.internal',
  'kubernetes.docker.internal',
  'vm.docker.internal',
  'docker.for.mac.gateway.internal',
  'docker.for.win.gateway.internal',
  'gateway.containers.internal',
  'gateway.rancher-desktop.internal',
  'docker.orb.internal',
]

/** Addresses under which that machine is seen, as a rule, and whose containers see it so. */
const SEEN_AT: readonly (readonly [address: RegExp, whose: string])[] = [
  [/^172\.(1[7-9]|2\d|3[01])\.\d+\.1$/, 'Docker'],
  [/^192\.168\.65\.(1|2|3|254)$/, 'Docker Desktop'],
  [/^10\.88\.0\.1$/, 'Podman'],
  [/^10\.0\.2\.2$/, 'Podman without root, and QEMU'],
  [/^169\.254\.1\.[12]$/, 'Podman without root'],
  [/^192\.168\.127\.(1|254)$/, 'Podman and Rancher Desktop on a virtual machine'],
  [/^192\.168\.(5|105)\.2$/, 'Lima and Colima'],
  [/^0\.250\.250\.25[0-4]$/, 'OrbStack'],
]

/** Whose containers see the machine round them at this address, or `null`. An address proves nothing: others use them, too. */
export function seenFrom(host: string): string | null {
  return SEEN_AT.find(([address]) => address.test(host))?.[1] ?? null
}

/** Is this host one of the names by which a machine calls itself: localhost, 127.0.0.0/8, [::1], 0.0.0.0? */
export function isOwnName(host: string): boolean {
  return ['localhost', '[::1]', '0.0.0.0'].includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** The loopback family: the names by which a machine calls itself, and by which its containers call it. */
export function isLoopbackName(host: string): boolean {
  return isOwnName(host) || isHostName(host)
}

/** Names of the family, of which there are many more: `127.0.0.0/8` alone has sixteen million. */
export const LOOPBACK_SAMPLES: readonly string[] = [
  'localhost',
  '127.0.0.1',
  '[::1]',
  '0.0.0.0',
  ...Object.keys(HOST_NAMES),
]

/** The loopback family in words, of which `localhost` is the first. */
export const LOOPBACK_TEXT = '127.0.0.0/8, [::1], 0.0.0.0, host.docker.internal and the like'

/**
 * Is this host almost one of them: a trailing dot, a sub-domain of localhost, an IPv4 address in IPv6 clothes, a name that
 * engines have for something near?
 */
export function resemblesLoopback(host: string): boolean {
  return (
    (host.endsWith('.') && isLoopbackName(host.slice(0, -1))) ||
    /(^|\.)localhost(\.|$)/.test(host) ||
    /^\[::(ffff:)?7f[\da-f]{2}:[\da-f]+\]$/.test(host) ||
    host === '[::]' ||
    NEAR_NAMES.includes(host)
  )
}
