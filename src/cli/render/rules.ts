import { groupedBy } from '../../core/grouped.ts'
import type { Edit } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { shownPath } from '../../core/show/redact.ts'
import { printable } from '../../core/show/text.ts'
import { AD_HOC } from '../../core/rule/ad-hoc.ts'
import { originText } from '../../core/rule/address.ts'
import { LOOPBACK_TEXT } from '../../core/rule/host-names.ts'
import { LOOPBACK } from '../../core/rule/pattern.ts'
import type { Rule, RuleSet } from '../../core/rule/rule.ts'
import { newOriginsOf } from '../../core/rule/verdict.ts'

// More than these are told by the files in which they stand.
const MOST = 4

const listed = (texts: readonly string[]): string => {
  const own = [...new Set(texts)]
  return own.length > MOST ? `${own.slice(0, MOST).join(', ')}, …` : own.join(', ')
}

/** Where rules move servers from, in words. */
export function sourceText(rules: readonly Rule[]): string {
  const texts = rules.flatMap(({ from }) =>
    from.map(({ host, port, path, text }) =>
      host === LOOPBACK && path === null ? `localhost:${port} (also ${LOOPBACK_TEXT})` : text,
    ),
  )
  return listed(texts)
}

/** Where rules move servers to, in words; empty where that differs from one to the other. */
export const targetText = (rules: readonly Rule[]): string => listed(newOriginsOf(rules).map(originText))

/** Is this one of several rules of its migration? All of those have a number. */
const isNumbered = (name: string): boolean => name.includes('#')

/** Which rules make some edits: `by a#1`, or `url by a#1; token_url by b`; empty where the plan has but one, or none does. */
export function madeBy(edits: readonly Edit[], plan: Plan): string {
  const ruled = edits.filter(({ rules }) => rules !== undefined && rules.length > 0)
  const areMany = plan.migrations.length > 1 || ruled.some(({ rules }) => rules?.some(isNumbered))
  if (plan.reverts !== null || !areMany) return ''
  const groups = groupedBy(ruled, ({ rules = [] }) => rules)
  const by = ([first]: readonly Edit[]): string => `by ${(first?.rules ?? []).map(printable).join(' and ')}`
  return groups.length === 1
    ? groups.map(by).join('')
    : groups
        .map((own) => `${own.map(({ field }) => printable(shownPath(field))).join(', ')} ${by(own)}`)
        .join('; ')
}

/** Which rules are meant, in words. `isLong`: with where they lead. */
export function ruleSetText({ migrations, rules }: RuleSet, isLong: boolean): string {
  const to = targetText(rules)
  const ids = migrations.map(({ id }) => id)
  if (ids.includes(AD_HOC)) return `moving to ${to}`
  const names = `${ids.length > 1 ? 'migrations' : 'migration'} ${ids.join(', ')}`
  return isLong && to !== '' ? `${names} to ${to}` : names
}
