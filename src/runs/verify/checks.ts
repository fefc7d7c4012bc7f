import { CHECK_IDS, type CheckId } from '../../core/verify/check-ids.ts'
import { chat } from './keys/chat.ts'
import type { Check } from './check.ts'
import { closed } from './closed/closed.ts'
import { gateway } from './keys/gateway.ts'
import { keys } from './keys/keys.ts'
import { networks } from './reachable/networks.ts'
import { published } from './closed/published.ts'
import { reachable } from './reachable/reachable.ts'
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

/** Every check there is, in the order in which they are told. */
export const CHECKS: readonly Check[] = CHECK_IDS.map((id) => BY_ID[id])
