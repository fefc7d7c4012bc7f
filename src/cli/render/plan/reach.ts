import { groupedBy } from '../../../core/grouped.ts'
import { originOf } from '../../../core/rule/address.ts'
import { type Change, newUrl } from '../../../core/plan/change.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { ReachKind, ReachOutcome, Tried } from '../../../core/reach/reach.ts'
import { forAnyPath } from '../../../core/reach/remedies.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { count, printable } from '../../../core/show/text.ts'
import { type Look, wrap } from '../layout.ts'
import { namesOf } from '../name.ts'

const SIGNS: Record<ReachOutcome, string> = { reached: '✓', 'sign-in': '~', failed: '✗', 'not-tried': '·' }

/** The colour of each outcome. */
export const TONES = { reached: 'green', 'sign-in': 'yellow', failed: 'red', 'not-tried': 'dim' } as const

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

/** What was found at the address that a change gives, in words; `null` where nobody looked. */
export function findingOf(change: Change, { preflight, reverts }: Findings): string | null {
  const tried = preflight[change.id]
  if (!tried) return null
  return printable(reverts === null ? forward(tried) : back(tried, newUrl(change)))
}

/** The same in a line such as `✓ lists 13 tools at the new URL`. */
export function renderFinding(change: Change, findings: Findings, look: Look): string[] {
  const tried = findings.preflight[change.id]
  const text = findingOf(change, findings)
  if (!tried || text === null) return []
  return [look.paint(TONES[tried.outcome], wrap(`${SIGNS[tried.outcome]} ${text}`, look.width, '  '))]
}

/** What keeps an address from working, in a word or two. */
const FAILS: Record<ReachKind, string> = {
  tools: 'does not work',
  'no-tools': 'no tools',
  'unknown-host': 'unknown host',
  refused: 'refused',
  unreachable: 'unreachable',
  'not-found': 'not found',
  'host-refused': 'host name refused',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  'time-out': 'no answer',
  'wrong-transport': 'wrong transport',
  'not-mcp': 'no MCP server',
  'web-page': 'a web page',
  'login-page': 'a login page',
  redirect: 'a redirect',
  'rate-limited': 'rate limit',
  reset: 'no answer',
  'no-tls': 'no TLS',
  'tls-only': 'TLS only',
  certificate: 'bad certificate',
  'tls-failed': 'TLS fails',
  'server-error': 'server error',
  unclear: 'does not work',
  untried: 'not tried',
}

/** What was found in a word or two, as in `✓ 14 tools`. `digits`: how wide the number is to be. */
export function shortFinding({ outcome, kind, tools }: Tried, digits = 0): string {
  const n = tools ?? 0
  const words: Record<ReachOutcome, string> = {
    reached: `${SIGNS.reached} ${String(n).padStart(digits)} ${n === 1 ? 'tool' : 'tools'}`,
    'sign-in': `${SIGNS['sign-in']} wants a sign-in`,
    failed: FAILS[kind],
    'not-tried': `${SIGNS['not-tried']} not tried`,
  }
  return words[outcome]
}

/** What was found, in a line of its own: in a word or two where a footnote says more. */
export function renderShortFinding(change: Change, findings: Findings, look: Look): string[] {
  const tried = findings.preflight[change.id]
  if (!tried || tried.outcome === 'reached') return renderFinding(change, findings, look)
  const sign = tried.outcome === 'failed' ? `${SIGNS.failed} ` : ''
  return [look.paint(TONES[tried.outcome], `${sign}${shortFinding(tried)}`)]
}

/** A change, and how its address was found. */
export interface Looked {
  change: Change
  tried: Tried
}

const ofAnyPath = ({ change, tried }: Looked): string | null =>
  tried.hint === null ? null : forAnyPath(tried.hint, newUrl(change) ?? '')

/** A remedy as a hint, where commands are indented. */
const asHint = (who: string, remedy: string): string => `To mend ${who}: ${remedy.replaceAll('\n', '\n  ')}`

/** What mends failures, as hints: each remedy once, with the servers that it is for; one for all where only the paths differ. */
export function mendings(failed: readonly Looked[], look: Pick<Look, 'verbose'>): string[] {
  const common = new Set(failed.map(ofAnyPath))
  const [only] = common
  if (failed.length > 1 && common.size === 1) return only ? [asHint('them', only)] : []
  const mended = failed.filter(({ tried }) => tried.hint !== null)
  return groupedBy(mended, ({ tried }) => tried.hint).map((same) => {
    const servers = same.map(({ change }) => change)
    return asHint(namesOf(servers, look), same[0]?.tried.hint ?? '')
  })
}
