import { CHECK_IDS, type CheckId } from '../../core/verify/check-ids.ts'
import { chat } from './chat.ts'
import type { Check } from './check.ts'
import { closed } from './closed.ts'
import { gateway } from './gateway.ts'
import { keys } from './keys.ts'
import { networks } from './networks.ts'
import { published } from './published.ts'
import { reachable } from './reachable.ts'
import { sameServers } from './same-servers.ts'

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

/** Every check there is, in the order in which they are told. */
export const CHECKS: readonly Check[] = CHECK_IDS.map((id) => BY_ID[id])
