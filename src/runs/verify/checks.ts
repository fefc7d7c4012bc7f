import { MigrateError } from '../../core/errors.ts'
import { CHECK_IDS, type CheckId } from '../../core/verify/check.ts'
import { chat } from './keys/chat.ts'
import type { Check } from './check.ts'
import { closed } from './closed/closed.ts'
import { gateway } from './keys/gateway.ts'
import { keys } from './keys/keys.ts'
import { networks } from './reachable/networks.ts'
import { published } from './closed/published.ts'
import { reachable } from './reachable/reachable.ts'
import type { Scene } from './scene/scene.ts'
import { sameServers } from './reachable/same-servers.ts'

const BY_ID: Record<CheckId, Check> = {
  closed,
  published,
  networks,
  reachable,
  'same-servers': sameServers,
  keys,
  chat,
  gateway,
}

/**
 * The checks of these ids, all where there are none, in the order in which they are told. Where the gateway cannot be
 * asked, that is told whichever are chosen.
 */
export function chosenChecks(ids: readonly string[], { gateway: opened }: Pick<Scene, 'gateway'>): Check[] {
  const all = CHECK_IDS.map((id) => BY_ID[id])
  const chosen = all.filter(({ id }) => ids.length === 0 || ids.includes(id))
  const isTold = !(opened instanceof MigrateError) || chosen.includes(gateway)
  return isTold ? chosen : [...chosen, gateway]
}
