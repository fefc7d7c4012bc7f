import { redactText } from '../../../core/show/redact.ts'
import { printable, shortened } from '../../../core/show/text.ts'
import type { LogLine } from '../../../docker/port.ts'
import type { ErrorLog } from '../../../runs/status/status.ts'
import { fitted, wrap } from '../layout.ts'
import { localTime } from '../local-time.ts'
import type { StatusLook } from './containers.ts'

const clock = ({ time }: LogLine): string => (time === null ? '' : `${localTime(time)}  `)

const shownError = ({ text, times }: ErrorLog['lines'][number]): string =>
  `${shortened(redactText(text), 200)}${times > 1 ? ` (${times} times)` : ''}`

/** Is there room for some of the errors only? */
const isLimited = ({ onScreen, allErrors }: StatusLook): boolean => onScreen === true && !allErrors

function errorLine(line: ErrorLog['lines'][number], indent: string, look: StatusLook): string {
  const text = `${indent}${clock(line)}${printable(shownError(line))}`
  return isLimited(look) ? fitted(text, look.width) : wrap(text, look.width, `${indent}  `)
}

const about = (container: string, text: string, { width }: StatusLook): string =>
  wrap(`  ${printable(container)}: ${text}`, width, '    ')

/** The last errors of a log below its name, at most `limit`. */
function renderLog({ container, lines, problem }: ErrorLog, limit: number, look: StatusLook): string[] {
  if (problem !== null) return [about(container, printable(problem), look)]
  if (lines.length === 0) return [about(container, 'none in its last 200 lines', look)]
  const shown = lines.slice(-limit)
  const head =
    shown.length === lines.length
      ? wrap(`  ${printable(container)}`, look.width, '    ')
      : about(container, `the last ${shown.length} of ${lines.length}`, look)
  return [head, ...shown.map((line) => errorLine(line, '    ', look))]
}

/** The last error of a log beside its name. */
function lastOf({ container, lines, problem }: ErrorLog, look: StatusLook): string {
  const last = lines.at(-1)
  if (problem !== null || !last) return renderLog({ container, lines, problem }, 1, look).join('\n')
  return errorLine(last, `  ${printable(container)}: `, look)
}

/** How many errors each log holds. */
const tallyOf = (logs: readonly ErrorLog[]): string =>
  logs.map(({ container, lines }) => `${printable(container)} ${lines.length}`).join(', ')

/**
 * The last errors of the logs, a block. On a screen as many as its `rows` hold: where these are few, the last one of each, or
 * how many there are.
 */
export function renderLogs(logs: readonly ErrorLog[], rows: number, look: StatusLook): string[] {
  if (logs.length === 0) return []
  const title = (text: string): string => look.paint('bold', wrap(text, look.width, '  '))
  const failing = logs.filter(({ lines }) => lines.length > 0).length
  const limit = isLimited(look) ? Math.floor((rows - 2 - logs.length) / Math.max(1, failing)) : Infinity
  if (limit >= 1 || failing === 0)
    return ['', title('Last errors in the logs'), ...logs.flatMap((log) => renderLog(log, limit, look))]
  return rows > logs.length
    ? [title('Last error in each log; more with --verbose'), ...logs.map((log) => lastOf(log, look))]
    : [wrap(`Last errors in the logs: ${tallyOf(logs)}; see them with --verbose`, look.width, '  ')]
}
