import { PINNED_ID } from '../../../core/config/read/record.ts'
import { serversIn } from '../../../core/plan/change.ts'
import { aheadOfClock } from '../../../core/run/order.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { count, printable } from '../../../core/show/text.ts'
import { failuresRecorded, type RecordedRun } from '../../../journal/fold.ts'
import { type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { fieldTitle, shownSide } from '../plan/diff.ts'
import { settling } from '../report/ways-to-end.ts'
import { wordsFor } from '../words.ts'
import { renderProblem } from './check.ts'
import { appliedIn, type History, reversalsOf, summarise } from './document.ts'

/** The program's own commands for a gateway, by its URL. */
type OwnFor = (url: string) => CommandMaker

const ended = (run: RecordedRun): string =>
  run.finishedAt === null
    ? ', DID NOT END, or is still running'
    : run.halted
      ? `, stopped (${run.halted})`
      : ''

function renderRun(run: RecordedRun, all: readonly RecordedRun[], look: Look, own: OwnFor): string {
  const { applied, unknown, drifted } = summarise(run.changes)
  const { refused, inFiles } = failuresRecorded(run.changes)
  const numbers = [
    `${applied} of ${serversIn(run.changes.map(({ change }) => change))} ${wordsFor(run.started).done}`,
    unknown > 0 ? `${unknown} unknown` : '',
    drifted > 0 ? `${drifted} drifted` : '',
    refused > 0 ? `${refused} refused` : '',
    inFiles > 0 ? `${inFiles} failed` : '',
  ]
  const back = reversalsOf(run, all).map((each) => `${appliedIn(each)} taken back by ${each.id}`)
  const relation = [run.started.reverts ? `takes back ${run.started.reverts}` : '', ...back]
  const ahead = aheadOfClock(run, new Date().toISOString())
  const { gateway, account, user, host } = run.started
  const place = printable(
    `${gateway.url} (${gateway.version ?? 'release unknown'}, ${account}), by ${user} on ${host}`,
  )
  return [
    `${look.paint('bold', run.id)}  ${numbers.filter(Boolean).join(', ')}${ended(run)}`,
    wrap(`  ${place}`, look.width, '  '),
    ...(ahead === null ? [] : [look.paint('yellow', wrap(`  ! ${ahead}`, look.width, '  '))]),
    ...relation.filter(Boolean).map((text) => `  ${text}`),
    look.paint('dim', `  head ${run.head}`),
    ...settling(run, own(gateway.url), look),
  ].join('\n')
}

/** The runs, newest first, and what could not be read. */
export function renderHistory(
  { runs, problems }: History,
  location: string,
  look: Look,
  own: OwnFor,
): string {
  const heading = `${count(runs.length, 'run')} in ${location}`
  return [
    heading,
    ...runs.toReversed().map((run) => renderRun(run, runs, look, own)),
    ...problems.map((each) => renderProblem(each, look)),
  ].join('\n\n')
}

/** One run in full: each server with the URL before and after, masked, and its outcome. */
export function renderOneRun(run: RecordedRun, all: readonly RecordedRun[], look: Look, own: OwnFor): string {
  const places = run.changes.map(({ change, outcome, error, collateral }) => {
    const edits = change.edits.flatMap((edit) => {
      const [before, after] = [shownSide(edit, edit.before), shownSide(edit, edit.after)]
      const name = edit.field === 'url' || edit.field === PINNED_ID ? '' : `${fieldTitle(edit.field)}: `
      return [
        ...(before === null ? [] : [`  - ${name}${before}`]),
        ...(after === null ? [] : [`  + ${name}${after}`]),
      ]
    })
    const also = collateral.map(
      ({ field, repaired }) =>
        `  ! ${printable(field)} changed with it; ${repaired ? 'put back' : 'not put back'}`,
    )
    const fate = `${shownName(change.server)}: ${outcome}${error ? ` (${printable(error)})` : ''}`
    return { id: change.server.id, fate, lines: [...edits, ...also] }
  })
  // A server whose URL stands in a file of its own has several changes, most of the time of one fate.
  const blocks = new Map<string, string[]>()
  for (const { id, fate, lines } of places)
    blocks.set(`${id} ${fate}`, [...(blocks.get(`${id} ${fate}`) ?? [fate]), ...lines])
  const times = `Started ${run.startedAt}, ${run.finishedAt ? `finished ${run.finishedAt}` : 'never finished'}`
  const shown = [...blocks.values()].map((lines) => lines.join('\n'))
  return [renderRun(run, all, look, own), times, ...shown].join('\n\n')
}
