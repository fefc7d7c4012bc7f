import { namesOf, shownName } from '../name.ts'
import { renderLeftBehind } from '../plan/remarks.ts'
import { acceptOptions, CONSENTS } from '../../../core/plan/consent/consent.ts'
import { aimOf, serversIn } from '../../../core/plan/change.ts'
import type { AppliedChange } from '../../../core/run/outcome.ts'
import { type Halt, isStillDamaged, type RunReport } from '../../../core/run/report.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { count } from '../../../core/show/text.ts'
import { fieldTitle, shownAt } from '../plan/diff.ts'
import { hintLines, type Look, wrap } from '../layout.ts'
import { compared, needed, next } from './advice.ts'
import { renderChecks, renderFates } from './fates.ts'
import { resultLine } from './result.ts'
import { wordsFor } from '../words.ts'

/** How a report is given. */
export interface Telling {
  look: Look
  /** Only the result, and what needs a person. */
  quiet: boolean
  /** The commands that it names; `null` where none would be of use, as after a trial. */
  own: CommandMaker | null
  /** The run whose changes are in force again, as the run took back one that had taken it back; else `null`. */
  again: string | null
}

const HALTS: Record<Exclude<Halt, null>, string> = {
  failure: 'The run stopped at the first failure; the rest was not tried.',
  canary: 'The run stopped after its first server; the rest was not tried.',
  unanswered:
    'The run stopped because LiteLLM left its last requests unanswered. The rest was not tried, and nobody looked at the servers afterwards.',
  collateral:
    'The run stopped because another field changed with the URL, or may have, and could not be put back.',
  security: 'The run stopped: a write changed who may reach a server. Look at this before anything else.',
  journal: 'The run stopped because the journal could not be written.',
  internal: 'The run stopped because this program failed. Please report it.',
  SIGINT: 'Stopped by Ctrl-C.',
  SIGTERM: 'Stopped by SIGTERM.',
  SIGHUP: 'Stopped by SIGHUP, as when the terminal is closed.',
}

/** What was not to be written, with the names: what waits for a consent, and what the person declined. */
function renderWithheld({ changes }: RunReport, { look, quiet }: Telling): string[] {
  const of = (reason: AppliedChange['reason']): AppliedChange[] =>
    changes.filter((change) => change.reason === reason)
  const [awaiting, declined] = [of('awaiting'), of('declined')]
  const consents = CONSENTS.filter((code) => awaiting.some((each) => each.awaiting.includes(code)))
  const waiting = `! ${count(serversIn(awaiting), 'server waits', 'servers wait')} for a consent (${acceptOptions(consents).join(' ')}): ${namesOf(awaiting, look)}`
  const left = `${serversIn(declined)} left as you chose: ${namesOf(declined, look)}`
  return [
    ...(awaiting.length > 0 ? [look.paint('yellow', wrap(waiting, look.width, '  '))] : []),
    ...(declined.length > 0 && !quiet ? [wrap(left, look.width, '  ')] : []),
  ]
}

/** What the last answers of the gateway's workers were, where they did not all agree. */
function renderPropagation(report: RunReport): string[] {
  const { propagation, halted } = report
  const { urls, stale, fresh } = wordsFor(report)
  if (!propagation || propagation.agreed || halted) return []
  const { old, silent, answers, seconds, stopped } = propagation
  const found = [
    old > 0 ? `${old} of the last ${count(answers, 'answer')} ${stale}` : '',
    silent > 0 ? `${silent} of the last ${count(answers, 'answer')} unusable` : '',
    old + silent === 0 ? `only ${answers} answers, ${fresh}` : '',
  ].filter((text) => text !== '')
  const end = stopped ? 'Stopped waiting' : `Not all workers of the gateway use ${urls} yet`
  return [
    `${end}: ${found.join(', ')} after ${Math.round(seconds)} s. Everything is written; other workers and replicas take it up when they load the table again (about every 30 s, where store_model_in_db is on), or when they are restarted.`,
  ]
}

/** What was written by a run that the journal has lost: nobody but the reader can take it back. */
export function renderByHand({ changes }: RunReport, look: Look): string {
  const written = changes.filter(({ wrote, outcome }) => wrote && outcome !== 'reverted')
  const lines = written.flatMap((change) =>
    aimOf(change).map(
      ({ field, before }) =>
        `  ${shownName(change.server)}: ${fieldTitle(field)} ${before === null ? '(nothing)' : shownAt(field, before)}`,
    ),
  )
  const why =
    'The journal does not hold this run any more, so --revert cannot take it back. Keep what was there before:'
  return [look.paint(['red', 'bold'], wrap(why, look.width)), ...lines].join('\n')
}

// The plan before it has named server and fields, with `--quiet` too.
const STILL_DAMAGED =
  'Not everything is as it was before that run. Whether the run changed the fields named above, or somebody since, cannot be told from here: look at them on the admin page, and correct there what is wrong.'

/** Which run it was, and the hash that its journal ends with. */
const renderRun = ({ run }: RunReport, look: Look): string[] => [
  ...(run ? [look.paint('dim', `Run ${run.id}`)] : []),
  ...(run?.head ? [look.paint('dim', `Journal head ${run.head}`)] : []),
]

/** What happened to the servers of a run, and how they are found now. */
function renderServers(report: RunReport, telling: Telling): string[] {
  const { look, quiet } = telling
  return [
    ...renderFates(report, look),
    ...(report.halted ? [wrap(HALTS[report.halted], look.width)] : []),
    ...(report.trouble ? [look.paint('red', wrap(report.trouble, look.width))] : []),
    ...renderWithheld(report, telling),
    ...renderLeftBehind(report.skipped, look),
    ...(isStillDamaged(report) ? [look.paint('red', wrap(STILL_DAMAGED, look.width))] : []),
    ...renderChecks(report, look, quiet),
    ...(quiet ? [] : compared(report).map((text) => wrap(text, look.width))),
  ]
}

/** What is to be done, and, unless only what needs a person is to be heard, what is next. */
function renderSteps(report: RunReport, { look, quiet, own, again }: Telling): string[] {
  const redone = again === null ? [] : [`What run ${again} changed is changed again.`]
  const rest = [...redone, ...(own === null ? [] : next(report, own))]
  return [...needed(report, own), ...(quiet ? [] : rest)].map((text) => hintLines(text, look))
}

/**
 * The end of a run: the result, what did not go as it should and why, how the servers are found now, and what to do next. The
 * undo line comes after it.
 */
export function renderReport(report: RunReport, telling: Telling): string {
  const { look, quiet } = telling
  const result = resultLine(report, quiet)
  const parts = [
    [
      ...(result === '' ? [] : [look.paint('bold', wrap(result, look.width))]),
      ...renderServers(report, telling),
      ...renderPropagation(report).map((text) => look.paint('yellow', wrap(text, look.width))),
    ],
    renderSteps(report, telling),
    quiet ? [] : renderRun(report, look),
  ].filter((lines) => lines.length > 0)
  return parts.map((lines) => lines.join('\n')).join(quiet ? '\n' : '\n\n')
}
