import { acceptOptions, type Consent } from '../../core/consent.ts'
import type { Change, ChangedFile, Plan } from '../../core/plan.ts'
import type { ServerIdentity } from '../../core/server.ts'
import { printable } from '../../core/text.ts'
import { type Cause, saidElsewhere } from './causes.ts'
import { renderEdits } from './diff.ts'
import { type Look, wrap } from './layout.ts'
import { shownName } from './name.ts'
import { renderFinding } from './tried.ts'

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
function renderConsequences(change: Change, plan: Plan, said: ReadonlySet<string>, look: Look): string[] {
  const isFailing = plan.preflight[change.id]?.outcome === 'failed'
  const found = isFailing && said.has('unreachable') ? [] : renderFinding(change, plan, look)
  const effects = change.effects.filter(
    ({ code, message }) =>
      !(said.has(message) || code === 'restart' || (code === 'unreachable' && isFailing)),
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

/** What a change waits for, in a line. */
function renderWaiting(consents: readonly Consent[], look: Look): string[] {
  if (consents.length === 0) return []
  return [look.paint('yellow', `! waits for ${acceptOptions(consents).join(' ')}`)]
}

/**
 * The block of one server: who, and for each place that is changed the diff, what was found at its new address, its
 * effects, and what it waits for. `causes`: what is said elsewhere, with others.
 */
function renderServerBlock(
  changes: readonly Change[],
  look: Look,
  plan: Plan,
  causes: readonly Cause[],
): string {
  const [first] = changes
  if (!first) return ''
  const places = changes.flatMap((change) => [
    ...(change.file === null ? [] : [look.paint('dim', wrap(renderFile(change.file), look.width, '  '))]),
    ...(change.onlySettings ? [] : [renderEdits(change.edits, look)]),
    ...renderConsequences(change, plan, saidElsewhere(change, causes), look),
  ])
  const consents = new Set(changes.flatMap(({ id }) => plan.withheld[id]?.consents ?? []))
  return [renderServer(first.server, look), ...places, ...renderWaiting([...consents], look)].join('\n')
}

/** The block of each server that some of a plan's changes are about, in order. */
export function renderBlocks(
  changes: readonly Change[],
  look: Look,
  plan: Plan,
  causes: readonly Cause[] = [],
): string[] {
  const servers = [...new Set(changes.map(({ server }) => server.id))]
  return servers.map((id) => {
    const own = changes.filter(({ server }) => server.id === id)
    return renderServerBlock(own, look, plan, causes)
  })
}
