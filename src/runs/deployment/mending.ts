import { isOwnName } from '../../core/rule/host-names.ts'
import { readAddress } from '../../core/rule/address.ts'
import type { Remedy } from '../../core/show/remedy.ts'
import { outcomeOf } from '../../core/reach/diagnose.ts'
import type { Reach, ReachKind } from '../../core/reach/reach.ts'
import type { Failing, Hosting } from '../../core/deployment/hosting.ts'
import { remedyFor } from '../../core/reach/remedies.ts'
import type { Container } from '../../docker/port.ts'
import { joinIt, meetingOf, renameIt, startIt } from './meeting.ts'
import { isCalled } from './names-of.ts'
import { type Address, type AskedNamesake, askNamesakes, partNamesakes, sharedName } from './namesakes.ts'
import type { Surroundings } from './surroundings.ts'

type Broken = Omit<Failing, 'hosting'>
type InContainer = Extract<Surroundings, { kind: 'container' }>

const isAt = (container: Container, host: string): boolean =>
  isCalled(container, host) || container.attachments.some(({ ip }) => ip === host)

/** The container behind an address: the proxy that was named or that has this name, or any that has it. */
function behind(host: string, { deployment, names }: InContainer): Container | null {
  const { litellm, proxy, containers } = deployment
  if (proxy.found && (names.proxy !== null || isAt(proxy.found, host))) return proxy.found
  return containers.find((each) => each.id !== litellm.found?.id && isAt(each, host)) ?? null
}

/** All that share the name of an address. Those of which none serves it are asked anew for the next address. */
async function sharing(host: string, address: Address, here: InContainer): Promise<AskedNamesake[]> {
  const { witness, deployment, shared } = here
  const before = shared.get(host)
  if (before || !witness) return before ?? []
  const asked = await askNamesakes(host, [address], deployment, (...at) => witness.look(...at))
  if (asked.length === 0 || asked.some(({ serves }) => serves === 'yes')) shared.set(host, asked)
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

async function hostingOf(place: { host: string; port: number }, around: Surroundings): Promise<Hosting> {
  if (around.kind === 'machine') return onMachine(place, around.containers)
  if (around.kind === 'unknown') return { kind: 'unknown' }
  const { litellm, deployment } = around
  const network = deployment.network.found?.name ?? null
  return { kind: 'container', litellm, proxy: behind(place.host, around), network }
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
  const known = around.kind === 'container' ? await knownToDocker(kind, broken, place.host, around) : null
  return known ?? remedyFor(kind, { ...broken, hosting: await hostingOf(place, around) }, leadsTo)
}
