import { isSameGateway } from '../../core/rule/gateway-key.ts'
import { normaliseGatewayUrl } from '../../gateway/connect/gateway-url.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Context, Invoked } from '../context.ts'
import type { ConnectionOptions } from '../options/groups.ts'
import { acquireLock, lockPlace } from '../../journal/lock.ts'
import { namesLeadingHere } from '../../machine/own-names.ts'
import { warningLines } from '../render/layout.ts'
import { Connection } from './connection.ts'

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
export function openGateway(options: ConnectionOptions, url: string, context: Context): Promise<Gateway> {
  return new Connection(options, url, context).open()
}

/** Does something while no other run of this machine touches the gateway. A dry run writes nothing and needs no lock. */
export async function underLock<T>(
  url: string,
  { options: { dryRun, revert }, context: { terminal, look, env } }: Invoked,
  act: () => Promise<T>,
): Promise<T> {
  if (dryRun) return act()
  const doing = revert === undefined ? 'migrating' : 'taking back a run'
  const tell = (text: string): void => terminal.warn(look.paint('yellow', warningLines(text, look.width)))
  const lock = await acquireLock(url, doing, { place: lockPlace(env), tell })
  try {
    return await act()
  } finally {
    lock.release()
  }
}

/** Do two addresses share a lock? */
export const isUnderSameLock = (a: string, b: string): boolean => isSameGateway(a, b, namesLeadingHere())

/**
 * Does something to a run that was made through `url`, under the lock of the address `here` already: nobody may be at work on
 * that run there either.
 */
export function underLockOf<T>(
  { url, here }: { url: string; here: string },
  invoked: Invoked,
  act: () => Promise<T>,
): Promise<T> {
  return isUnderSameLock(url, here) ? act() : underLock(url, invoked, act)
}
