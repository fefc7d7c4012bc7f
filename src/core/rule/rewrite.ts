import { isWholeAddress, type RuleField } from './rule-field.ts'
import { ANYTHING, type Rule, type Subject } from './rule.ts'
import { mentions, type Verdict, verdictOn } from './verdict.ts'

/** What rules make of a text: the text after it, by which of them, and why any part that looks as if it were meant stays. */
export interface Rewriting {
  after: string
  by: Rule[]
  remarks: string[]
}

// A URL inside a text goes on to white space or a quote, or to the next one of a list.
const URLS = /(?<![A-Za-z\d+.-])https?:\/\/(?:(?!,https?:\/\/)[^\s"'<>`?#])*(?:[?#][^\s"'<>`]*)?/gi

// What ends a clause, a bracket or a member of a list, right after scheme, host and port, or at the end.
const BARE = /^(https?:\/\/(?:[A-Za-z\d.-]+|\[[\da-f:.]+\])(?::\d+)?)((?:[,;)\]}|]|[.!:]+$)[^@]*)$/i
const AT_END = /^(.*)(?<![.,;:!)\]}|])([.,;:!)\]}|]+)$/s

/** What rules say of a URL inside a text, where prose may stand right after it: `(see http://localhost:8585)`. */
function verdictInside(rules: readonly Rule[], url: string, subject: Subject): Verdict {
  const verdict = verdictOn(rules, url, subject)
  if (verdict.kind === 'match') return verdict
  for (const form of [BARE, AT_END]) {
    const [, address, rest] = form.exec(url) ?? []
    if (address === undefined || rest === undefined) continue
    const inner = verdictOn(rules, address, subject)
    if (inner.kind === 'match') return { ...inner, after: inner.after + rest }
    if (form === BARE) return inner
  }
  return verdict
}

/**
 * Rewrites every URL inside a text that a rule matches; all other bytes stay. A text that has anything from the gateway's
 * environment is left alone.
 */
export function rewriteText(rules: readonly Rule[], text: string, subject: Subject = ANYTHING): Rewriting {
  if (text.includes('os.environ/')) return { after: text, by: [], remarks: [] }
  const remarks = new Set<string>()
  const by = new Set<Rule>()
  const after = text.replace(URLS, (url) => {
    const verdict = verdictInside(rules, url, subject)
    if ('message' in verdict) remarks.add(verdict.message)
    if (verdict.kind !== 'match') return url
    by.add(verdict.rule)
    return verdict.after
  })
  return { after, by: [...by], remarks: [...remarks] }
}

/** The same for a value that is one URL as a whole, or none. */
function rewriteAddress(rules: readonly Rule[], text: string, subject: Subject = ANYTHING): Rewriting {
  const verdict = verdictOn(rules, text, subject)
  // Most of these may be paths of files.
  const remarks = 'message' in verdict && mentions(rules, text) ? [verdict.message] : []
  return verdict.kind === 'match'
    ? { after: verdict.after, by: [verdict.rule], remarks }
    : { after: text, by: [], remarks }
}

/** What rules make of the text at a place of a record; `rules`: those that name it. */
export function rewriteAt(
  rules: readonly Rule[],
  { path, text }: { path: RuleField; text: string },
  subject: Subject = ANYTHING,
): Rewriting {
  return (isWholeAddress(path) ? rewriteAddress : rewriteText)(rules, text, subject)
}
