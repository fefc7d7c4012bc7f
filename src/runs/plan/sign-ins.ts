import { isSignedInto } from '../../core/record/oauth.ts'
import type { Reading } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'

/** How many people a new URL would sign out of a server; `null` where it signs nobody out, or nobody can tell. */
export async function signInsAtStake(gateway: Gateway, reading: Reading): Promise<number | null> {
  if (!gateway.era.wipesOAuth || reading.kind !== 'record' || reading.source === 'config') return null
  return isSignedInto(reading.record) ? gateway.signIns(reading.record.server_id) : null
}
