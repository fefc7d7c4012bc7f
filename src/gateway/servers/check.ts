import { z } from 'zod'
import { MigrateError } from '../../core/errors.ts'
import type { Era } from '../../core/record/eras.ts'
import { printable } from '../../core/show/text.ts'
import { type Endpoint, getInTurn } from '../http/http.ts'
import { asValue } from '../http/ids.ts'
import type { ServerCheck } from '../port.ts'
import { listTools } from './tools.ts'

const health = z.array(z.looseObject({ server_id: z.string(), status: z.string() }))

/** `{server_id, status}` for each server asked for, since 1.81; status healthy, unhealthy or unknown. */
async function statusOf(endpoint: Endpoint, id: string): Promise<string> {
  try {
    const answer = await getInTurn(endpoint, `/v1/mcp/server/health?server_ids=${asValue(id)}`)
    const found = answer.status === 200 ? health.safeParse(answer.json).data : undefined
    return found?.find((each) => each.server_id === id)?.status ?? 'unknown'
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    return 'unknown'
  }
}

/** Asks LiteLLM for a server's health and for its tools, side by side. Reads only; never throws. */
export async function checkServer(endpoint: Endpoint, era: Era, id: string): Promise<ServerCheck> {
  const [status, reach] = await Promise.all([statusOf(endpoint, id), listTools(endpoint, era, id)])
  const told = status === 'unknown' ? 'LiteLLM cannot tell its health' : printable(status)
  const message = `${told}; ${reach.evidence}`
  if (reach.kind === 'tools' && status !== 'unhealthy') return { works: 'yes', reach, message }
  return { works: status === 'unknown' ? 'unknown' : 'no', reach, message }
}
