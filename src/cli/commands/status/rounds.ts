import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, journalFor } from '../../context.ts'
import { rulesFor } from '../../options/rule.ts'
import type { StatusOptions } from '../status.ts'
import { Connection } from '../../connect/connection.ts'
import { gatewayUrl } from '../../connect/session.ts'
import { again } from '../again.ts'

const HEAD_START_MS = 300

/**
 * `status`: what is where now, and with --diagram a picture of it. Reads only. Returns the exit code: 1 where the gateway
 * could not be asked, or where there is nothing to draw. With --watch it goes on until Ctrl-C, or until nobody
 * reads it any more.
 */
export async function status(options: StatusOptions, context: Context): Promise<number> {
  const rules = await rulesFor(options)
  const journal = journalFor(options, context)
  const url = await gatewayUrl(options, context, null)
  const connection = new Connection(options, url, context)
  context.signals.finish()
  return again(options.watch, context, async () => {
    const opening = connection.open().then(
      (gateway) => ({ gateway }),
      (failure: unknown) => ({ failure }),
    )
    // What looks and shows is loaded when the first question is out, and does not wait for a slow answer to it.
    await Promise.race([opening, sleep(HEAD_START_MS)])
    const { statusRound } = await import('./round.ts')
    const subject = { url, ruleSet: await rules(), journal, options, context, connection }
    return statusRound(subject, opening)
  })
}
