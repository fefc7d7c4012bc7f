import { PINNED_ID } from '../../../core/config/read/record.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { aimOf } from '../../../core/plan/change.ts'
import { AD_HOC } from '../../../core/rule/ad-hoc.ts'
import { originText, readAddress } from '../../../core/rule/address.ts'
import { aheadOfClock } from '../../../core/run/order.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { mend } from '../../../core/show/remedy.ts'
import { count, printable } from '../../../core/show/text.ts'
import { type RecordedChange, type RecordedRun, wasWritten } from '../../../journal/fold.ts'
import { hintLines, type Look, wrap } from '../layout.ts'
import { localTime } from '../local-time.ts'
import { gatewayTitle, shownName } from '../name.ts'
import { fieldTitle, shownSide } from '../plan/diff.ts'
import { fateWords } from '../report/fates.ts'
import { settling } from '../report/ways-to-end.ts'
import { wordsFor } from '../words.ts'
import { renderProblem } from './check.ts'
import type { History } from './document.ts'
import { relationsOf, stateOf } from './state.ts'

/** What runs are shown with. */
export interface Telling {
  look: Look
  /** All runs of the journal, oldest first: what became of one stands in others. */
  all: readonly RecordedRun[]
  /** The program's own commands for a gateway, by its URL. */
  own: (url: string) => CommandMaker
}

function originIn(url: string | null): string | null {
  const address = url === null ? null : readAddress(url)
  return address?.kind === 'address' ? originText(address) : null
}

/** Where a run moves URLs from and to, each way once. */
function waysOf({ changes }: RecordedRun): string[] {
  const ways = changes.flatMap(({ change }) =>
    aimOf(change).flatMap(({ before, after }) => {
      const [from, to] = [originIn(before), originIn(after)]
      if (from === null || to === null) return []
      return [from === to ? `within ${from}` : `${from} → ${to}`]
    }),
  )
  return [...new Set(ways)]
}

/** What a run does. The ids of its migrations are told where it is more than one origin that becomes another. */
function purposeOf(run: RecordedRun): string {
  const ways = waysOf(run)
  const { reverts, migrations } = run.started
  const [first, ...others] = ways
  const more = others.length === 0 ? '' : `, and ${count(others.length, 'other way', 'other ways')}`
  const way = first === undefined ? '' : `${first}${more}`
  if (reverts !== null) return way
  const ids = migrations.map(({ id }) => id).filter((id) => id !== AD_HOC)
  const isPlain = ways.length === 1 && way.includes(' → ')
  const name = ['migration', ...(isPlain || ids.length === 0 ? [] : [ids.join(', ')])].join(' ')
  return way === '' ? name : `${name}: ${way}`
}

/** A run: when, how many servers, what of it is in force; and below what it was, and whose. `more`: what else is said of that. */
function renderRun(run: RecordedRun, more: string, { look, all, own }: Telling): string {
  const { user, host, gateway } = run.started
  const ahead = aheadOfClock(run, new Date().toISOString())
  const facts = wrap(`${run.id}  ${localTime(run.startedAt)}  ${stateOf(run, all)}`, look.width, '  ')
  const what = purposeOf(run)
  const about = printable(`${what === '' ? '' : `${what}, `}by ${user} on ${host}${more}`)
  const relations = relationsOf(run, all)
  return [
    facts.replace(run.id, () => look.paint(run.finishedAt === null ? ['red', 'bold'] : 'bold', run.id)),
    wrap(`  ${about}`, look.width, '  '),
    ...(relations === '' ? [] : [wrap(`  ${relations}`, look.width, '  ')]),
    ...(ahead === null ? [] : [look.paint('yellow', wrap(`  ! ${ahead}`, look.width, '  '))]),
    ...(look.verbose ? [look.paint('dim', `  head ${run.head}`)] : []),
    ...settling(run, own(gateway.url), look),
  ].join('\n')
}

/** Where the runs of a history are from. */
export interface Listed {
  /** The journal's place. */
  location: string
  /** The gateway that was asked for, `null` for all. */
  url: string | null
  /** How many older runs are left out, and the command that shows them. */
  older: { runs: number; command: string }
}

/** The runs, newest first, and what could not be read. */
export function renderHistory(
  { runs, problems }: History,
  { location, url, older }: Listed,
  telling: Telling,
): string {
  const { look } = telling
  const gateways = new Set(runs.map(({ started }) => started.gateway.url))
  const [one = url] = gateways.size < 2 ? gateways : [null]
  const of = one === null ? '' : ` of ${printable(one)}`
  const heading = `${count(runs.length + older.runs, 'run')}${of} in ${location}`
  const rest = `${count(older.runs, 'older run is', 'older runs are')} not shown. To see all:`
  return [
    wrap(heading, look.width, '  '),
    ...runs
      .toReversed()
      .map((run) => renderRun(run, one === null ? `, on ${run.started.gateway.url}` : '', telling)),
    ...(older.runs === 0 ? [] : [hintLines(mend(rest, older.command), look)]),
    ...problems.map((each) => renderProblem(each, look)),
  ].join('\n\n')
}

/** What became of a change, and of its server besides. */
function fateIn(recorded: RecordedChange, run: RecordedRun): string {
  const { change, outcome, error } = recorded
  const known = { outcome: outcome === 'unsettled' ? ('unknown' as const) : outcome, file: change.file }
  const words = fateWords({ ...known, wrote: wasWritten(recorded) }, wordsFor(run.started))
  return `${shownName(change.server)}: ${words}${error ? ` (${printable(error)})` : ''}`
}

function placesIn({ change, collateral }: RecordedChange): string[] {
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
  return [...edits, ...also]
}

/** One run in full: each server with the URL before and after, masked, and its outcome. */
export function renderOneRun(run: RecordedRun, telling: Telling): string {
  const { gateway, account } = run.started
  const end = run.finishedAt === null ? '' : `, ended ${localTime(run.finishedAt)}`
  const place = `, on ${gatewayTitle(gateway.version, gateway.url)}, ${account}${end}`
  // A server whose URL stands in a file of its own has several changes, most of the time of one fate.
  const servers = groupedBy(run.changes, (each) => [each.change.server.id, fateIn(each, run)])
  const blocks = servers.map((own) =>
    [...own.slice(0, 1).map((each) => fateIn(each, run)), ...own.flatMap(placesIn)].join('\n'),
  )
  return [renderRun(run, place, telling), blocks.join('\n')].join('\n\n')
}
