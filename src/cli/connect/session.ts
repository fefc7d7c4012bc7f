import type { MigrateError } from '../../core/errors.ts'
import { isSameGateway, leadsHere } from '../../core/rule/gateway-key.ts'
import { shellQuoted } from '../../core/show/shell.ts'
import { normaliseGatewayUrl } from '../../gateway/connect/gateway-url.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Context, Invoked } from '../context.ts'
import type { ConnectionOptions } from '../options/groups.ts'
import { usage } from '../options/usage.ts'
import { acquireLock, lockPlace } from '../../journal/lock.ts'
import { namesLeadingHere, ownNames } from '../../machine/own-names.ts'
import { warningLines } from '../render/layout.ts'
import { Connection } from './connection.ts'

const DEFAULT_URL = 'http://localhost:4000'

/** Whoever wrote the journal would be sent the key. */
const onlyInJournal = (url: string): MigrateError =>
  usage(
    `The run was made through ${url}, and nothing but its journal says so: the key is not sent there`,
    `If that is right, add --url ${shellQuoted(url)}`,
  )

/**
 * The gateway that was named: --url, else LITELLM_PROXY_URL; else `madeAt`, that of the run which is to be taken back, where
 * it is on this machine; else asked for, or the default. Throws `usage` where the run was made elsewhere, and nobody is asked.
 */
export async function gatewayUrl(
  options: ConnectionOptions & { yes?: boolean },
  { env, terminal }: Context,
  madeAt: string | null,
): Promise<string> {
  const variable = env['LITELLM_PROXY_URL']
  // An empty --url is a script's unset variable, not a wish for the default.
  if (options.url !== undefined) return normaliseGatewayUrl(options.url)
  if (variable) return normaliseGatewayUrl(variable, 'LITELLM_PROXY_URL')
  if (madeAt !== null && leadsHere(madeAt, ownNames())) return normaliseGatewayUrl(madeAt)
  if (terminal.interactive && !options.yes)
    return normaliseGatewayUrl(await terminal.askText('LiteLLM gateway', madeAt ?? DEFAULT_URL), 'The URL')
  if (madeAt !== null) throw onlyInJournal(madeAt)
  return DEFAULT_URL
}

/** Connects and signs in, and says with what. Reads only. */
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
  const tell = (text: string): void => terminal.warn(look.paint('yellow', warningLines(text, look)))
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
