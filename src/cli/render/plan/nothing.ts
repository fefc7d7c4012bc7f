import { originText } from '../../../core/rule/address.ts'
import { LOOPBACK_TEXT } from '../../../core/rule/host-names.ts'
import { type Migration, verdictOn } from '../../../core/rule/migration.ts'
import { isLeftBehind, type Plan } from '../../../core/plan/plan.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { mend } from '../../../core/show/remedy.ts'
import { printable } from '../../../core/show/text.ts'
import { hintLines, type Look, wrap } from '../layout.ts'

/** Where a migration moves servers from, in words. */
function sourceText({ from: { schemes, hosts, port } }: Migration): string {
  if (hosts === 'loopback') return `localhost:${port} (also ${LOOPBACK_TEXT})`
  return schemes.flatMap((scheme) => hosts.map((host) => originText({ scheme, host, port }))).join(', ')
}

/** Why nothing is to change. */
function reason({ skipped, summary }: Plan, migration: Migration): string {
  const { servers, moved, excluded } = summary
  const target = originText(migration.to)
  if (skipped.some(isLeftBehind)) return 'Nothing can be changed: what matches is left alone, see above.'
  if (servers > 0 && excluded === servers) return 'Nothing to change: no server is selected.'
  if (moved > 0 && moved === servers)
    return `Nothing to change: ${moved === 1 ? 'the server is' : `all ${moved} servers are`} at ${target} already.`
  if (moved > 0)
    return `Nothing to change: ${moved} of ${servers} servers ${moved === 1 ? 'is' : 'are'} at ${target} already.`
  return `Nothing to change: no server is at ${sourceText(migration)}.`
}

/**
 * When nothing is to change: why, where the servers are, and the line that would move those that look as if they were
 * meant: near misses, or the most frequent origin where no server has moved yet. Nothing is suggested where
 * servers were left alone or not selected.
 */
export function renderNothing(plan: Plan, migration: Migration, own: CommandMaker, look: Look): string {
  const target = originText(migration.to)
  const elsewhere = plan.origins.filter(({ origin }) => origin !== target)
  const near = elsewhere.filter(({ origin }) => verdictOn(migration, origin).kind === 'near-miss')
  const isQuiet = plan.skipped.some(isLeftBehind) || plan.summary.excluded > 0
  const [first] = near.length > 0 || plan.summary.moved > 0 ? near : elsewhere
  return [
    wrap(reason(plan, migration), look.width),
    ...elsewhere.map(({ origin, count: n }) => `  ${n} × ${printable(origin)}`),
    ...(first && !isQuiet
      ? [hintLines(mend('If these are meant:', own('migrate', '--from', first.origin, '--to', target)), look)]
      : []),
  ].join('\n')
}
