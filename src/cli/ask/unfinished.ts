import { hostname } from 'node:os'
import type { Resumption } from '../../runs/apply/run.ts'
import type { UnfinishedChoice } from '../../runs/job/ports.ts'
import { leftToDo } from '../../core/plan/completion.ts'
import { wasTakingBack } from '../../runs/recover/recover.ts'
import { serversIn } from '../../core/plan/change.ts'
import { aheadOfClock } from '../../core/run/order.ts'
import { tally } from '../../core/run/outcome.ts'
import { count, printable } from '../../core/show/text.ts'
import type { Context } from '../context.ts'
import { wrap } from '../render/layout.ts'
import { localTime } from '../render/local-time.ts'
import { renderOutcome } from '../render/report/fates.ts'
import { wordsFor } from '../render/words.ts'
import type { Choice } from '../terminal/terminal.ts'

/** What is known of an unfinished run: where it stopped, and what became of each server. */
export function describeUnfinished({ run, settled }: Resumption, { look }: Context): string {
  const { done } = wordsFor(run.started)
  const { user, host, pid, reverts } = run.started
  const { applied, 'not-applied': open } = tally(settled)
  const what = reverts === null ? 'a migration' : `which was taking back ${reverts},`
  const elsewhere = host === hostname() ? '' : ` Make sure that it is not still at work on ${host}.`
  const title = `Run ${run.id} of ${localTime(run.startedAt)}, ${what} by ${user} on ${host} (process ${pid}), did not finish.${elsewhere} The gateway was asked: ${applied} of ${count(serversIn(settled), 'server')} ${done}, ${open} not ${done}.`
  // A server whose URL stands in a file of its own has several changes, most of the time of one fate.
  const fates = new Set(settled.map((change) => renderOutcome(change, { reverts, preflight: {} }, look)))
  const ahead = aheadOfClock(run, new Date().toISOString())
  return [title, ...(ahead === null ? [] : [ahead])]
    .map((text) => wrap(printable(text), look.width))
    .concat([...fates])
    .join('\n')
}

/** Offers to finish it, to take it back, or to leave it; the default leaves it. */
export async function chooseForUnfinished(
  resumption: Resumption,
  { terminal }: Context,
): Promise<UnfinishedChoice> {
  const { run, settled } = resumption
  const { applied } = tally(settled)
  const again = run.started.reverts === null ? '' : ' (what it took back is changed again)'
  const finish: Choice<UnfinishedChoice> = {
    key: 'f',
    name: `finish it: ${count(leftToDo(resumption), 'server')} to go`,
    words: ['finish'],
    value: 'finish',
  }
  const choices: Choice<UnfinishedChoice>[] = [
    { key: 'l', name: 'leave it for now, and do nothing else', words: ['leave'], value: 'leave' },
    ...(wasTakingBack(run) ? [] : [finish]),
    {
      key: 'r',
      name: `take it back: ${count(applied, 'server')}${again}`,
      words: ['revert', 'take it back'],
      value: 'revert',
    },
  ]
  return terminal.choose('What should happen to it?', choices, 'leave')
}
