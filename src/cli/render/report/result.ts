import { serversIn } from '../../../core/plan/change.ts'
import { type AppliedChange, failures, isWithheld, mayHaveWritten, tally } from '../../../core/run/outcome.ts'
import type { RunReport } from '../../../core/run/report.ts'
import { count } from '../../../core/show/text.ts'
import { type RunWords, wordsFor } from '../words.ts'

/** The servers of changes that were not to be written, for this reason. */
const withheld = (changes: readonly AppliedChange[], reason: AppliedChange['reason']): number =>
  serversIn(changes.filter((change) => change.reason === reason))

/** The numbers of a run: how many of all its servers, and of the others only what there is. */
function numbers(changes: readonly AppliedChange[], { done, undone }: RunWords): string {
  const tried = changes.filter((change) => !isWithheld(change))
  const { applied, drifted, unknown, reverted, 'not-applied': untried } = tally(tried)
  const { refused, inFiles } = failures(tried)
  const [waiting, declined] = [withheld(changes, 'awaiting'), withheld(changes, 'declined')]
  const others: readonly [n: number, words: string][] = [
    [reverted, `${done} and ${undone}`],
    [drifted, 'drifted'],
    [refused, 'refused'],
    [inFiles, 'failed'],
    [unknown, 'unknown'],
    [untried, 'not tried'],
    [waiting, waiting === 1 ? 'waits for a consent' : 'wait for a consent'],
    [declined, 'left as you chose'],
  ]
  const parts = others.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`)
  return [`${applied} of ${count(serversIn(changes), 'server')} ${done}`, ...parts].join(', ')
}

/**
 * What a run came to, in one line: `5 of 7 servers changed, 2 left as you chose.` `quiet`: with its id, as nothing else names
 * it then.
 */
export function resultLine(report: RunReport, quiet: boolean): string {
  const { changes, run } = report
  const end = mayHaveWritten(changes) ? '' : ' Nothing was written.'
  if (changes.every(isWithheld)) return end.trim()
  return `${numbers(changes, wordsFor(report))}${quiet && run ? `, run ${run.id}` : ''}.${end}`
}
