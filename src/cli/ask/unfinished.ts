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
import { renderOutcomes } from '../render/report/fates.ts'
import { wordsFor } from '../render/words.ts'
import type { Choice } from '../terminal/terminal.ts'

/** What became of its servers, in numbers that add up to all of them. */
function numbersOf({ run, settled }: Resumption): string {
  const { done, undone } = wordsFor(run.started)
  const { applied, 'not-applied': open, drifted, failed, reverted, unknown } = tally(settled)
  const others: readonly [n: number, words: string][] = [
    [open, `not ${done}`],
    [reverted, undone],
    [drifted, 'drifted'],
    [failed, 'failed'],
    [unknown, 'unknown'],
  ]
  const parts = others.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`)
  return [`${applied} of ${count(serversIn(settled), 'server')} ${done}`, ...parts].join(', ')
}

/** What is known of an unfinished run: where it stopped, and what became of its servers, told once of those that are alike. */
export function describeUnfinished(resumption: Resumption, { look }: Pick<Context, 'look'>): string {
  const { run, settled } = resumption
  const { user, host, pid, reverts } = run.started
  const what = reverts === null ? 'a migration' : `which was taking back ${reverts},`
  const elsewhere = host === hostname() ? '' : ` Make sure that it is not still at work on ${host}.`
  const title = `Run ${run.id} of ${localTime(run.startedAt)}, ${what} by ${user} on ${host} (process ${pid}), did not finish.${elsewhere} The gateway was asked: ${numbersOf(resumption)}.`
  const ahead = aheadOfClock(run, new Date().toISOString())
  return [title, ...(ahead === null ? [] : [ahead])]
    .map((text) => wrap(printable(text), look.width))
    .concat(renderOutcomes(settled, { reverts, preflight: {} }, look))
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
