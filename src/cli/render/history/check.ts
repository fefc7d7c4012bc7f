import { aheadOfClock } from '../../../core/run/order.ts'
import { count } from '../../../core/show/text.ts'
import type { RecordedRun } from '../../../journal/fold.ts'
import type { JournalProblem } from '../../../journal/port.ts'
import { type Look, problemLines, wrap } from '../layout.ts'
import { CHECKED, type History } from './document.ts'

/** What cannot be read of a journal or is not trusted, and what mends it. */
export const renderProblem = (problem: JournalProblem, look: Look): string =>
  look.paint('red', problemLines(problem, look))

function renderChecked(run: RecordedRun, look: Look): string {
  const remarks = [
    run.finishedAt === null ? 'it did not end; history names the commands that end it' : '',
    aheadOfClock(run, new Date().toISOString()) === null
      ? ''
      : "it began in the future by this machine's clock",
    run.torn ? 'its last line was torn by a crash and is left out' : '',
  ].filter(Boolean)
  const text = `${run.id}: intact${remarks.map((remark) => `; ${remark}`).join('')}`
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
