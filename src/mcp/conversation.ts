import { z } from 'zod'
import { Finding } from './finding.ts'

/** What every server understands; it names its own in its answer. */
const PROTOCOL = '2025-03-26'
const MAX_PAGES = 50

/** A way to speak to one MCP server. `ask` resolves to the message that answers, whatever it says. */
export interface Line {
  ask: (message: { id: number; [key: string]: unknown }) => Promise<unknown>
  tell: (message: Record<string, unknown>) => Promise<void>
  /** Called with the version that the server chose. */
  agree: (protocol: string) => void
}

const answer = z.union([
  z.looseObject({ result: z.looseObject({}) }),
  z.looseObject({ error: z.looseObject({ code: z.number(), message: z.string().catch('') }) }),
])
const hello = z.looseObject({ protocolVersion: z.string() })
const page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().nullish() })

const foreign = (): Finding => new Finding({ event: 'foreign' })

async function ask(line: Line, id: number, method: string, params: object): Promise<object> {
  const read = answer.safeParse(await line.ask({ jsonrpc: '2.0', id, method, params }))
  if (!read.success) throw foreign()
  if ('result' in read.data) return read.data.result as object
  const { code, message } = read.data.error as { code: number; message: string }
  throw new Finding({ event: 'error', method, code, message })
}

async function allTools(line: Line): Promise<unknown[]> {
  const tools: unknown[] = []
  let cursor: string | null = null
  for (let n = 1; n <= MAX_PAGES; n += 1) {
    const read = page.safeParse(await ask(line, n, 'tools/list', cursor === null ? {} : { cursor }))
    if (!read.success) throw foreign()
    tools.push(...read.data.tools)
    cursor = read.data.nextCursor || null
    if (cursor === null) return tools
  }
  throw new Finding({ event: 'endless', what: 'list' })
}

/** Introduces itself as an MCP client does, and asks for the tools. Throws a finding. */
export async function converse(line: Line): Promise<unknown[]> {
  const client = { name: 'mcp-url-migrate', version: '1' }
  const params = { protocolVersion: PROTOCOL, capabilities: {}, clientInfo: client }
  const met = hello.safeParse(await ask(line, 0, 'initialize', params))
  if (!met.success) throw foreign()
  line.agree(met.data.protocolVersion)
  await line.tell({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return allTools(line)
}
