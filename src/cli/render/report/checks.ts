import { type AppliedChange } from '../../../core/run/outcome.ts'
import { brokenChanges, isForeseen, type RunReport } from '../../../core/run/report.ts'
import { count, printable } from '../../../core/show/text.ts'
import { type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { renderMending } from '../plan/reach.ts'

/** How a server was found at its address after the run, where that is worth a line. `foreseen`: it was known not to work there. */
export function renderCheck({ check }: AppliedChange, foreseen: boolean, look: Look): string[] {
  if (!check || (check.outcome === 'reached' && !look.verbose)) return []
  const sign = { reached: '✓', 'sign-in': '~', failed: '✗', 'not-tried': '·' }[check.outcome]
  const what = check.outcome === 'failed' ? 'does not work through the gateway: ' : ''
  const known = check.outcome === 'failed' && foreseen ? ' (as was found beforehand)' : ''
  const text = wrap(`    ${sign} ${what}${printable(check.evidence)}${known}`, look.width, '      ')
  const bad: Parameters<Look['paint']>[0] = foreseen ? 'yellow' : ['red', 'bold']
  return [look.paint(check.outcome === 'failed' ? bad : 'dim', text)]
}

/**
 * How the servers of a run were found after it, in numbers, and what mends those that do not work: of a revert those that
 * worked beforehand, as the old address is often dead. Empty where nobody looked.
 */
export function renderChecks(report: RunReport, look: Look): string[] {
  const checked = report.changes.flatMap((change) =>
    change.check ? [{ name: shownName(change.server), tried: change.check, change }] : [],
  )
  if (checked.length === 0) return []
  const of = (outcome: string): number => checked.filter(({ tried }) => tried.outcome === outcome).length
  const untold = of('sign-in') + of('not-tried')
  const parts = [
    `${of('reached')} of ${count(checked.length, 'server')} listed tools`,
    untold > 0 ? `${untold} cannot be tried from here` : '',
    of('failed') > 0 ? `${of('failed')} failed` : '',
  ].filter((text) => text !== '')
  const text = wrap(`Checked through the gateway: ${parts.join(', ')}.`, look.width, '  ')
  const toMend = checked.filter(({ change }) => report.reverts === null || !isForeseen(change, report))
  return [brokenChanges(report).length > 0 ? look.paint('red', text) : text, ...renderMending(toMend, look)]
}
