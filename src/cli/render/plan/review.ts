import { groupedBy } from '../../../core/grouped.ts'
import type { Change } from '../../../core/plan/change.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import type { Proposal } from '../../../runs/job/ports.ts'
import { type Look, wrap } from '../layout.ts'
import { madeBy } from '../rules.ts'
import { RESTORED, renderBlocks, renderMaker, renderSettings } from './blocks.ts'
import { renderCounts, renderLosses, renderRestart } from './counts.ts'
import { type Footnotes, footnotesOf, renderFootnote } from './footnotes.ts'
import { isCut, renderRows } from './lines/columns.ts'
import { inShort, type Move, pathText, type ShortChange } from './lines/move.ts'
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
  const { move, transport } = first
  const places = groupedBy(group, ({ place }) => place).toSorted(
    ([a], [b]) => Number(a?.place !== '') - Number(b?.place !== ''),
  )
  const beneath = ({ changes }: { changes: readonly Change[] }): string[] =>
    changes.flatMap((change) =>
      renderSettings(change, telling.plan, look, { indent: '      ', lead: RESTORED }),
    )
  return [
    ...(move.from === move.to
      ? [`  ${move.to}`]
      : [
          ...(move.from === '' ? [] : [look.paint('red', `- ${move.from}`)]),
          ...(move.to === '' ? [] : [look.paint('green', `+ ${move.to}`)]),
        ]),
    ...(transport === '' ? [] : [`  transport: ${transport}`]),
    ...renderMaker(first.change, telling.plan, look),
    ...places.flatMap((each) => [
      ...renderPlace(each, look),
      ...renderRows(rowsOf(each, telling), look, beneath),
    ]),
    ...(group.some(({ move }) => isCut(pathText(move), look))
      ? [look.paint('dim', wrap('  … cut to fit; --diff shows all of it', look.width, '    '))]
      : []),
  ].join('\n')
}

/** A move with one of its ends told in the line of the server, and not above it. */
const MOVED_INTO_LINE: Record<'from' | 'to', (move: Move) => Move> = {
  from: (move) => ({ ...move, from: '', rest: move.from + move.rest }),
  to: (move) => ({ ...move, to: '', next: move.to + move.next }),
}

/** Servers that are alone in their groups, and have one end in common, as one group. `side`: the other end. */
function gathered(groups: readonly ShortChange[][], side: 'from' | 'to', plan: Plan): ShortChange[][] {
  const loners = groups
    .filter(([{ move } = {}, ...more]) => more.length === 0 && move?.from !== move?.to)
    .flat()
  const lines = loners.map((each) => ({ ...each, move: MOVED_INTO_LINE[side](each.move) }))
  const alike = groupedBy(lines, ({ move, transport, change, place }) => [
    move.from,
    move.to,
    transport,
    place,
    madeBy(change.edits, plan),
  ]).filter((own) => own.length > 1)
  const isGathered = new Set(alike.flat().map(({ change }) => change))
  return [...alike, ...groups.filter(([first]) => !first || !isGathered.has(first.change))]
}

/** Changes by where from and where to; of many places to one, or back, by that one. */
function groupsOf(short: readonly ShortChange[], plan: Plan): ShortChange[][] {
  const plain = groupedBy(short, ({ move, transport, change }) => [
    move.from,
    move.to,
    transport,
    madeBy(change.edits, plan),
  ])
  return gathered(gathered(plain, 'from', plan), 'to', plan)
}

/** The changes: a line for each server whose URL moves, by where from and where to; what is more than that as a diff. */
function renderChanges(telling: Telling, look: Look, asDiff: boolean): string[] {
  const { plan, footnotes } = telling
  const servers = groupedBy(plan.changes, ({ server }) => server.id)
  const forms = servers.map((own) => ({ own, short: asDiff ? null : inShort(own) }))
  const short = forms.flatMap((each) => each.short ?? [])
  const long = forms.flatMap(({ own, short: form }) => (form === null ? own : []))
  return [
    ...groupsOf(short, plan).map((group) => renderGroup(group, telling, look)),
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
