import { shownName } from './name.ts'
import { failuresRecorded, type RecordedChange, type RecordedRun, tallyRecorded } from '../../journal/fold.ts'
import type { JournalProblem } from '../../journal/port.ts'
import { PINNED_ID } from '../../core/config/read/record.ts'
import type { CommandMaker } from '../../core/show/own-command.ts'
import { serversIn } from '../../core/plan/change.ts'
import { aheadOfClock } from '../../core/run/order.ts'
import { count, printable } from '../../core/show/text.ts'
import { fieldTitle, shownSide } from './plan/diff.ts'
import { publicChange } from './documents.ts'
import { type Look, problemLines, wrap } from './layout.ts'
import { settling } from './report/ways-to-end.ts'
import { wordsFor } from './words.ts'

/** The program's own commands for a gateway, by its URL. */
type OwnFor = (url: string) => CommandMaker

/** Runs with what was found about each other, and what could not be read. */
export interface History {
  runs: RecordedRun[]
  problems: JournalProblem[]
}

function summarise(changes: readonly RecordedChange[]) {
  const { 'not-applied': notApplied, ...others } = tallyRecorded(changes)
  return { ...others, notApplied }
}

const appliedIn = ({ changes }: RecordedRun): number => tallyRecorded(changes).applied

/** The runs that took something of this one back, oldest first. */
function reversalsOf(run: RecordedRun, runs: readonly RecordedRun[]): RecordedRun[] {
  return runs.filter((each) => each.started.reverts === run.id && appliedIn(each) > 0)
}

function runSummary(run: RecordedRun, runs: readonly RecordedRun[]) {
  const { gateway, reverts, account, user, host } = run.started
  return {
    id: run.id,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    gateway,
    account,
    user,
    host,
    reverts,
    revertedBy: reversalsOf(run, runs).at(-1)?.id ?? null,
    head: run.head,
    torn: run.torn,
    halted: run.halted,
    aheadOfClock: aheadOfClock(run, new Date().toISOString()) !== null,
    summary: summarise(run.changes),
  }
}

/** `mcp-url-migrate/history/1`; with `detailed`, each run's changes too; with `checked`, what that proves. */
export function historyDocument(
  { runs, problems }: History,
  all: readonly RecordedRun[],
  { detailed, checked }: { detailed: boolean; checked: boolean },
) {
  return {
    schema: 'mcp-url-migrate/history/1',
    runs: runs.map((run) => ({
      ...runSummary(run, all),
      ...(detailed
        ? {
            changes: run.changes.map(({ change, outcome, collateral, error }) => ({
              ...publicChange(change, {}),
              outcome,
              collateral,
              error,
            })),
          }
        : {}),
    })),
    problems,
    check: checked ? CHECKED : null,
  }
}

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
    `${look.paint('bold', printable(run.id))}  ${numbers.filter(Boolean).join(', ')}${ended(run)}`,
    wrap(`  ${place}`, look.width, '  '),
    ...(ahead === null ? [] : [look.paint('yellow', wrap(`  ! ${ahead}`, look.width, '  '))]),
    ...relation.filter(Boolean).map((text) => `  ${printable(text)}`),
    look.paint('dim', `  head ${run.head}`),
    ...settling(run, own(gateway.url)),
  ].join('\n')
}

const renderProblem = (problem: JournalProblem, look: Look): string =>
  look.paint('red', problemLines(problem, look.width))

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

function renderChecked(run: RecordedRun, look: Look): string {
  const remarks = [
    run.finishedAt === null ? 'it did not end; --unfinished finish or revert ends it' : '',
    aheadOfClock(run, new Date().toISOString()) === null
      ? ''
      : "it began in the future by this machine's clock",
    run.torn ? 'its last line was torn by a crash and is left out' : '',
  ].filter(Boolean)
  const text = `${printable(run.id)}: intact${remarks.map((remark) => `; ${remark}`).join('')}`
  return `${wrap(text, look.width, '  ')}\n${look.paint('dim', `  head ${run.head}`)}`
}

function troubles(problems: readonly JournalProblem[]): string {
  const unsafe = problems.filter(({ code }) => code === 'journal-unsafe').length
  const damaged = problems.length - unsafe
  return [
    ...(damaged === 0 ? [] : [`${count(damaged, 'file is', 'files are')} damaged`]),
    ...(unsafe === 0 ? [] : [`${count(unsafe, 'place is', 'places are')} not trusted`]),
  ].join(' and ')
}

/** What a check of the journal proves, and what it cannot. */
const CHECKED = {
  proves: 'Intact means whole and in order, up to the head that is shown.',
  cannotProve:
    'It does not mean that this program wrote it: whoever can write to the folder can make such a journal. Compare each head with the one that the run printed at its end.',
}

/** What `--check` found: every line of every file was read, and each has to vouch for itself and the one before. */
export function renderCheck({ runs, problems }: History, location: string, look: Look): string {
  const verdict =
    problems.length === 0
      ? `${count(runs.length, 'run')} checked in ${location}.`
      : `${troubles(problems)} in ${location}; ${count(runs.length, 'run is', 'runs are')} intact.`
  return [
    wrap(verdict, look.width),
    ...runs.map((run) => renderChecked(run, look)),
    ...problems.map((each) => renderProblem(each, look)),
    wrap(CHECKED.proves, look.width),
    wrap(CHECKED.cannotProve, look.width),
  ].join('\n')
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
