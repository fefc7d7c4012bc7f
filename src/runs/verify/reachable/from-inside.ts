import { madeAnew } from '../../../core/deployment/containers.ts'
import { isUnavailable, type Unavailable } from '../../../core/unavailable.ts'
import { redactText } from '../../../core/show/redact.ts'
import { shellQuoted } from '../../../core/show/shell.ts'
import type { Container } from '../../../docker/port.ts'
import { type Pair, renameIt } from '../../deployment/meeting.ts'
import { hintOf, mend } from '../../../core/show/remedy.ts'
import { fault, fine, found, type Found } from '../check.ts'
import type { Inside } from '../scene/inside.ts'

/** What to do where the address resolves, and nothing answers. */
function unanswered(proxy: Container, { error }: Inside, url: string, isShared: boolean): Found {
  const { host, port } = new URL(url)
  const line = `from inside LiteLLM's container ${url} does not answer (${redactText(error ?? 'no answer')})`
  const refused = /refused/i.test(error ?? '')
  // Whoever ends a connection has taken it: no packets are lost there.
  const lost = error === null || /timed? ?out|no route|unreachable/i.test(error)
  // Who of several was asked, and should have answered, is told elsewhere.
  if (isShared || isElsewhere(proxy, new URL(url).hostname) || (!refused && !lost)) return fault(line, null)
  return fault(line, refused ? listenForOthers(proxy, host, port || '80') : findDrops(proxy))
}

/** A proxy that listens for itself alone. */
function listenForOthers(proxy: Container, host: string, port: string): string {
  const options = `--host 0.0.0.0 --port ${port}`
  const { sentence, command } = madeAnew(
    proxy,
    `with ${options} at the end of its command`,
    `Put ${options} at the end of the command: of`,
  )
  const why = `Nothing listens at ${host} for other containers: perhaps the proxy listens on 127.0.0.1, which is its default, or on another port.`
  return mend(`${why} ${sentence}`, command)
}

/** Where to look for rules that drop packets. Docker leaves a chain to people; Podman none. */
const findDrops = ({ engine, name }: Container): string =>
  mend(
    'Packets between the containers are lost. Look for rules that drop them (iptables, nftables, ufw), on this machine and inside the containers, and delete them with -D in place of -A:',
    `sudo iptables -S ${engine === 'docker' ? 'DOCKER-USER' : 'FORWARD'}`,
    `sudo nsenter -t $(${engine} inspect -f '{{.State.Pid}}' ${shellQuoted(name)}) -n iptables -S`,
  )

/** Is this a host of another place, and none that the proxy's container could be called? */
const isElsewhere = ({ attachments }: Container, host: string): boolean =>
  /[.:]/.test(host) && !attachments.some(({ names, ip }) => ip === host || names.includes(host))

/** What a name leads to that is not the proxy: nobody's address but an entry of LiteLLM's own, or the proxy has no such name. */
function leadBack(litellm: Container, proxy: Container, host: string, network: string): string {
  const isNamed = proxy.attachments.some((each) => each.network === network && each.names.includes(host))
  if (!isNamed) return hintOf(renameIt(proxy, host, network))
  return mend(
    `${proxy.name} has that name on ${network}, and LiteLLM's container has another address for it: look for ${host} in its --add-host, or extra_hosts: in Compose, and take it out. What it has:`,
    `${litellm.engine} exec ${shellQuoted(litellm.name)} cat /etc/hosts`,
  )
}

function resolved(
  { litellm, proxy }: Pair,
  network: string,
  { addresses }: Inside,
  host: string,
  known: readonly string[],
): Found {
  const place = proxy.attachments.find((each) => each.network === network)
  const names = `${host} → ${addresses.join(', ')}`
  if (isElsewhere(proxy, host)) return fine(`from inside LiteLLM's container: ${names}`)
  const own = proxy.attachments.flatMap(({ ip }) => ip ?? [])
  // Docker tells the IPv4 addresses alone. One address of somebody else is enough: connections go to any of them.
  const strangers = addresses.filter((each) => ![...own, ...known].includes(each) && !each.includes(':'))
  if (place?.ip == null || strangers.length === 0) return fine(`from inside LiteLLM's container: ${names}`)
  const who = strangers.length === addresses.length ? 'which is' : `of which ${strangers.join(', ')} is`
  return fault(
    `${names}, ${who} not ${proxy.name} (${place.ip} on ${network})`,
    leadBack(litellm, proxy, host, network),
  )
}

/**
 * What a request from where LiteLLM stands came to, to an origin at which the proxy should be. `known`: addresses of others
 * that have its name, and are told of elsewhere.
 */
export function judgeInside(
  inside: Inside | Unavailable,
  pair: Pair,
  network: string,
  origin: string,
  known: readonly string[],
): Found {
  const { proxy } = pair
  if (isUnavailable(inside))
    return fine(`nothing could be asked from inside LiteLLM's container: ${inside.unavailable}`)
  const { hostname } = new URL(origin)
  if (inside.addresses.length === 0)
    return fault(
      `inside LiteLLM's container the host ${hostname} is unknown`,
      isElsewhere(proxy, hostname) ? null : hintOf(renameIt(proxy, hostname, network)),
    )
  const name = resolved(pair, network, inside, hostname, known)
  const url = `${origin}/status`
  return inside.status === null
    ? found(name, unanswered(proxy, inside, url, known.length > 0))
    : found(name, fine(`from there ${url} answers HTTP ${inside.status}`))
}
