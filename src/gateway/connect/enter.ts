import { MigrateError } from '../../core/errors.ts'
import { proveAdmin } from './account.ts'
import { type Credentials, type Target, USUAL_HEADER } from './connect.ts'
import type { Endpoint } from '../http/http.ts'
import { type Identified, readVersion } from './identify.ts'
import { requireWholeList } from './limits.ts'
import { LiteLlmGateway } from '../servers/litellm.ts'
import { masterKeyTitle, proveWithoutDatabase, requireKey, requireOpenAdmin } from './master-key.ts'
import type { Gateway } from '../port.ts'
import { signIn } from './signin.ts'
import { WithoutDatabase } from './without-database.ts'

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
      `This gateway takes its key from the header ${keyHeader}, which --header uses for something else`,
      'Name the header for the key with --key-header.',
    )
  return { ...anonymous, key: session.key, keyHeader }
}

/**
 * Signs in to a gateway that is LiteLLM: proves that the credentials are a full admin's whose list of servers is whole, and
 * learns the release. Reads only. Throws a `MigrateError` that names what is wrong and what to do.
 */
export async function enter(
  anonymous: Endpoint,
  { target, credentials, identified }: { target: Target; credentials: Credentials; identified: Identified },
): Promise<Gateway> {
  const { version: openVersion, database } = identified
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
