import { judgeLook } from './judge-look.ts'
import type { Asked, Observed } from './observed.ts'
import type { Reach, ReachKind } from './reach.ts'

/** Of these the other transport may be the reason. */
const SUGGESTING: readonly ReachKind[] = ['wrong-transport', 'not-mcp', 'not-found', 'unclear']

const OTHERS = { http: ['sse', 'HTTP+SSE'], sse: ['http', 'Streamable HTTP'] } as const

// A GET at Streamable HTTP may open a stream on which nothing ever comes.
const suggestsOther = (seen: Observed, { kind }: Reach): boolean =>
  seen.event === 'late' ? seen.opened : seen.event !== 'failure' && SUGGESTING.includes(kind)

/** What can be opened of an address, or what is wrong with it. User info is no part of it: it would be sent as a password. */
function openable(raw: string): { url: URL } | { reason: string } {
  if (!URL.canParse(raw)) return { reason: 'this is not a complete URL' }
  const url = new URL(raw)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { reason: 'the URL is not one of HTTP' }
  url.username = ''
  url.password = ''
  return { url }
}

/** How a client looks at a URL in a transport, `http` or `sse`. What it throws is passed on: nobody could look. */
export type Observe = (url: URL, transport: string) => Promise<Observed>

/**
 * Looks at an address in its transport. Where that fails in a way that suggests the other transport, it is tried in that
 * one too, as there is no better evidence than that it works.
 */
export async function lookWith(observe: Observe, asked: Asked): Promise<Reach> {
  const opened = openable(asked.url)
  if ('reason' in opened) return { kind: 'unclear', tools: null, evidence: opened.reason }
  const { url } = opened
  const seen = await observe(url, asked.transport)
  const reach = judgeLook(seen, asked)
  if (!suggestsOther(seen, reach)) return reach
  const [transport, name] = OTHERS[asked.transport === 'http' ? 'http' : 'sse']
  const other = judgeLook(await observe(url, transport), { ...asked, transport })
  if (other.kind !== 'tools' && other.kind !== 'no-tools') return reach
  const evidence = `${reach.evidence}; over ${name} ${other.evidence}`
  return { kind: 'wrong-transport', tools: null, evidence }
}
