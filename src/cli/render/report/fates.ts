import { exactText } from '../../../core/exact-json.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { isAccessField } from '../../../core/record/fields.ts'
import {
  type AppliedChange,
  type CollateralChange,
  isWithheld,
  type Outcome,
} from '../../../core/run/outcome.ts'
import { brokenChanges, isForeseen, type RunReport } from '../../../core/run/report.ts'
import { printable } from '../../../core/show/text.ts'
import { hintLines, type Look, wrap } from '../layout.ts'
import { namesOf } from '../name.ts'
import { renderDrift } from '../plan/drift.ts'
import { type Findings, mendings } from '../plan/reach.ts'
import { type RunWords, wordsFor } from '../words.ts'

type Tone = Parameters<Look['paint']>[0]

const SIGNS: Record<Outcome, readonly [sign: string, tone: Tone]> = {
  applied: ['✓', 'green'],
  reverted: ['·', 'green'],
  'not-applied': ['·', 'dim'],
  drifted: ['!', 'yellow'],
  failed: ['✗', 'red'],
  unknown: ['?', 'red'],
}

const WORDS: Record<Exclude<Outcome, 'applied' | 'reverted'>, string> = {
  'not-applied': 'not tried',
  drifted: 'left alone, it was changed by somebody else',
  failed: 'refused, not written',
  unknown: 'UNKNOWN whether it was written',
}

/** What became of a change, in the words of its run. */
export function fateWords(
  { outcome, wrote, file }: Pick<AppliedChange, 'outcome' | 'wrote' | 'file'>,
  { done, undone }: RunWords,
): string {
  if (outcome === 'applied') return done
  if (outcome === 'reverted') return undone
  if (outcome === 'drifted' && wrote) return `${done}, and then changed by somebody else; left as it is`
  if (outcome === 'failed' && file !== null) return 'not written, its file could not be changed'
  return WORDS[outcome]
}

/** What became of a change, as it is said; the same for all that came to the same. */
interface Fate {
  sign: string
  tone: Tone
  text: string
}

/** What the check after the run adds. `foreseen`: the server was known not to work there. */
function checked({ check }: AppliedChange, foreseen: boolean, look: Look): string {
  if (!check || (check.outcome !== 'failed' && !look.verbose)) return ''
  if (check.outcome !== 'failed') return `; ${check.evidence}`
  return `, and does not work through the gateway: ${check.evidence}${foreseen ? ' (as was found beforehand)' : ''}`
}

function fateOf(change: AppliedChange, run: Findings, look: Look): Fate {
  const foreseen = isForeseen(change, run)
  const why = change.error ? ` (${change.error})` : ''
  const text = printable(`${fateWords(change, wordsFor(run))}${why}${checked(change, foreseen, look)}`)
  const [sign, tone] = SIGNS[change.outcome]
  if (change.check?.outcome !== 'failed') return { sign, tone, text }
  return foreseen ? { sign: '!', tone: 'yellow', text } : { sign: '✗', tone: ['red', 'bold'], text }
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

/** What else happened to the server of a change: fields that changed with it, and what differs where it drifted. */
const beside = ({ collateral, drift }: AppliedChange, look: Look): string[] => [
  ...collateral.map((each) => renderCollateral(each, look)),
  ...renderDrift(drift, look),
]

/** The fate of changes that came to the same, in one line with the names of their servers. */
function renderFate(group: readonly AppliedChange[], run: Findings, look: Look): string {
  const [first] = group
  if (!first) return ''
  const { sign, tone, text } = fateOf(first, run, look)
  return look.paint(tone, wrap(`  ${sign} ${namesOf(group, look)}: ${text}`, look.width, '    '))
}

/** One change's fate, with what else changed with it, as a part of this run. */
export function renderOutcome(change: AppliedChange, run: Findings, look: Look): string {
  return [renderFate([change], run, look), ...beside({ ...change, drift: [] }, look)].join('\n')
}

/** The fates of all changes of a run, what several came to alike once, with what else changed with each. */
export function renderOutcomes(changes: readonly AppliedChange[], run: Findings, look: Look): string[] {
  const groups = groupedBy(changes, (change) => [fateOf(change, run, look), change.collateral])
  return groups.map((group) =>
    [
      renderFate(group, run, look),
      ...group.slice(0, 1).flatMap((each) => beside({ ...each, drift: [] }, look)),
    ].join('\n'),
  )
}

const isWorth = (change: AppliedChange, { verbose }: Look): boolean =>
  (verbose && change.reason === null) ||
  (change.outcome !== 'applied' && !isWithheld(change)) ||
  change.collateral.length > 0 ||
  change.error !== null ||
  change.check?.outcome === 'failed'

/** The changes of a run that did not go as they should, or in full every one; what several came to alike is said once. */
export function renderFates(report: RunReport, look: Look): string[] {
  const worth = report.changes.filter((change) => isWorth(change, look))
  const groups = groupedBy(worth, (change) => [
    fateOf(change, report, look),
    beside(change, look),
    look.verbose ? change.server.id : null,
  ])
  return groups.map((group) =>
    [renderFate(group, report, look), ...group.slice(0, 1).flatMap((each) => beside(each, look))].join('\n'),
  )
}

/**
 * How the servers of a run were found after it, in numbers, and what mends those that do not work: of a revert those that
 * worked beforehand, as the old address is often dead. Empty where nobody looked, and `quiet` where nothing is to be mended.
 */
export function renderChecks(report: RunReport, look: Look, quiet: boolean): string[] {
  const checked = report.changes.flatMap((change) => (change.check ? [{ change, tried: change.check }] : []))
  const isBroken = brokenChanges(report).length > 0
  if (checked.length === 0 || (quiet && !isBroken)) return []
  const of = (outcome: string): number => checked.filter(({ tried }) => tried.outcome === outcome).length
  const [untold, failed] = [of('sign-in') + of('not-tried'), of('failed')]
  const parts = [
    `${of('reached')} of ${checked.length} ${checked.length === 1 ? 'lists its' : 'list their'} tools`,
    untold > 0 ? `${untold} cannot be tried from here` : '',
    failed > 0 ? `${failed} ${failed === 1 ? 'does' : 'do'} not work` : '',
  ].filter((text) => text !== '')
  const text = wrap(`Checked through the gateway: ${parts.join(', ')}.`, look.width, '  ')
  const toMend = checked.filter(
    ({ change, tried }) =>
      tried.outcome === 'failed' && (report.reverts === null || !isForeseen(change, report)),
  )
  const hints = mendings(toMend, look).map((hint) => hintLines(hint, look))
  return [isBroken ? look.paint('red', text) : text, ...hints]
}
