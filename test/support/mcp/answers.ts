import { CONNECTIONS, TLS } from './connections.ts'
import { CONVERSATIONS } from './conversations.ts'
import type { Answer } from './places.ts'
import { REDIRECTS } from './redirects.ts'
import { PAGES, STATUSES } from './statuses.ts'

/** The one table of answers, for both MCP clients: the one of this process, and the one inside LiteLLM's container. */
export const ANSWERS: readonly Answer[] = [
  ...STATUSES,
  ...PAGES,
  ...REDIRECTS,
  ...TLS,
  ...CONNECTIONS,
  ...CONVERSATIONS,
]

/** An evidence with the names of the table in place of what differs from run to run. */
export function named(evidence: string, url: string, other: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : url
  return evidence
    .replaceAll(other, 'OTHER')
    .replaceAll(origin.replace('http:', 'https:'), 'TLS')
    .replaceAll(origin, 'SELF')
    .replace(/within [\d.]+ s/, 'within N s')
}
