import { connect, type Target } from '../../gateway/connect.ts'
import { normaliseGatewayUrl } from '../../gateway/gateway-url.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Context } from '../context.ts'
import { findCredentials } from '../credentials.ts'
import type { ConnectionOptions } from '../connection-options.ts'
import type { MainOptions } from '../options.ts'
import { wrap } from '../render/layout.ts'
import { acquireLock } from '../../journal/lock.ts'

const DEFAULT_URL = 'http://localhost:4000'

/** The gateway that was named: --url, else LITELLM_PROXY_URL, else `suggestion`, else asked for or the default. */
export async function gatewayUrl(
  options: ConnectionOptions & { yes?: boolean },
  { env, terminal }: Context,
  suggestion: string | null,
): Promise<string> {
  const variable = env['LITELLM_PROXY_URL']
  // An empty --url is a script's unset variable, not a wish for the default.
  if (options.url !== undefined) return normaliseGatewayUrl(options.url)
  if (variable) return normaliseGatewayUrl(variable, 'LITELLM_PROXY_URL')
  if (suggestion !== null) return normaliseGatewayUrl(suggestion)
  if (!terminal.interactive || options.yes) return DEFAULT_URL
  return normaliseGatewayUrl(await terminal.askText('LiteLLM gateway', DEFAULT_URL), 'The URL')
}

/** Connects and signs in, and says as whom and with what. Reads only. */
export async function openGateway(
  options: ConnectionOptions,
  url: string,
  context: Context,
): Promise<Gateway> {
  const { terminal, env, look } = context
  const target: Target = { url, keyHeader: options.keyHeader ?? null, timeoutSeconds: options.timeout }
  // A file that was named is read before the gateway hears of anything; a question waits until it is known to be one.
  const inFile = options.keyFile !== undefined || options.passwordFile !== undefined
  const given = inFile ? await findCredentials(options, env, terminal) : null
  terminal.progress(`Connecting to ${url}`)
  let byPassword = false
  const gateway = await connect(target, async () => {
    const credentials = given ?? (await findCredentials(options, env, terminal))
    byPassword = credentials.kind === 'password'
    terminal.remark(`Signing in to ${url} with ${credentials.source}`)
    terminal.progress(`Connecting to ${url}`)
    return credentials
  })
  terminal.settle()
  if (byPassword) terminal.remark('LiteLLM keeps a session key for this sign-in for 24 hours.')
  const { version, account } = gateway.identity
  terminal.remark(
    wrap(`Connected: LiteLLM ${version ?? '(release unknown)'} at ${url}, ${account}`, look.width),
  )
  return gateway
}

/** Does something while no other run of this machine touches the gateway. A dry run writes nothing and needs no lock. */
export async function underLock<T>(
  url: string,
  { dryRun, revert }: MainOptions,
  act: () => Promise<T>,
): Promise<T> {
  if (dryRun) return act()
  const lock = await acquireLock(url, revert === undefined ? 'migrating' : 'taking back a run')
  try {
    return await act()
  } finally {
    lock.release()
  }
}
