import { originText, readAddress } from '../../../core/rule/address.ts'
import { acceptOptions } from '../../../core/plan/consent.ts'
import { eraOf } from '../../../core/record/eras.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { verdictOn, type Migration } from '../../../core/rule/migration.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import {
  awaitingChanges,
  isLeftBehind,
  type Note,
  type Plan,
  type Skipped,
  restartFor,
} from '../../../core/plan/plan.ts'
import { type Change, serversIn } from '../../../core/plan/change.ts'
import { maskUrlsIn } from '../../../core/show/redact.ts'
import { count, printable } from '../../../core/show/text.ts'
import { shownValue } from './diff.ts'
import { renderDrift } from './drift.ts'
import { type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { wordsFor } from '../words.ts'

/** What there is to see of a server that is left alone: its drift, or its URL and the patch to make by hand. */
function renderLeft({ url, contested, patch }: Skipped, look: Look): string {
  const drift = renderDrift(contested?.fields ?? [], look).map((text) => `\n${text}`)
  const place = url === null ? '' : `\n    ${shownValue(url)}`
  return `${drift.length > 0 ? drift.join('') : place}${renderPatch(patch ?? [])}`
}

/** Servers that are left alone for one reason, which is said once, with their names. */
function renderSkipped(group: readonly Skipped[], look: Look): string {
  const [first] = group
  if (!first) return ''
  const sign = isLeftBehind(first) ? look.paint('yellow', '!') : '-'
  const names = [...new Set(group.map(({ server }) => shownName(server)))].join(', ')
  const why = wrap(`${names} [${first.code}]: ${first.message}`, look.width - 4, '    ')
  return `  ${sign} ${why}${group.map((skipped) => renderLeft(skipped, look)).join('')}`
}

/** What a person would change by hand, secrets in URLs masked. */
const renderPatch = (lines: readonly string[]): string =>
  lines.map((text) => `\n      ${printable(maskUrlsIn(text))}`).join('')

/** Remarks of one kind, which is said once, with the servers that it is about. */
function renderNote(group: readonly Note[], look: Look): string {
  const [note] = group
  if (!note) return ''
  const servers = group.flatMap(({ server }) => (server ? [shownName(server)] : []))
  const field = note.field ? `, field ${printable(note.field)}` : ''
  const where = servers.length > 0 ? `${[...new Set(servers)].join(', ')}${field}: ` : ''
  const text = wrap(`! ${where}${printable(note.message)}`, look.width, '  ')
  return note.code === 'old-address' ? text : look.paint('yellow', text)
}

/** What is left alone, and what is worth knowing. Empty when there is nothing to say. */
export function renderRemarks(plan: Plan, look: Look): string[] {
  const left = groupedBy(plan.skipped, (each) => [each.code, each.message, isLeftBehind(each)])
  const notes = groupedBy(plan.notes, ({ code, field, message }) => [code, field, message])
  return [
    ...(left.length > 0
      ? [['Left alone:', ...left.map((group) => renderSkipped(group, look))].join('\n')]
      : []),
    ...(notes.length > 0 ? [notes.map((group) => renderNote(group, look)).join('\n')] : []),
  ]
}

/** The plan in one line of numbers. */
export function renderSummary(plan: Plan): string {
  const { summary } = plan
  const words = wordsFor(plan)
  const waiting = serversIn(awaitingChanges(plan))
  const all = waiting >= summary.changes
  const wait = waiting === 0 ? '' : `, ${all ? '' : `${waiting} of them `}waiting for a consent`
  const parts = [
    `${summary.changes} ${words.todo}${wait}`,
    summary.moved > 0 ? `${summary.moved} ${words.already}` : '',
    `${summary.unchanged - summary.moved} not concerned`,
    `${summary.skipped} left alone`,
    summary.excluded > 0 ? `${summary.excluded} not selected` : '',
  ]
  return `${count(summary.servers, 'server')}: ${parts.filter((part) => part !== '').join(', ')}`
}

/** Where a plan moves URLs from and to, so that it stands right above the question; empty where it moves none. */
export function renderDirections({ changes }: Plan, look: Look): string[] {
  const origin = (url: string | null): string | null => {
    const address = url === null ? null : readAddress(url)
    return address?.kind === 'address' ? originText(address) : null
  }
  const counts = new Map<string, number>()
  for (const { edits, file } of changes) {
    for (const { before, after } of edits) {
      const [from, to] = [origin(before), origin(after)]
      const moved = file?.sharers?.length ?? 1
      if (from && to) counts.set(`${from} → ${to}`, (counts.get(`${from} → ${to}`) ?? 0) + moved)
    }
  }
  return [...counts].map(([way, n]) => wrap(`  ${n} × ${printable(way)}`, look.width, '    '))
}

/** What waits for which consent, in a line for each; empty where nothing does. */
export function renderAwaiting(plan: Plan, look: Look): string[] {
  const waiting = new Map<string, Change[]>()
  for (const change of awaitingChanges(plan)) {
    const options = acceptOptions(plan.withheld[change.id]?.consents ?? []).join(' ')
    waiting.set(options, [...(waiting.get(options) ?? []), change])
  }
  return [...waiting].map(([options, changes]) =>
    look.paint(
      'yellow',
      wrap(`! ${count(serversIn(changes), 'server waits', 'servers wait')} for ${options}`, look.width, '  '),
    ),
  )
}

const RESTARTS = {
  no: '',
  possible:
    'Restart LiteLLM afterwards, to be sure: some releases of this range use a URL that was written only after a restart.',
  required:
    'Restart LiteLLM afterwards, all its workers: this release uses a URL that was written only after a restart.',
} as const

/** That LiteLLM has to be restarted for it, where it has. */
export function renderRestart({ changes, gateway }: Plan, look: Look): string[] {
  const { era } = eraOf(gateway.version)
  const inFiles = changes.some(({ file }) => file !== null)
  const text = inFiles
    ? 'Restart LiteLLM afterwards, all its workers and replicas: it reads its files when it starts.'
    : RESTARTS[restartFor(changes, era)]
  return text === '' ? [] : [look.paint('yellow', wrap(`! ${text}`, look.width, '  '))]
}

/** The servers that were meant and are left alone, in a line; empty when there is none. They make the exit code 1, 3 or 4. */
export function renderLeftBehind(skipped: readonly Skipped[], look: Look): string[] {
  const left = skipped.filter(isLeftBehind)
  if (left.length === 0) return []
  const names = left.map(({ server, code }) => `${shownName(server)} (${code})`)
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

/**
 * When nothing is to change: where the servers are, and the line that would move those that look as if they were
 * meant: near misses, or the most frequent origin where no server has moved yet. Nothing is suggested where
 * servers were left alone or not selected.
 */
export function renderNothing(plan: Plan, migration: Migration, own: CommandMaker): string {
  const target = originText(migration.to)
  const matching = plan.skipped.filter(isLeftBehind).length
  const elsewhere = plan.origins.filter(({ origin }) => origin !== target)
  const near = elsewhere.filter(({ origin }) => verdictOn(migration, origin).kind === 'near-miss')
  const quiet = matching > 0 || plan.summary.excluded > 0
  const [first] = near.length > 0 || plan.summary.moved > 0 ? near : elsewhere
  return [
    matching > 0
      ? 'Nothing can be changed: what matches is left alone, see above.'
      : plan.summary.servers > 0 && plan.summary.excluded === plan.summary.servers
        ? 'Nothing to change: no server is selected.'
        : 'Nothing to change: no server matches.',
    ...elsewhere.map(({ origin, count: n }) => `  ${n} × ${printable(origin)}`),
    ...(plan.summary.moved > 0 ? [`${plan.summary.moved} already at ${target}`] : []),
    ...(first && !quiet
      ? ['If these are meant:', `  ${own('migrate', '--from', first.origin, '--to', target)}`]
      : []),
  ].join('\n')
}
