import { groupedBy } from '../../../core/grouped.ts'
import type { Change } from '../../../core/plan/change.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import type { Proposal } from '../../../runs/job/ports.ts'
import { type Look, wrap } from '../layout.ts'
import { RESTORED, renderBlocks, renderSettings } from './blocks.ts'
import { renderCounts, renderLosses, renderRestart } from './counts.ts'
import { type Footnotes, footnotesOf, renderFootnote } from './footnotes.ts'
import { isCut, renderRows } from './lines/columns.ts'
import { inShort, type ShortChange } from './lines/move.ts'
import { renderLeftBehind, renderRemarks, renderWarnings } from './remarks.ts'
import { renderPurpose } from './proposal.ts'
import { rowsOf, type Telling, tellingOf } from './lines/rows.ts'

/** The file in which some servers are changed; nothing where that is LiteLLM. */
const renderPlace = ([first]: readonly ShortChange[], look: Look): string[] =>
  first === undefined || first.place === ''
    ? []
    : [look.paint('dim', wrap(`  ${first.place}`, look.width, '    '))]

/** Servers whose URLs begin alike, before and after; those that are changed in files below the others. */
function renderGroup(group: readonly ShortChange[], telling: Telling, look: Look): string {
  const [first] = group
  if (!first) return ''
  const { from, to } = first.move
  const places = groupedBy(group, ({ place }) => place).toSorted(
    ([a], [b]) => Number(a?.place !== '') - Number(b?.place !== ''),
  )
  const beneath = ({ changes }: { changes: readonly Change[] }): string[] =>
    changes.flatMap((change) =>
      renderSettings(change, telling.plan, look, { indent: '      ', lead: RESTORED }),
    )
  return [
    look.paint('red', `- ${from}`),
    look.paint('green', `+ ${to}`),
    ...places.flatMap((each) => [
      ...renderPlace(each, look),
      ...renderRows(rowsOf(each, telling), look, beneath),
    ]),
    ...(group.some(({ move }) => isCut(move.rest, look))
      ? [look.paint('dim', wrap('  … cut to fit; --diff shows all of it', look.width, '    '))]
      : []),
  ].join('\n')
}

/** The changes: a line for each server whose URL moves, by where from and where to; what is more than that as a diff. */
function renderChanges(telling: Telling, look: Look, asDiff: boolean): string[] {
  const { plan, footnotes } = telling
  const servers = groupedBy(plan.changes, ({ server }) => server.id)
  const forms = servers.map((own) => ({ own, short: asDiff ? null : inShort(own) }))
  const short = forms.flatMap((each) => each.short ?? [])
  const long = forms.flatMap(({ own, short: form }) => (form === null ? own : []))
  return [
    ...groupedBy(short, ({ move }) => [move.from, move.to]).map((group) => renderGroup(group, telling, look)),
    ...renderBlocks(long, look, plan, footnotes),
  ]
}

/** What a run of this plan brings: numbers, a restart, what is lost. It stands right above the question. */
function renderBrings(plan: Plan, footnotes: Footnotes, look: Look): string {
  return [renderCounts(plan, look), ...renderLosses(footnotes, look), ...renderRestart(plan, look)].join('\n')
}

/** A plan to be looked at: what it is for, its changes, what is left alone, what is to be known, and what it brings. */
export function renderReview(
  proposal: Proposal,
  { own, look, asDiff }: { own: CommandMaker; look: Look; asDiff: boolean },
): string {
  const { plan } = proposal
  const { heading, nothing } = renderPurpose(proposal, own, look)
  const footnotes = footnotesOf(plan)
  const notes = footnotes.all.map((each, i) => renderFootnote(each, i + 1, look))
  return [
    heading.map((line) => wrap(line, look.width, '  ')).join('\n'),
    ...renderChanges(tellingOf(plan, footnotes), look, asDiff),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    ...renderRemarks(plan, look),
    ...(plan.changes.length === 0 ? [nothing] : []),
    renderBrings(plan, footnotes, look),
  ].join('\n\n')
}

/** The same with `--quiet`, where nobody is asked: what is a warning; and of a dry run the numbers. */
export function renderBrief(proposal: Proposal, isDry: boolean, own: CommandMaker, look: Look): string {
  const { plan } = proposal
  const { nothing } = renderPurpose(proposal, own, look)
  return [
    ...renderWarnings(plan, look),
    ...(isDry ? renderLeftBehind(plan.skipped, look) : []),
    ...(isDry && plan.changes.length === 0 ? [nothing] : []),
    ...(isDry && plan.changes.length > 0 ? [renderBrings(plan, footnotesOf(plan), look)] : []),
  ].join('\n')
}
