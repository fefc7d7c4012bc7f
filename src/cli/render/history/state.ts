import { serversIn } from '../../../core/plan/change.ts'
import { failuresRecorded, type RecordedRun } from '../../../journal/fold.ts'
import { movedOn, takesBack } from '../../../runs/recover/in-force.ts'
import { wordsFor } from '../words.ts'
import { appliedIn, reversalsOf, summarise } from './document.ts'

/** The runs that took something of this one back and began after it, as all but a forged one did. `all`: oldest first. */
function laterReversals(run: RecordedRun, all: readonly RecordedRun[]): RecordedRun[] {
  return reversalsOf(run, all.slice(all.findIndex(({ id }) => id === run.id) + 1))
}

/** On how many servers a run was taken back, and is so still: what was taken back of its reversals is there again. */
function undoneIn(run: RecordedRun, all: readonly RecordedRun[]): number {
  const standing = laterReversals(run, all).map((each) => appliedIn(each) - undoneIn(each, all))
  return Math.min(
    appliedIn(run),
    standing.reduce((sum, n) => sum + n, 0),
  )
}

/**
 * What is said of a run by what it does in the end, as the revert of a revert changes the servers again: of its servers, and of
 * the run while that stands, once it was undone, and when it stands again.
 */
const WORDS = {
  migration: { done: 'changed', stands: 'in force', undone: 'taken back', again: 'in force again' },
  revert: { done: 'taken back', stands: '', undone: 'changed again', again: 'in force again' },
  again: { done: 'changed again', stands: 'in force', undone: 'taken back', again: 'in force again' },
} as const

function wordsOf(run: RecordedRun, all: readonly RecordedRun[]): (typeof WORDS)[keyof typeof WORDS] {
  if (run.started.reverts === null) return WORDS.migration
  return takesBack(run, all) ? WORDS.revert : WORDS.again
}

/** Whether what a run changed is in force, as the journal knows it; empty where it changed nothing. */
function standing(run: RecordedRun, all: readonly RecordedRun[]): string {
  const applied = appliedIn(run)
  const words = wordsOf(run, all)
  const undone = undoneIn(run, all)
  if (undone > 0) return `${undone < applied ? `${undone} ` : ''}${words.undone}`
  const stands =
    laterReversals(run, all).length > 0
      ? words.again
      : applied > 0 && run.finishedAt !== null
        ? words.stands
        : ''
  const moved = movedOn(run, all)
  if (stands === '' || moved === 0) return stands
  return moved < applied
    ? `${stands}, ${moved} of them changed since by later runs`
    : 'changed since by later runs'
}

/** The runs that it took back, and that took it back: `takes back RUN, taken back by RUN`; empty where there is none. */
export function relationsOf(run: RecordedRun, all: readonly RecordedRun[]): string {
  const taken = run.started.reverts === null ? [] : [`takes back ${run.started.reverts}`]
  const by = reversalsOf(run, all).map(({ id }) => id)
  return [...taken, ...(by.length === 0 ? [] : [`taken back by ${by.join(' and ')}`])].join(', ')
}

const ended = ({ finishedAt, halted }: RecordedRun): string[] => {
  if (finishedAt === null) return ['DID NOT END, or is still running']
  return halted === null ? [] : [`stopped (${halted})`]
}

/** A run in numbers, how it ended, and what of it is in force: `2 of 2 changed, in force`. `all`: the whole journal, oldest first. */
export function stateOf(run: RecordedRun, all: readonly RecordedRun[]): string {
  const { applied, unknown, drifted, reverted } = summarise(run.changes)
  const { done, undone } = wordsFor(run.started)
  const { refused, inFiles } = failuresRecorded(run.changes)
  const servers = serversIn(run.changes.map(({ change }) => change))
  const others: readonly [n: number, word: string][] = [
    [reverted, `${done} and ${undone}`],
    [unknown, 'unknown'],
    [drifted, 'drifted'],
    [refused, 'refused'],
    [inFiles, 'failed'],
  ]
  return [
    `${applied} of ${servers} ${wordsOf(run, all).done}`,
    ...others.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`),
    ...ended(run),
    standing(run, all),
  ]
    .filter((text) => text !== '')
    .join(', ')
}
