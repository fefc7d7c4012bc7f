import { groupedBy } from '../../../core/grouped.ts'
import { isLeftBehind, type Note, type Plan, type Skipped } from '../../../core/plan/plan.ts'
import { maskUrlsIn } from '../../../core/show/redact.ts'
import { count, printable } from '../../../core/show/text.ts'
import { shownValue } from './diff.ts'
import { renderDrift } from './drift.ts'
import { type Look, wrap } from '../layout.ts'
import { namesOf, unitName } from '../name.ts'

/** What there is to see of a server that is left alone: its drift, or its URL and the patch to make by hand. */
function renderLeft({ url, contested, patch }: Skipped, look: Look): string {
  const drift = renderDrift(contested?.fields ?? [], look).map((text) => `\n${text}`)
  const place = url === null ? '' : `\n    ${shownValue(url)}`
  return `${drift.length > 0 ? drift.join('') : place}${renderPatch(patch ?? [])}`
}

/** So many of those that nobody meant are told with their URLs, and with --verbose all of them. */
const MOST_URLS = 10

/** Servers that are left alone for one reason, which is said once, with their names. */
function renderSkipped(group: readonly Skipped[], look: Look): string {
  const [first] = group
  if (!first) return ''
  const sign = isLeftBehind(first) ? look.paint('yellow', '!') : '-'
  const isWhole = isLeftBehind(first) || look.verbose
  const names = namesOf(group, { verbose: isWhole })
  const why = wrap(`${names} [${first.code}]: ${first.message}`, look.width - 4, '    ')
  const shown = isWhole ? group : group.slice(0, MOST_URLS)
  const more = group.length > shown.length ? `\n    … and ${group.length - shown.length} more` : ''
  return `  ${sign} ${why}${shown.map((skipped) => renderLeft(skipped, look)).join('')}${more}`
}

/** What a person would change by hand, secrets in URLs masked. */
const renderPatch = (lines: readonly string[]): string =>
  lines.map((text) => `\n      ${printable(maskUrlsIn(text))}`).join('')

/** Remarks of one kind, which is said once, with the servers that it is about. */
function renderNote(group: readonly Note[], look: Look): string {
  const [note] = group
  if (!note) return ''
  const servers = group.flatMap(({ server }) => (server ? [{ server }] : []))
  const field = note.field ? `, field ${printable(note.field)}` : ''
  const where = servers.length > 0 ? `${unitName(servers)}${field}: ` : ''
  const text = wrap(`! ${where}${printable(note.message)}`, look.width, '  ')
  return note.code === 'old-address' ? text : look.paint('yellow', text)
}

function renderNotes(notes: readonly Note[], look: Look): string[] {
  const groups = groupedBy(notes, ({ code, field, message }) => [code, field, message])
  return groups.length > 0 ? [groups.map((group) => renderNote(group, look)).join('\n')] : []
}

/** What is left alone, what was meant first, and what is worth knowing. Empty when there is nothing to say. */
export function renderRemarks({ skipped, notes }: Plan, look: Look): string[] {
  const meantFirst = skipped.toSorted((a, b) => Number(isLeftBehind(b)) - Number(isLeftBehind(a)))
  const left = groupedBy(meantFirst, (each) => [each.code, each.message, isLeftBehind(each)])
  return [
    ...(left.length > 0
      ? [['Left alone:', ...left.map((group) => renderSkipped(group, look))].join('\n')]
      : []),
    ...renderNotes(notes, look),
  ]
}

/** Of what is worth knowing that which is a warning. */
export function renderWarnings({ notes }: Plan, look: Look): string[] {
  return renderNotes(
    notes.filter(({ code }) => code !== 'old-address'),
    look,
  )
}

/** The servers that were meant and are left alone, in a line; empty when there is none. They make the exit code 1, 3 or 4. */
export function renderLeftBehind(skipped: readonly Skipped[], look: Look): string[] {
  const left = skipped.filter(isLeftBehind)
  if (left.length === 0) return []
  const names = groupedBy(left, ({ code }) => code).map(
    (same) => `${namesOf(same, look)} (${same[0]?.code ?? ''})`,
  )
  return [
    look.paint(
      'yellow',
      wrap(
        `${count(left.length, 'server was', 'servers were')} left alone: ${names.join(', ')}`,
        look.width,
        '  ',
      ),
    ),
  ]
}
