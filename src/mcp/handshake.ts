import { afterListening } from '../core/in-time.ts'
import { lookWith } from '../core/reach/look.ts'
import type { Observed } from '../core/reach/observed.ts'
import type { Reach, Witness } from '../core/reach/reach.ts'
import { converse } from './conversation.ts'
import { findingOf } from './finding.ts'
import { lineOverHttp, lineOverSse } from './lines.ts'
import { answersInTls } from './answers-in-tls.ts'

const LIMIT_MS = 5000

async function toolsAt(url: URL, transport: string, signal: AbortSignal): Promise<unknown[]> {
  if (transport !== 'http') return converse(await lineOverSse(url, signal))
  const line = lineOverHttp(url, signal)
  const tools = await converse(line)
  await line.end()
  return tools
}

/** Whoever speaks TLS alone ends a plain connection, or answers with what is no HTTP. */
const mayWantTls = ({ protocol }: URL, code: string): boolean =>
  protocol === 'http:' && /^(ECONNRESET|EPIPE|HPE_)/.test(code)

async function observe(url: URL, transport: string, limitMs: number): Promise<Observed> {
  const ending = new AbortController()
  let isLate = false
  const callOff = afterListening(limitMs, () => {
    isLate = true
    ending.abort()
  })
  try {
    return { event: 'tools', tools: await toolsAt(url, transport, ending.signal) }
  } catch (error) {
    const { seen } = findingOf(error)
    if (seen.event !== 'failure') return seen
    if (isLate) return { event: 'late', opened: false }
    return mayWantTls(url, seen.code) ? { ...seen, tls: await answersInTls(url) } : seen
  } finally {
    callOff()
    ending.abort()
  }
}

/**
 * Opens an address as an MCP client does, straight from this process and past any proxy: initialize, initialized,
 * tools/list. Sends no key and no header of a server, and follows nothing to another origin. `transport` is `http` for
 * Streamable HTTP, anything else is HTTP+SSE, LiteLLM's default; where what it meets suggests the other one, that is tried
 * too. Never throws.
 *
 * Written out, as `@modelcontextprotocol/sdk` brings a web server with it (express, hono), follows redirects anywhere, and
 * keeps to itself what really happened, which is all that is wanted here.
 */
export function handshake(url: string, transport: string, limitMs: number = LIMIT_MS): Promise<Reach> {
  const asked = { url, transport, seconds: limitMs / 1000 }
  return lookWith((address, over) => observe(address, over, limitMs), asked)
}

/** This machine, for a gateway that runs on it outside of containers, and so sees the same network. */
export function thisMachine(limitMs: number = LIMIT_MS): Witness {
  return {
    where: 'from this machine',
    look: async (url, transport) => {
      const reach = await handshake(url, transport, limitMs)
      return { ...reach, evidence: `from this machine: ${reach.evidence}` }
    },
  }
}
