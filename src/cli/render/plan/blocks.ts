import { acceptOptions, type Consent } from '../../../core/plan/consent.ts'
import { groupedBy } from '../../../core/grouped.ts'
import type { Change, ChangedFile } from '../../../core/plan/change.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { ServerIdentity } from '../../../core/record/server.ts'
import { printable } from '../../../core/show/text.ts'
import type { Said } from './causes.ts'
import { renderEdits } from './diff.ts'
import { publicSettings } from '../documents.ts'
import { eraOf } from '../../../core/record/eras.ts'
import { type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { renderFinding } from './reach.ts'

/** A server: what it is called, and its id where that is something else; in one line where it fits. */
function renderServer(server: ServerIdentity, look: Look): string {
  const title = shownName(server)
  const alias = server.alias && server.alias !== title ? ` (alias ${printable(server.alias)})` : ''
  const id = title === server.id ? '' : printable(server.id)
  const inOne = title.length + alias.length + 2 + id.length <= look.width
  if (!inOne) return `${wrap(title + alias, look.width, '  ')}\n  ${look.paint('dim', id)}`
  return `${look.paint('bold', title)}${alias}${id && `  ${look.paint('dim', id)}`}`
}

/** Where a server stands that is changed in a file. */
function renderFile({ path, server, variable }: ChangedFile): string {
  const place = variable === null ? `mcp_servers.${server}` : `variable ${variable}`
  return printable(`in ${path}, ${place}`)
}

/** What a change brings with it, and what was found at its new address, but for what is said with others. */
function renderConsequences(change: Change, plan: Plan, elsewhere: Said, look: Look): string[] {
  const said = elsewhere.get(change.id)
  const isFailing = plan.preflight[change.id]?.outcome === 'failed'
  const found = isFailing && said?.has('unreachable') ? [] : renderFinding(change, plan, look)
  const effects = change.effects.filter(
    ({ code, message }) =>
      !(said?.has(message) || code === 'restart' || (code === 'unreachable' && isFailing)),
  )
  return [
    ...found,
    ...effects.map(({ message, reversible }) =>
      look.paint(
        reversible ? 'yellow' : ['yellow', 'bold'],
        wrap(`! ${printable(message)}`, look.width, '  '),
      ),
    ),
  ]
}

/** The OAuth settings that are to be there after a change, as they come from the record, or from a journal. */
function renderSettings({ settings, effects }: Change, plan: Plan, look: Look): string[] {
  const goes =
    eraOf(plan.gateway.version).era.dropsClient && effects.some(({ code }) => code === 'issuer-cleared')
  return publicSettings(settings)
    .filter(({ field }) => !(goes && field === 'issuer'))
    .map(({ field, value }) =>
      look.paint('dim', wrap(`  ${printable(`${field}: ${String(value)}`)}`, look.width, '    ')),
    )
}

/** What a change waits for, in a line. */
function renderWaiting(consents: readonly Consent[], look: Look): string[] {
  if (consents.length === 0) return []
  return [look.paint('yellow', `! waits for ${acceptOptions(consents).join(' ')}`)]
}

/**
 * The block of one server: who, and for each place that is changed the diff, what was found at its new address, its
 * effects, and what it waits for.
 */
function renderServerBlock(changes: readonly Change[], look: Look, plan: Plan, said: Said): string {
  const [first] = changes
  if (!first) return ''
  const places = changes.flatMap((change) => [
    ...(change.file === null ? [] : [look.paint('dim', wrap(renderFile(change.file), look.width, '  '))]),
    ...(change.edits.length === 0 ? [] : [renderEdits(change, look)]),
    ...renderConsequences(change, plan, said, look),
    ...renderSettings(change, plan, look),
  ])
  const consents = new Set(changes.flatMap(({ id }) => plan.withheld[id]?.consents ?? []))
  return [renderServer(first.server, look), ...places, ...renderWaiting([...consents], look)].join('\n')
}

/** The block of each server that some of a plan's changes are about, in order, without what is said elsewhere. */
export function renderBlocks(
  changes: readonly Change[],
  look: Look,
  plan: Plan,
  said: Said = new Map(),
): string[] {
  const servers = groupedBy(changes, ({ server }) => server.id)
  return servers.map((own) => renderServerBlock(own, look, plan, said))
}
