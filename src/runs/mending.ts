import { isOwnName, readAddress } from '../core/address.ts'
import { outcomeOf } from '../core/diagnose.ts'
import type { Reach, ReachKind } from '../core/reach.ts'
import type { Failing, Hosting } from '../core/hosting.ts'
import { type Remedy, remedyFor } from '../core/remedies.ts'
import type { Container } from '../docker/port.ts'
import { joinIt, meetingOf, renameIt, startIt } from './meeting.ts'
import { type Address, type Asked, askNamesakes, partNamesakes, sharedName } from './namesakes.ts'
import type { Surroundings } from './surroundings.ts'

type Broken = Omit<Failing, 'hosting'>
type InContainer = Extract<Surroundings, { kind: 'container' }>

const isCalled = ({ name, attachments }: Container, host: string): boolean =>
  name === host || attachments.some(({ names, ip }) => names.includes(host) || ip === host)

/** The container behind an address: the proxy that was named or that has this name, or any that has it. */
function behind(host: string, { deployment, names }: InContainer): Container | null {
  const { litellm, proxy, containers } = deployment
  if (proxy.found && (names.proxy !== null || isCalled(proxy.found, host))) return proxy.found
  return containers.find((each) => each.id !== litellm.found?.id && isCalled(each, host)) ?? null
}

/** Who was found to share a name, so that each is asked once, however many servers do not work under it. */
const ASKED = new WeakMap<Surroundings, Map<string, Asked[]>>()

/** All that share the name of an address. Those of which none serves it are asked anew for the next address. */
async function sharing(host: string, address: Address, here: InContainer): Promise<Asked[]> {
  const { witness, deployment } = here
  const known = ASKED.get(here) ?? new Map<string, Asked[]>()
  ASKED.set(here, known)
  const before = known.get(host)
  if (before || !witness) return before ?? []
  const asked = await askNamesakes(host, [address], deployment, (...at) => witness.look(...at))
  if (asked.length === 0 || asked.some(({ serves }) => serves === 'yes')) known.set(host, asked)
  return asked
}

/** What Docker knows better than any look at an address: a container that does not run, or that LiteLLM cannot meet. */
async function knownToDocker(
  kind: ReachKind,
  { url, transport }: Broken,
  host: string,
  here: InContainer,
): Promise<Remedy | null> {
  const proxy = behind(host, here)
  if (!proxy) return null
  if (proxy.state !== 'running') return startIt(proxy)
  const { litellm, deployment, names } = here
  const asked = await sharing(host, { url, transport: transport ?? 'sse' }, here)
  const parted = partNamesakes(host, asked)
  if (parted) return { ...parted, sentence: `${sharedName(host, asked)}. ${parted.sentence}` }
  if (kind !== 'unknown-host' && kind !== 'unreachable') return null
  const meeting = meetingOf({ litellm, proxy }, deployment, names.network !== null)
  if (!('network' in meeting)) return joinIt(meeting.absent, meeting.target)
  return kind === 'unknown-host' ? renameIt(proxy, host, meeting.network) : null
}

/** On the machine itself a container is reached by a port that it publishes. */
async function onMachine(
  { host, port }: { host: string; port: number },
  containers: () => Promise<Container[]>,
): Promise<Hosting> {
  const found = isOwnName(host)
    ? (await containers()).find(({ published }) => published.some(({ hostPort }) => hostPort === port))
    : undefined
  return { kind: 'machine', proxy: found ?? null }
}

/** What mends an address that does not work, by where LiteLLM stands; `null` where nothing is to be mended. Never throws. */
export async function mendingFor(
  { kind, leadsTo }: Reach,
  broken: Broken,
  around: Surroundings,
): Promise<Remedy | null> {
  if (outcomeOf(kind) !== 'failed') return null
  const address = readAddress(broken.url)
  const place = address.kind === 'address' ? address : { host: '', port: 0 }
  if (around.kind === 'unknown') return remedyFor(kind, { ...broken, hosting: { kind: 'unknown' } }, leadsTo)
  if (around.kind === 'machine')
    return remedyFor(kind, { ...broken, hosting: await onMachine(place, around.containers) }, leadsTo)
  const known = await knownToDocker(kind, broken, place.host, around)
  if (known) return known
  const { litellm, deployment } = around
  const network = deployment.network.found?.name ?? null
  const hosting: Hosting = { kind: 'container', litellm, proxy: behind(place.host, around), network }
  return remedyFor(kind, { ...broken, hosting }, leadsTo)
}
