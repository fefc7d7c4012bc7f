import { isNested } from '../../../core/config/nested/pointer.ts'
import { isPlain } from '../../../core/plan/back/options.ts'
import { serversIn } from '../../../core/plan/change.ts'
import { awaitingChanges, type Plan, restartFor } from '../../../core/plan/plan.ts'
import { eraOf } from '../../../core/record/eras.ts'
import { count } from '../../../core/show/text.ts'
import { type Look, wrap } from '../layout.ts'
import { wordsFor } from '../words.ts'
import { type Footnotes, refsText } from './footnotes.ts'

/** How many wait for somebody's consent, and how many do not. */
function waitingText(all: number, waiting: number): string {
  if (all === waiting) return all === 1 ? ', which waits for your consent' : ': all wait for your consent'
  return `: ${all - waiting} now, ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for your consent`
}

/** What is the same of all of them: that nothing else changes, and that no change is for good. */
function commonText({ changes, reverts, summary }: Plan): string {
  const isOne = summary.changes === 1
  const isForGood = changes.some(({ effects }) => effects.some(({ reversible }) => !reversible))
  const isMoved = changes.map(({ edits }) => edits.some(({ field }) => field === 'transport'))
  const fields = isMoved.every(Boolean)
    ? 'url and transport'
    : isMoved.some(Boolean)
      ? 'url, some in transport,'
      : 'url'
  const isAlone = !isForGood && changes.every((change) => isPlain(change) && change.edits.length > 0)
  return [
    isAlone ? `, ${isOne ? '' : 'each '}in ${fields} alone` : '',
    isForGood || reverts !== null ? '' : `; ${isOne ? 'it' : 'all'} can be taken back`,
  ].join('')
}

/** What becomes of the others, in numbers that add up; empty where there are none. */
function othersText(plan: Plan): string {
  const { summary } = plan
  const parts = [
    [summary.moved, wordsFor(plan).already],
    [summary.unchanged - summary.moved, 'not concerned'],
    [summary.skipped, 'left alone'],
    [summary.excluded, 'not selected'],
  ] as const
  return parts
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ')
}

/** The plan in one line of numbers, which add up to all of its servers. */
export function renderCounts(plan: Plan, look: Look): string {
  const { changes, servers } = plan.summary
  const others = othersText(plan)
  if (changes === 0)
    return wrap(`${count(servers, 'server')}${others === '' ? '' : `: ${others}`}.`, look.width)
  const waiting = serversIn(awaitingChanges(plan))
  const how = waiting > 0 ? waitingText(changes, waiting) : commonText(plan)
  const text = `${changes} ${wordsFor(plan).todo}${how}.${others === '' ? '' : ` Others: ${others}.`}`
  return look.paint('bold', wrap(text, look.width))
}

/** That something is lost for good, and where that is said. */
export function renderLosses({ all }: Footnotes, look: Look): string[] {
  const lost = all.flatMap((each, i) => (each.isForGood ? [{ ...each, number: i + 1 }] : []))
  if (lost.length === 0) return []
  const n = serversIn(lost.flatMap(({ changes }) => changes))
  const text = `! ${count(n, 'server loses', 'servers lose')} something that cannot be put back, see ${refsText(lost.map(({ number }) => number))}.`
  return [look.paint(['yellow', 'bold'], wrap(text, look.width, '  '))]
}

const RESTARTS = {
  no: '',
  possible:
    'Restart LiteLLM afterwards, to be sure: some releases of this range use a URL that was written only after a restart.',
  required:
    'Restart LiteLLM afterwards, all its workers: this release uses a URL that was written only after a restart.',
} as const

/** That LiteLLM has to be restarted for it, where it has. */
export function renderRestart({ changes, gateway }: Plan, look: Look): string[] {
  const { era } = eraOf(gateway.version)
  const files = changes.flatMap(({ file }) => file?.path ?? [])
  const first = files.some(isNested)
    ? 'Afterwards apply the file where it is used, and restart LiteLLM'
    : 'Restart LiteLLM afterwards'
  const text =
    files.length > 0
      ? `${first}, all its workers and replicas: it reads its files when it starts.`
      : RESTARTS[restartFor(changes, era)]
  return text === '' ? [] : [look.paint('yellow', wrap(`! ${text}`, look.width, '  '))]
}
