import { shownName } from '../name.ts'
import { renderLeftBehind } from '../plan/plan.ts'
import { exactText } from '../../../core/exact-json.ts'
import { acceptOptions, CONSENTS } from '../../../core/plan/consent.ts'
import { aimOf, serversIn } from '../../../core/plan/change.ts'
import {
  type AppliedChange,
  type CollateralChange,
  type Outcome,
  failures,
  isWithheld,
  tally,
} from '../../../core/run/outcome.ts'
import { type Halt, type RunReport, isForeseen, isStillDamaged } from '../../../core/run/report.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { isAccessField } from '../../../core/record/fields.ts'
import { count, printable } from '../../../core/show/text.ts'
import { fieldTitle, shownAt } from '../plan/diff.ts'
import { renderDrift } from '../plan/drift.ts'
import { hintLines, type Look, wrap } from '../layout.ts'
import { advice } from './advice.ts'
import { renderCheck, renderChecks } from './checks.ts'
import type { Findings } from '../plan/reach.ts'
import { type RunWords, wordsFor } from '../words.ts'

const SIGNS: Record<Outcome, string> = {
  applied: '✔',
  reverted: '↩',
  'not-applied': '·',
  drifted: '≠',
  failed: '✖',
  unknown: '?',
}

const WORDS: Record<Exclude<Outcome, 'applied' | 'reverted'>, string> = {
  'not-applied': 'not tried',
  drifted: 'left alone, it was changed by somebody else',
  failed: 'refused, not written',
  unknown: 'UNKNOWN whether it was written',
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

const value = (shown: unknown): string => {
  if (shown !== null && typeof shown === 'object' && 'sha256' in shown) return '(hidden)'
  return printable(exactText(shown))
}

function renderCollateral(change: CollateralChange, look: Look): string {
  const kind = isAccessField(change.field) ? 'SECURITY: ' : ''
  const end = change.repaired ? 'put back' : 'NOT PUT BACK'
  const text = `    ! ${kind}${printable(change.field)} changed with it: ${value(change.before)} → ${value(change.after)}; ${end}`
  return look.paint(change.repaired && !kind ? 'yellow' : ['red', 'bold'], wrap(text, look.width, '      '))
}

function words({ outcome, wrote, file }: AppliedChange, { done, undone }: RunWords): string {
  if (outcome === 'applied') return done
  if (outcome === 'reverted') return undone
  if (outcome === 'drifted' && wrote) return `${done}, and then changed by somebody else; left as it is`
  if (outcome === 'failed' && file !== null) return 'not written, its file could not be changed'
  return WORDS[outcome]
}

/** One change's fate, with what else happened to the server, as a part of this run. */
export function renderOutcome(change: AppliedChange, run: Findings, look: Look): string {
  const tone = {
    applied: 'green',
    reverted: 'green',
    'not-applied': 'dim',
    drifted: 'yellow',
    failed: 'red',
    unknown: 'red',
  } as const
  const why = change.error ? ` (${change.error})` : ''
  const text = wrap(
    `  ${SIGNS[change.outcome]} ${shownName(change.server)}: ${words(change, wordsFor(run))}${why}`,
    look.width,
    '    ',
  )
  return [
    look.paint(tone[change.outcome], text),
    ...renderCheck(change, isForeseen(change, run), look),
    ...change.collateral.map((each) => renderCollateral(each, look)),
  ].join('\n')
}

/** The numbers of a run in one line: only what there is. */
function renderTally(report: RunReport): string {
  const { done, undone } = wordsFor(report)
  const changes = report.changes.filter((change) => !isWithheld(change))
  const { applied, drifted, unknown, reverted, 'not-applied': untried } = tally(changes)
  const { refused, inFiles } = failures(changes)
  const parts = [
    `${applied} of ${count(serversIn(changes), 'server')} ${done}`,
    reverted > 0 ? `${reverted} ${done} and ${undone}` : '',
    drifted > 0 ? `${drifted} drifted` : '',
    refused > 0 ? `${refused} refused` : '',
    inFiles > 0 ? `${inFiles} failed` : '',
    unknown > 0 ? `${unknown} unknown` : '',
    untried > 0 ? `${untried} not tried` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** What was not to be written, with the names: what waits for a consent, and what the person declined. */
function renderWithheld({ changes }: RunReport, look: Look): string[] {
  const of = (reason: AppliedChange['reason']): AppliedChange[] =>
    changes.filter((change) => change.reason === reason)
  const names = (own: readonly AppliedChange[]): string =>
    [...new Set(own.map(({ server }) => shownName(server)))].join(', ')
  const awaiting = of('awaiting')
  const declined = of('declined')
  const needed = CONSENTS.filter((code) => awaiting.some((each) => each.awaiting.includes(code)))
  const waiting = `${count(serversIn(awaiting), 'server waits', 'servers wait')} for a consent (${acceptOptions(needed).join(' ')}): ${names(awaiting)}`
  return [
    ...(awaiting.length > 0 ? [look.paint('yellow', wrap(waiting, look.width, '  '))] : []),
    ...(declined.length > 0 ? [wrap(`Left as you chose: ${names(declined)}`, look.width, '  ')] : []),
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

/** What became of a change, with what differs where it drifted. */
const renderFate = (change: AppliedChange, run: Findings, look: Look): string =>
  [renderOutcome(change, run, look), ...renderDrift(change.drift, look)].join('\n')

// The plan before it has named server and fields, with `--quiet` too.
const STILL_DAMAGED =
  'Not everything is as it was before that run. Whether the run changed the fields named above, or somebody since, cannot be told from here: look at them on the admin page, and correct there what is wrong.'

/** The end of a run: what happened, why it stopped if it did, and what to do next. The undo line comes after it. */
export function renderReport(report: RunReport, look: Look, own: CommandMaker): string {
  const worth = report.changes.filter(
    (change) =>
      (look.verbose && change.reason === null) ||
      (change.outcome !== 'applied' && !isWithheld(change)) ||
      change.collateral.length > 0 ||
      change.error !== null ||
      change.check?.outcome === 'failed',
  )
  return [
    ...new Set(worth.map((change) => renderFate(change, report, look))),
    ...(report.halted ? [wrap(HALTS[report.halted], look.width)] : []),
    ...(report.trouble ? [look.paint('red', wrap(report.trouble, look.width))] : []),
    ...(report.changes.every(isWithheld) ? [] : [look.paint('bold', `${renderTally(report)}.`)]),
    ...(isStillDamaged(report) ? [look.paint('red', wrap(STILL_DAMAGED, look.width))] : []),
    ...renderChecks(report, look),
    ...renderWithheld(report, look),
    ...renderLeftBehind(report.skipped, look),
    ...renderPropagation(report).map((text) => look.paint('yellow', wrap(text, look.width))),
    ...advice(report, own).map((text) => hintLines(text, look)),
    ...(report.run ? [look.paint('dim', `Run ${report.run.id}`)] : []),
    ...(report.run?.head ? [look.paint('dim', `Journal head ${report.run.head}`)] : []),
  ].join('\n')
}
