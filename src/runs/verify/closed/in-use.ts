import { originText, readAddress } from '../../../core/rule/address.ts'
import { verdictOnUrl } from '../../../core/rule/verdict.ts'
import { type ListedServer, titleOf } from '../../../core/record/server.ts'
import { count, printable } from '../../../core/show/text.ts'
import { fault, fine, type Found } from '../check.ts'
import { migrateHint } from '../reachable/left-behind.ts'
import { KNOCK_MS } from '../limits.ts'
import { returnedServers } from '../scene/migrated.ts'
import { bareHost } from './old-origins.ts'
import type { Opener } from './openers.ts'
import type { Scene } from '../scene/scene.ts'

/** A server, and where LiteLLM calls it now. `here`: by a name or address of this machine. */
export interface InUse {
  server: ListedServer
  origin: string
  host: string
  port: number
  here: boolean
  /** Does this machine know nothing of that name, so that it may be this machine to LiteLLM? */
  isUnknown: boolean
}

/** The servers of the gateway that stand at one of these ports now; `null` where it could not be asked. */
export async function usedPlaces(scene: Scene, ports: readonly number[]): Promise<InUse[] | null> {
  const servers = await scene.current()
  if (servers === null) return null
  const places = servers.map(async (server): Promise<InUse[]> => {
    const address = readAddress(server.url ?? '')
    if (address.kind !== 'address' || !ports.includes(address.port)) return []
    const { host, port } = address
    const here = await scene.machine.isSelf(host)
    const isUnknown =
      !here && (await scene.machine.knock(bareHost(host), port, KNOCK_MS)).kind === 'unknown-host'
    return [{ server, origin: originText(address), host: bareHost(host), port, here, isUnknown }]
  })
  return (await Promise.all(places)).flat()
}

/**
 * Servers that may stop working with it: they use the same port, by a name that LiteLLM alone knows, and that is none
 * of the container that accepts connections there.
 */
function perhapsUsersOf({ open, isHere, names }: Opener, used: readonly InUse[]): InUse[] {
  return used.filter(
    ({ host, port, isUnknown }) =>
      isHere && isUnknown && !names.includes(host) && open.some(({ origin }) => origin.port === port),
  )
}

/** The servers that stop to work when whoever accepts connections there stops. */
function usersOf({ open, isHere }: Opener, used: readonly InUse[]): InUse[] {
  return used.filter(({ host, port, here }) =>
    open.some((target) => target.origin.port === port && (target.host === host || (isHere && here))),
  )
}

const namesOf = (users: readonly InUse[]): string =>
  `${count(users.length, 'server')} of the gateway: ${[...new Set(users.map(({ server }) => titleOf(server)))].join(', ')}`

/** What accepts connections there, and may be what the servers use. */
function judgeDoubt(line: string, opener: Opener, perhaps: readonly InUse[]): Found {
  const [first] = perhaps
  if (!first) return fault(line, opener.hint)
  return fault(
    `${line}; it may be in use by ${namesOf(perhaps)}, at ${first.origin}`,
    `This machine does not know the name ${printable(first.host)}, and LiteLLM may know it as this machine. First make sure that the servers do not use what listens there; stop it only then.`,
  )
}

const isMatch = (server: ListedServer, { ruleSet }: Scene): boolean =>
  verdictOnUrl(ruleSet.rules, server.url, server).kind === 'match'

/** Is it to be moved from there: by the rule, or as a run has moved it before and it is back? */
const isLeft = (server: ListedServer, scene: Scene): boolean =>
  isMatch(server, scene) || returnedServers([server], scene.runs, scene.gatewayUrl).length > 0

function migrateFirst(left: readonly InUse[], scene: Scene): string {
  const why = 'Migrate the servers first, and stop nothing before that'
  const matching = left.flatMap(({ server }) => (isMatch(server, scene) ? [server] : []))
  return matching.length > 0 ? migrateHint(matching, scene, why) : `${why}. The check reachable tells how.`
}

/**
 * What to do about an old address that accepts connections, where servers use it now: they are moved before it is closed.
 * Where no rule moves them, they are meant to be there, and it is no old address any more.
 */
export function judgeUse(line: string, opener: Opener, used: readonly InUse[], scene: Scene): Found {
  const [users, perhaps] = [usersOf(opener, used), perhapsUsersOf(opener, used)]
  const [first] = users
  if (!first) return judgeDoubt(line, opener, perhaps)
  const left = users.filter(({ server }) => isLeft(server, scene))
  if (left.length > 0) return fault(`${line}; in use by ${namesOf(left)}`, migrateFirst(left, scene))
  const olds = new Set(opener.open.map(({ origin }) => originText(origin)))
  const elsewhere = users.filter(({ origin }) => !olds.has(origin))
  if (elsewhere.length < users.length)
    return fine(`${line}; it is in use again by ${namesOf(users)}, so it must not be closed`)
  return fault(
    `${line}; it serves ${namesOf(users)}, at ${first.origin}`,
    `Do not stop it: the servers need it at ${first.origin}. Have it listen on ${first.host} alone, and not on the old address.`,
  )
}
