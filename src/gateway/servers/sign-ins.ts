import { z } from 'zod'
import { MigrateError } from '../../core/errors.ts'
import { type Endpoint, getInTurn } from '../http/http.ts'
import { asStep } from '../http/ids.ts'

const credentials = z.array(z.looseObject({ user_id: z.string(), credential_type: z.string() }))

/**
 * How many people have an OAuth token stored with a server: `GET /v1/mcp/server/{id}/user-credentials`, for admins, from
 * 1.104; it also lists keys that users brought, which a new URL leaves alone. `null` where the release has no such
 * route, or the answer is something else. Never throws.
 */
export async function countSignIns(endpoint: Endpoint, id: string): Promise<number | null> {
  try {
    const answer = await getInTurn(endpoint, `/v1/mcp/server/${asStep(id)}/user-credentials`)
    const list = credentials.safeParse(answer.json)
    if (answer.status !== 200 || !list.success) return null
    const tokens = list.data.filter((each) => each.credential_type === 'oauth2')
    return new Set(tokens.map((each) => each.user_id)).size
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    return null
  }
}
