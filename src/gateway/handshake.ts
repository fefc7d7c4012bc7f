import type { Reach, ToolPrint, Witness } from '../core/reach.ts'
import { count } from '../core/text.ts'
import { converse } from './mcp/conversation.ts'
import { Finding, findingOf } from './mcp/finding.ts'
import { lineOverHttp, lineOverSse } from './mcp/lines.ts'

const LIMIT_MS = 5000

async function toolsAt(url: URL, transport: string, signal: AbortSignal): Promise<ToolPrint[]> {
  if (transport !== 'http') return converse(await lineOverSse(url, signal))
  const line = lineOverHttp(url, signal)
  const tools = await converse(line)
  await line.end()
  return tools
}

/** User info is no part of the address for us: it would be sent as a password. */
function addressOf(raw: string): URL {
  if (!URL.canParse(raw)) throw new Finding('unclear', 'this is no complete URL')
  const url = new URL(raw)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Finding('unclear', 'the URL is not one of HTTP')
  url.username = ''
  url.password = ''
  return url
}

function reachOf(tools: ToolPrint[]): Reach {
  if (tools.length === 0) return { kind: 'no-tools', tools, evidence: 'it speaks MCP, and lists no tools' }
  return { kind: 'tools', tools, evidence: `it lists ${count(tools.length, 'tool')}` }
}

/**
 * Opens an address as an MCP client does, straight from this process and past any proxy: initialize, initialized,
 * tools/list. Sends no key and no header of a server, and follows nothing to another origin. `transport` is `http` for
 * Streamable HTTP, anything else is HTTP+SSE, LiteLLM's default. Never throws.
 *
 * Written out, as `@modelcontextprotocol/sdk` brings a web server with it (express, hono), follows redirects anywhere, and
 * keeps to itself what really happened, which is all that is wanted here.
 */
export async function handshake(url: string, transport: string, limitMs: number = LIMIT_MS): Promise<Reach> {
  const ending = new AbortController()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    ending.abort()
  }, limitMs)
  try {
    return reachOf(await toolsAt(addressOf(url), transport, ending.signal))
  } catch (error) {
    if (isLate)
      return { kind: 'time-out', tools: null, evidence: `it does not answer within ${limitMs / 1000} s` }
    const { kind, message } = findingOf(error)
    return { kind, tools: null, evidence: message }
  } finally {
    clearTimeout(timer)
    ending.abort()
  }
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
