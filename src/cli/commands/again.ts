import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'

/**
 * Plays a round; with `seconds`, of --watch, again and again with a pause of that length, until Ctrl-C, or until nobody reads it
 * any more. Returns the exit code of the last one.
 */
export async function again(
  seconds: number | undefined,
  { terminal }: Pick<Context, 'terminal'>,
  round: () => Promise<number>,
): Promise<number> {
  for (;;) {
    const code = await round()
    if (seconds === undefined || !terminal.isHeard) return code
    terminal.progress(`Again in ${seconds} s; Ctrl-C ends`, true)
    await sleep(seconds * 1000)
  }
}
