import { MigrateError } from '../core/errors.ts'
import { proveAdmin } from './account.ts'
import { type ExtraHeaders, secretsIn } from './headers.ts'
import type { Endpoint } from './http.ts'
import { identifyGateway, readVersion } from './identify.ts'
import { requireWholeList } from './limits.ts'
import { LiteLlmGateway } from './litellm.ts'
import { masterKeyTitle, proveWithoutDatabase, requireKey, requireOpenAdmin } from './master-key.ts'
import type { Gateway } from './port.ts'
import { type Session, signIn } from './signin.ts'
import { WithoutDatabase } from './without-database.ts'

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
}

const USUAL_HEADER = 'authorization'

const anonymousEndpoint = (target: Target): Endpoint => ({
  url: target.url,
  key: null,
  keyHeader: target.keyHeader ?? USUAL_HEADER,
  timeoutSeconds: target.timeoutSeconds,
  headers: target.headers ?? {},
  trouble: { since: null },
  secrets: secretsIn(target.headers ?? {}),
})

async function authenticate(
  anonymous: Endpoint,
  target: Target,
  credentials: Credentials,
): Promise<Endpoint> {
  if (credentials.kind === 'key') return { ...anonymous, key: credentials.key }
  const session = (credentials.session ??= await signIn(
    anonymous,
    credentials.username,
    credentials.password,
  ))
  const keyHeader = target.keyHeader ?? session.keyHeader ?? USUAL_HEADER
  if (anonymous.headers[keyHeader.toLowerCase()] !== undefined)
    throw new MigrateError(
      'usage',
      `This gateway takes its key from the header ${keyHeader}, which --header has for something else`,
      'Name the header for the key with --key-header.',
    )
  return { ...anonymous, key: session.key, keyHeader }
}

/**
 * Connects: proves that the gateway is LiteLLM, and learns whether it has a database, before the credentials are asked for
 * or sent, then that they are a full admin's whose list of servers is whole, and learns the release. Reads only. Throws
 * a `MigrateError` that names what is wrong and what to do.
 */
export async function connect(target: Target, ask: () => Promise<Credentials>): Promise<Gateway> {
  const anonymous = anonymousEndpoint(target)
  const { version: openVersion, database } = await identifyGateway(anonymous)
  const credentials = await ask()
  if (!database) requireKey(credentials, target.url)
  const endpoint = await authenticate(anonymous, target, credentials)
  await requireOpenAdmin(endpoint)
  if (!database) {
    await proveWithoutDatabase(endpoint)
    const version = openVersion ?? (await readVersion(endpoint))
    const identity = { url: target.url, version, account: masterKeyTitle(version), database }
    return new WithoutDatabase(new LiteLlmGateway(endpoint, identity))
  }
  const proved = await proveAdmin(endpoint, credentials.kind === 'key' ? 'key' : 'session')
  const account = credentials.kind === 'password' ? `user ${credentials.username}` : proved.title
  const version = openVersion ?? (await readVersion(endpoint))
  requireWholeList(proved, version, credentials.kind)
  return new LiteLlmGateway(endpoint, { url: target.url, version, account })
}

/** A way to a gateway's API under any key, or none: for looking at what that key may do. */
export function endpointWith(target: Target, key: string | null): Endpoint {
  return { ...anonymousEndpoint(target), key }
}
