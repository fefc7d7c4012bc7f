import { acceptOptions, type Consent } from '../../../core/plan/consent/consent.ts'
import { groupedBy } from '../../../core/grouped.ts'
import type { Change, ChangedFile } from '../../../core/plan/change.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import { awaitedConsents } from '../../../core/plan/withheld.ts'
import type { ServerIdentity } from '../../../core/record/server.ts'
import { printable } from '../../../core/show/text.ts'
import { renderEdits } from './diff.ts'
import { type Footnotes, numbersFor, refsText } from './footnotes.ts'
import { publicSettings } from '../documents.ts'
import { eraOf } from '../../../core/record/eras.ts'
import { columnsOf, filled, type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { madeBy } from '../rules.ts'
import { renderFinding, renderShortFinding } from './reach.ts'

/** A server: what it is called, and its id where that is something else; in one line where it fits. `refs`: as `(1, 2)`. */
function renderServer(server: ServerIdentity, refs: string, look: Look): string {
  const title = shownName(server)
  const alias = server.alias && server.alias !== title ? ` (alias ${printable(server.alias)})` : ''
  const id = title === server.id ? '' : printable(server.id)
  const rest = [id, refs].filter((text) => text !== '').join('  ')
  const inOne = columnsOf(title + alias) + 2 + columnsOf(rest) <= look.width
  if (!inOne) return `${wrap(title + alias, look.width, '  ')}\n  ${look.paint('dim', rest)}`
  return `${look.paint('bold', title)}${alias}${rest && `  ${look.paint('dim', rest)}`}`
}

/** Where a server stands that is changed in a file. */
function placeOf({ path, server, variable, place }: ChangedFile): string {
  const own = place === undefined ? variable : `${place}, of which ${variable} is made`
  return printable(`in ${path}, ${variable === null ? `mcp_servers.${server}` : `variable ${own}`}`)
}

/** Which rule made a change, where that has to be said. */
export function renderMaker({ edits }: Change, plan: Plan, look: Look): string[] {
  const text = madeBy(edits, plan)
  return text === '' ? [] : [look.paint('dim', wrap(`  ${text}`, look.width, '    '))]
}

/** What a change brings with it, and what was found at its new address. */
function renderConsequences(change: Change, plan: Plan, look: Look): string[] {
  const isFailing = plan.preflight[change.id]?.outcome === 'failed'
  const effects = change.effects.filter(
    ({ code }) => code !== 'restart' && !(code === 'unreachable' && isFailing),
  )
  return [
    ...renderFinding(change, plan, look),
    ...effects.map(({ message, reversible }) =>
      look.paint(
        reversible ? 'yellow' : ['yellow', 'bold'],
        wrap(`! ${printable(message)}`, look.width, '  '),
      ),
    ),
  ]
}

/** Texts side by side with commas, in as few lines as hold them whole. */
function sideBySide(texts: readonly string[], width: number, indent: string): string[] {
  const parts = texts.map((text, i) => (i < texts.length - 1 ? `${text},` : text))
  return filled(parts, width - indent.length).map((line) => wrap(indent + line, width, `${indent}  `))
}

/**
 * The OAuth settings that are to be there after a change, as they come from the record, or from a journal. `lead`: what is
 * said of them.
 */
export function renderSettings(
  { settings, effects }: Change,
  plan: Plan,
  look: Look,
  { indent = '  ', lead = '' }: { indent?: string; lead?: string } = {},
): string[] {
  const goes =
    effects.some(({ code }) => code === 'issuer-cleared') && eraOf(plan.gateway.version).era.dropsClient
  const texts = publicSettings(settings)
    .filter(({ field }) => !(goes && field === 'issuer'))
    .map(({ field, value }) => printable(`${field}: ${String(value)}`))
  const [first, ...more] = texts
  const all = first === undefined ? [] : [lead + first, ...more]
  return sideBySide(all, look.width, indent).map((line) => look.paint('dim', line))
}

/** Of settings that a write clears with the URL. */
export const RESTORED = 'cleared, and put back: '

/** What a change waits for, in a line. */
function renderWaiting(consents: readonly Consent[], look: Look): string[] {
  if (consents.length === 0) return []
  return [look.paint('yellow', `! waits for ${acceptOptions(consents).join(' ')}`)]
}

/**
 * The block of one server: who, and for each place that is changed the diff, what was found at its new address, its
 * effects, and what it waits for.
 */
function renderServerBlock(
  changes: readonly Change[],
  look: Look,
  plan: Plan,
  footnotes: Footnotes | null,
): string {
  const [first] = changes
  if (!first) return ''
  const consequences = (change: Change): string[] =>
    footnotes === null ? renderConsequences(change, plan, look) : renderShortFinding(change, plan, look)
  const places = changes.flatMap((change) => [
    ...(change.file === null ? [] : [look.paint('dim', wrap(placeOf(change.file), look.width, '  '))]),
    ...renderMaker(change, plan, look),
    ...(change.edits.length === 0 ? [] : [renderEdits(change, look)]),
    ...consequences(change),
    ...renderSettings(change, plan, look, footnotes === null ? {} : { lead: RESTORED }),
  ])
  const numbers = footnotes === null ? [] : numbersFor(changes, footnotes)
  const told = new Set(numbers.flatMap((number) => footnotes?.all[number - 1]?.consents ?? []))
  const waiting = awaitedConsents(changes, plan).filter((code) => !told.has(code))
  return [
    renderServer(first.server, refsText(numbers), look),
    ...places,
    ...renderWaiting(waiting, look),
  ].join('\n')
}

/**
 * The block of each server that some of a plan's changes are about, in order. `footnotes`: what is said below them of several
 * and of one, and not in the blocks; `null` where nothing is.
 */
export function renderBlocks(
  changes: readonly Change[],
  look: Look,
  plan: Plan,
  footnotes: Footnotes | null = null,
): string[] {
  const servers = groupedBy(changes, ({ server }) => server.id)
  return servers.map((own) => renderServerBlock(own, look, plan, footnotes))
}
