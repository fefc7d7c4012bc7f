import { verdictOn, mentions, type Migration, type Verdict } from './migration.ts'

/** What a rule makes of a text: the text after it, and why any part that looks as if it were meant stays. */
export interface Rewriting {
  after: string
  remarks: string[]
}

// A URL inside a text goes on to white space or a quote, or to the next one of a list.
const URLS = /(?<![A-Za-z\d+.-])https?:\/\/(?:(?!,https?:\/\/)[^\s"'<>`?#])*(?:[?#][^\s"'<>`]*)?/gi

// Scheme, host and port with nothing after them but what ends a clause, a bracket or a member of a list.
const BARE = /^(https?:\/\/(?:[A-Za-z\d.-]+|\[[\da-f:.]+\])(?::\d+)?)((?:[,;)\]}|]|[.!:]+$)[^@]*)$/i

/** What a rule says of a URL inside a text, where prose may stand right after it: `(see http://localhost:8585)`. */
function verdictInside(migration: Migration, url: string): Verdict {
  const verdict = verdictOn(migration, url)
  const [, address, rest] = BARE.exec(url) ?? []
  if (verdict.kind === 'match' || address === undefined || rest === undefined) return verdict
  const inner = verdictOn(migration, address)
  return inner.kind === 'match' ? { ...inner, after: inner.after + rest } : inner
}

/**
 * Rewrites the scheme, host and port of every URL inside a text that the rule matches; all other bytes stay. A text that
 * has anything from the gateway's environment is left alone.
 */
export function rewriteText(migration: Migration, text: string): Rewriting {
  if (text.includes('os.environ/')) return { after: text, remarks: [] }
  const remarks: string[] = []
  const after = text.replace(URLS, (url) => {
    const verdict = verdictInside(migration, url)
    if ('message' in verdict) remarks.push(verdict.message)
    return verdict.kind === 'match' ? verdict.after : url
  })
  return { after, remarks: [...new Set(remarks)] }
}

/** The same for a value that is one URL as a whole, or none. */
export function rewriteAddress(migration: Migration, text: string): Rewriting {
  const verdict = verdictOn(migration, text)
  // Most of these may be paths of files.
  const remarks = 'message' in verdict && mentions(migration, text) ? [verdict.message] : []
  return { after: verdict.kind === 'match' ? verdict.after : text, remarks }
}
