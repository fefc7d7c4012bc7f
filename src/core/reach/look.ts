import { judge } from './judge-look.ts'
import type { Asked, Observed } from './observed.ts'
import type { Reach, ReachKind } from './reach.ts'

/** Of these the other transport may be the reason. */
const SUGGESTING: readonly ReachKind[] = ['wrong-transport', 'not-mcp', 'not-found', 'unclear']

const OTHERS = { http: ['sse', 'HTTP+SSE'], sse: ['http', 'Streamable HTTP'] } as const

// A GET at Streamable HTTP may open a stream on which nothing ever comes.
const suggestsOther = (seen: Observed, { kind }: Reach): boolean =>
  seen.event === 'late' ? seen.opened : seen.event !== 'failure' && SUGGESTING.includes(kind)

/** What can be opened of an address, or why nothing can. User info is no part of it: it would be sent as a password. */
function openable(raw: string): URL | string {
  if (!URL.canParse(raw)) return 'this is not a complete URL'
  const url = new URL(raw)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'the URL is not one of HTTP'
  url.username = ''
  url.password = ''
  return url
}

/** How a client looks at a URL in a transport, `http` or `sse`. What it throws is passed on: nobody could look. */
export type Observe = (url: URL, transport: string) => Promise<Observed>

/**
 * Looks at an address in its transport. Where that fails in a way that suggests the other transport, it is tried in that
 * one too, as there is no better evidence than that it works.
 */
export async function lookWith(observe: Observe, asked: Asked): Promise<Reach> {
  const url = openable(asked.url)
  if (typeof url === 'string') return { kind: 'unclear', tools: null, evidence: url }
  const seen = await observe(url, asked.transport)
  const reach = judge(seen, asked)
  if (!suggestsOther(seen, reach)) return reach
  const [transport, name] = OTHERS[asked.transport === 'http' ? 'http' : 'sse']
  const other = judge(await observe(url, transport), { ...asked, transport })
  if (other.kind !== 'tools' && other.kind !== 'no-tools') return reach
  const evidence = `${reach.evidence}; over ${name} ${other.evidence}`
  return { kind: 'wrong-transport', tools: null, evidence }
}
