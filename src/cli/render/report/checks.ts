import { brokenChanges, isForeseen, type RunReport } from '../../../core/run/report.ts'
import { type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { renderMending } from '../plan/reach.ts'

/**
 * How the servers of a run were found after it, in numbers, and what mends those that do not work: of a revert those that
 * worked beforehand, as the old address is often dead. Empty where nobody looked, and `quiet` where nothing is to be mended.
 */
export function renderChecks(report: RunReport, look: Look, quiet: boolean): string[] {
  const checked = report.changes.flatMap((change) =>
    change.check ? [{ name: shownName(change.server), tried: change.check, change }] : [],
  )
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
  const toMend = checked.filter(({ change }) => report.reverts === null || !isForeseen(change, report))
  return [isBroken ? look.paint('red', text) : text, ...renderMending(toMend, look)]
}
