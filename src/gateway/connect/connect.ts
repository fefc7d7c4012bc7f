import type { Endpoint } from '../http/http.ts'
import { type ExtraHeaders, secretsIn } from '../http/extra-headers.ts'
import { identifyGateway } from './identify.ts'
import { Redactor } from '../../core/show/secrets/redactor.ts'
import { Gate } from '../http/pace.ts'
import type { Gateway } from '../port.ts'
import type { Session } from './signin.ts'

/**
 * What somebody signs in with. `source` says where it came from, for the screen. `session` is kept here as soon as the
 * password has opened one: whoever connects with the same credentials again signs in once.
 */
export type Credentials =
  | { kind: 'key'; key: string; source: string }
  | { kind: 'password'; username: string; password: string; source: string; session: Session | null }

/** Where to connect. `keyHeader` is `null` when nobody named one. */
export interface Target {
  url: string
  keyHeader: string | null
  timeoutSeconds: number
  /** For what stands before the gateway; none where absent. */
  headers?: ExtraHeaders
  /** Learns what is sent to sign in, and what of the records nobody may see; where absent, one for this target alone. */
  redactor?: Redactor
}

/** The header for the key, where a gateway has no other. */
export const USUAL_HEADER = 'authorization'

const anonymousEndpoint = (target: Target): Endpoint => ({
  url: target.url,
  key: null,
  keyHeader: target.keyHeader ?? USUAL_HEADER,
  timeoutSeconds: target.timeoutSeconds,
  headers: target.headers ?? {},
  trouble: { since: null },
  gate: new Gate(),
  redactor: (target.redactor ?? new Redactor()).learn(...secretsIn(target.headers ?? {})),
})

/**
 * Connects: proves that the gateway is LiteLLM, and learns whether it has a database, before the credentials are asked for
 * or sent, then that they are a full admin's whose list of servers is whole, and learns the release. Reads only. Throws
 * a `MigrateError` that names what is wrong and what to do.
 */
export async function connect(target: Target, ask: () => Promise<Credentials>): Promise<Gateway> {
  const anonymous = anonymousEndpoint(target)
  const identified = await identifyGateway(anonymous)
  const credentials = await ask()
  const { enter } = await import('./enter.ts')
  return enter(anonymous, { target, credentials, identified })
}

/** A way to a gateway's API under any key, or none: for looking at what that key may do. */
export function endpointWith(target: Target, key: string | null): Endpoint {
  return { ...anonymousEndpoint(target), key }
}
