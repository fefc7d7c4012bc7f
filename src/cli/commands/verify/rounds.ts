import { MigrateError } from '../../../core/errors.ts'
import type { Gateway } from '../../../gateway/port.ts'
import { type Context, journalFor } from '../../context.ts'
import { rulesFor } from '../../options/rule.ts'
import { keysToTry } from './keys.ts'
import type { VerifyOptions } from '../verify.ts'
import { Connection } from '../../connect/connection.ts'
import { gatewayUrl } from '../../connect/session.ts'
import { again } from '../again.ts'

async function openOrFinding(connection: Connection): Promise<Gateway | MigrateError> {
  try {
    return await connection.open()
  } catch (error) {
    if (connection.isFinding(error)) return error
    throw error
  }
}

/**
 * `verify`: proves that the old addresses are closed, the new ones reachable, and open to the right keys only. Returns the
 * exit code: 5 where any check fails. With --watch it goes on until Ctrl-C.
 */
export async function verify(options: VerifyOptions, context: Context): Promise<number> {
  const url = await gatewayUrl(options, context, null)
  const rules = await rulesFor(options)
  const keys = await keysToTry(options, { env: context.env, warn: (text) => context.terminal.warn(text) })
  context.redactor.learn(...keys.map(({ secret }) => secret))
  const connection = new Connection(options, url, context)
  const stage = { url, target: connection.target, keys, journal: journalFor(options, context) }
  if (options.watch !== undefined) context.signals.finish()
  return again(options.watch, context, async () => {
    const gateway = await openOrFinding(connection)
    // What checks and shows is loaded when the first question is out.
    const { verifyRound } = await import('./round.ts')
    return verifyRound({ ...stage, ruleSet: await rules() }, gateway, { options, context })
  })
}
