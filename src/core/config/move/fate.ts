import type { Era } from '../../record/eras.ts'
import { type Edit, type Effect, transportAmong } from '../../plan/change.ts'
import { type Configured, type HeldBy, sharersOf } from './configured.ts'
import { changedServerId, hashedServers } from './server-id.ts'

/** LiteLLM reads its files when it starts. */
export const RESTART: Effect = {
  code: 'restart',
  message: 'takes effect when LiteLLM is restarted',
  reversible: true,
}

/** A server of a config.yaml that is to have another URL. */
export interface Mover {
  configured: Configured
  id: string
  held: HeldBy
  url: string
  next: string
  /** The rules that move the URL. */
  rules: readonly string[]
  /** What else of its entry is to change: other fields, and the transport that goes with the URL. */
  others: readonly Edit[]
}

/** A move of servers that have their URL from one place: together or not at all. */
export interface Move {
  /** In the order in which their ids are pinned. The first of them in the files stands for the place. */
  movers: readonly Mover[]
  era: Era
}

/** A mover, with the id that it is to have after the move, `null` where nobody can tell, and whether a pin keeps it. */
export interface Fated extends Mover {
  nextId: string | null
  pinned: boolean
}

/** The id that LiteLLM will give a server with another URL, `null` where its entry does not make the present one. */
function expectedId({ configured, id, others, url, next }: Mover): string | null {
  const { server, aliases } = configured
  const transport = transportAmong(others)
  const to = { url: next, ...(transport !== null && { transport }) }
  for (const hashed of hashedServers(server, url, aliases)) {
    const found = changedServerId(hashed, id, to)
    if (found !== null) return found
  }
  return null
}

/** Why a server cannot be moved, by its name. */
export interface Hindrance {
  name: string
  reason: string
}

/** What becomes of the id of a server that moves, or why it cannot be moved. */
export function fate(mover: Mover, era: Era): Fated | Hindrance {
  const { configured } = mover
  const { server, path } = configured
  const nextId = expectedId(mover)
  if (nextId === null && era.pinsConfigIds && !('server_id' in server.entry))
    return {
      name: server.name,
      reason: `its entry in ${path} does not make the id that the gateway lists; is this the file that LiteLLM was started with?`,
    }
  return { ...mover, nextId, pinned: era.pinsConfigIds && nextId !== mover.id }
}

/** That a server gets another id, and who holds the present one. `name`: the server, where it is not the one that is changed. */
export function idEffect(name: string | null, id: string, next: string | null, held: HeldBy): Effect {
  const { holders, complete, reason } = held
  const own = name === null ? 'its id' : `the id of ${name}`
  const becomes = next === null ? `${own} changes to one that cannot be predicted` : `${own} becomes ${next}`
  if (holders.length === 0 && complete)
    return { code: 'id-changes', message: `${becomes}; nobody holds ${id}`, reversible: true }
  const who = holders.length > 0 ? holders.join(', ') : 'nobody that was found'
  const search = complete ? '' : ` (not fully searched: ${reason ?? 'it took too long'})`
  return {
    code: 'grants',
    message: `${becomes}, and who holds ${id} loses access until they are granted the new one: ${who}${search}`,
    reversible: true,
  }
}

/** That other servers have their URL from the same place, too, and move with the one that stands for it. */
export function sharing(first: Mover): Effect[] {
  const isVariable = first.configured.variable !== null
  const others = sharersOf(first.configured).filter((name) => name !== first.configured.server.name)
  if (others.length === 0) return []
  const names = others.join(', ')
  const from = isVariable ? 'from this variable' : 'from this place of the file'
  const message = `${names} ${others.length === 1 ? 'has its URL' : 'have their URL'} ${from}, too`
  return [{ code: isVariable ? 'shared-variable' : 'shared-url', message, reversible: true }]
}

/** What becomes of the ids of several servers that move together, on a release that lets none be pinned. */
export function idEffects(first: Fated, all: readonly Fated[], era: Era): Effect[] {
  if (era.pinsConfigIds) return []
  return [first, ...all.filter((each) => each !== first)].flatMap((each) => {
    const { configured, id, nextId, held } = each
    return nextId === id ? [] : [idEffect(each === first ? null : configured.server.name, id, nextId, held)]
  })
}
