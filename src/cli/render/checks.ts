import type { AppliedChange, RunReport } from '../../core/report.ts'
import { count, printable } from '../../core/text.ts'
import { type Look, wrap } from './layout.ts'
import { shownName } from './name.ts'
import { renderMending } from './tried.ts'

/** How a moved server was found at its new address, where that is worth a line. */
export function renderCheck({ check }: AppliedChange, look: Look): string[] {
  if (!check || (check.outcome === 'reached' && !look.verbose)) return []
  const sign = { reached: '✓', 'sign-in': '~', failed: '✗', 'not-tried': '·' }[check.outcome]
  const what = check.outcome === 'failed' ? 'does not work through the gateway: ' : ''
  const text = wrap(`    ${sign} ${what}${printable(check.evidence)}`, look.width, '      ')
  return [look.paint(check.outcome === 'failed' ? ['red', 'bold'] : 'dim', text)]
}

/** How the moved servers were found, in numbers, and what mends those that do not work. Empty where nobody looked. */
export function renderChecks({ changes }: RunReport, look: Look): string[] {
  const checked = changes.flatMap(({ server, check }) =>
    check ? [{ name: shownName(server), tried: check }] : [],
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
  return [of('failed') > 0 ? look.paint('red', text) : text, ...renderMending(checked, look)]
}
