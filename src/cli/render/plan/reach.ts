import { originOf } from '../../../core/rule/address.ts'
import { type Change, newUrl } from '../../../core/plan/change.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { ReachOutcome, Tried } from '../../../core/reach/reach.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { count, printable } from '../../../core/show/text.ts'
import { commandLines, type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'

const SIGNS: Record<ReachOutcome, string> = { reached: '✓', 'sign-in': '~', failed: '✗', 'not-tried': '·' }

const TONES = { reached: 'green', 'sign-in': 'yellow', failed: 'red', 'not-tried': 'dim' } as const

const SIGN_IN = "whether it accepts LiteLLM's sign-in cannot be tried beforehand"

const listed = (tools: number | null): string => `lists ${count(tools ?? 0, 'tool')}`

/** What was found at the new address of a server. */
function forward({ outcome, evidence, tools }: Tried): string {
  const words: Record<ReachOutcome, string> = {
    reached: `${listed(tools)} at the new URL`,
    'sign-in': `the new URL answers (${evidence}); ${SIGN_IN}`,
    failed: `does not work at the new URL: ${evidence}`,
    'not-tried': `the new URL was not tried: ${evidence}`,
  }
  return words[outcome]
}

/** What was found at the address that a revert puts back: of a revert of a revert that is the new one, so its name is said. */
function back({ outcome, evidence, tools }: Tried, url: string | null): string {
  const target = `goes back to ${url === null ? 'its address' : maskUrl(originOf(url))}`
  const words: Record<ReachOutcome, string> = {
    reached: `${target}, which answers: ${listed(tools)}`,
    'sign-in': `${target}, which answers (${evidence})`,
    failed: `${target}, which does not work: ${evidence}`,
    'not-tried': `${target}, which was not tried: ${evidence}`,
  }
  return words[outcome]
}

/** Where a plan, or a report, holds what was found. */
export type Findings = Pick<Plan, 'preflight' | 'reverts'>

/** What was found at the address that a change gives, in a line such as `✓ lists 13 tools at the new URL`. */
export function renderFinding(change: Change, { preflight, reverts }: Findings, look: Look): string[] {
  const tried = preflight[change.id]
  if (!tried) return []
  const text = `${SIGNS[tried.outcome]} ${printable(reverts === null ? forward(tried) : back(tried, newUrl(change)))}`
  return [look.paint(TONES[tried.outcome], wrap(text, look.width, '  '))]
}

/** What mends failures, each remedy once, with the servers that it is for. */
export function renderMending(found: readonly { name: string; tried: Tried | null }[], look: Look): string[] {
  const remedies = new Map<string, string[]>()
  for (const { name, tried } of found) {
    if (tried?.outcome !== 'failed' || tried.hint === null) continue
    remedies.set(tried.hint, [...(remedies.get(tried.hint) ?? []), name])
  }
  return [...remedies].map(([hint, names]) => {
    const [sentence = '', ...commands] = hint.split('\n')
    const who = wrap(`To mend ${names.join(', ')}: ${printable(sentence)}`, look.width, '  ')
    return [who, ...commands.map((command) => commandLines(printable(command), look, '    '))].join('\n')
  })
}

/**
 * What mends the new addresses of a plan that do not work, of those changes. Empty for a revert: its address is often
 * dead.
 */
export function renderRemedies(plan: Plan, changes: readonly Change[], look: Look): string[] {
  if (plan.reverts !== null) return []
  const found = changes.map(({ id, server }) => ({
    name: shownName(server),
    tried: plan.preflight[id] ?? null,
  }))
  return renderMending(found, look)
}
