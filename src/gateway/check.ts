import { z } from 'zod'
import { MigrateError } from '../core/errors.ts'
import { count, printable } from '../core/text.ts'
import { type Endpoint, get, spoken } from './http.ts'
import type { ServerCheck } from './port.ts'

const health = z.array(z.looseObject({ server_id: z.string(), status: z.string() }))
const toolList = z.looseObject({ tools: z.array(z.unknown()), error: z.string().nullish() })

/** `{server_id, status}` for each server asked for, since 1.81; status healthy, unhealthy or unknown. */
async function statusOf(endpoint: Endpoint, id: string): Promise<string> {
  const answer = await get(endpoint, `/v1/mcp/server/health?server_ids=${encodeURIComponent(id)}`)
  const found = answer.status === 200 ? health.safeParse(answer.json).data : undefined
  return found?.find((each) => each.server_id === id)?.status ?? 'unknown'
}

/**
 * The number of tools, or why there are none. A failure is a 200 with an `error` on 1.81 and a 403, 502 or 504 with
 * a `detail` on the newest: the body decides, not the status.
 */
async function toolsOf(endpoint: Endpoint, id: string): Promise<number | string> {
  const answer = await get(endpoint, `/mcp-rest/tools/list?server_id=${encodeURIComponent(id)}`)
  const list = toolList.safeParse(answer.json)
  if (!list.success || list.data.error) return printable(spoken(answer, endpoint))
  return list.data.tools.length
}

function conclude(status: string, tools: number | string): ServerCheck {
  const listed = typeof tools === 'number' ? tools : null
  const lists =
    typeof tools === 'number' ? `lists ${count(tools, 'tool')}` : `its tools are not listed (${tools})`
  const told = status === 'unknown' ? 'LiteLLM cannot tell its health' : printable(status)
  const message = `${told}; ${lists}`
  if (listed !== null && listed > 0 && status !== 'unhealthy') return { works: 'yes', tools: listed, message }
  return { works: status === 'unknown' ? 'unknown' : 'no', tools: listed, message }
}

/** Asks LiteLLM for a server's health and for its tools, side by side. Reads only; never throws. */
export async function checkServer(endpoint: Endpoint, id: string): Promise<ServerCheck> {
  try {
    const [status, tools] = await Promise.all([statusOf(endpoint, id), toolsOf(endpoint, id)])
    return conclude(status, tools)
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    return { works: 'unknown', tools: null, message: `it could not be asked for (${error.message})` }
  }
}
