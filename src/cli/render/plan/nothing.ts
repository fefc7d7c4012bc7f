import { originText } from '../../../core/rule/address.ts'
import type { Rule, RuleSet } from '../../../core/rule/rule.ts'
import { newOriginsOf, verdictOn } from '../../../core/rule/verdict.ts'
import { isLeftBehind, type Plan } from '../../../core/plan/plan.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { mend } from '../../../core/show/remedy.ts'
import { printable } from '../../../core/show/text.ts'
import { hintLines, type Look, wrap } from '../layout.ts'
import { sourceText, targetText } from '../rules.ts'

/** Why nothing is to change. */
function reason({ skipped, summary }: Plan, rules: readonly Rule[]): string {
  const { servers, moved, excluded } = summary
  const target = targetText(rules)
  if (skipped.some(isLeftBehind)) return 'Nothing can be changed: what matches is left alone, see above.'
  if (servers > 0 && excluded === servers) return 'Nothing to change: no server is selected.'
  if (moved > 0 && moved === servers)
    return `Nothing to change: ${moved === 1 ? 'the server is' : `all ${moved} servers are`} at ${target} already.`
  if (moved > 0)
    return `Nothing to change: ${moved} of ${servers} servers ${moved === 1 ? 'is' : 'are'} at ${target} already.`
  return `Nothing to change: no server is at ${sourceText(rules)}.`
}

/**
 * When nothing is to change: why, where the servers are, and the line that would move those that look as if they were
 * meant: near misses, or the most frequent origin where no server has moved yet. Nothing is suggested where
 * servers were left alone or not selected.
 */
export function renderNothing(plan: Plan, { rules }: RuleSet, own: CommandMaker, look: Look): string {
  const targets = new Set(newOriginsOf(rules).map(originText))
  const elsewhere = plan.origins.filter(({ origin }) => !targets.has(origin))
  const near = elsewhere.filter(({ origin }) => verdictOn(rules, origin).kind === 'near-miss')
  const isQuiet = plan.skipped.some(isLeftBehind) || plan.summary.excluded > 0
  const [first] = near.length > 0 || plan.summary.moved > 0 ? near : elsewhere
  const [target] = targets
  // Of several places nobody knows which is meant, and of a path no origin tells.
  const isPlain = targets.size === 1 && rules.every(({ to }) => to.path === null)
  return [
    wrap(reason(plan, rules), look.width),
    ...elsewhere.map(({ origin, count: n }) => `  ${n} × ${printable(origin)}`),
    ...(first && target !== undefined && isPlain && !isQuiet
      ? [hintLines(mend('If these are meant:', own('migrate', '--from', first.origin, '--to', target)), look)]
      : []),
  ].join('\n')
}
