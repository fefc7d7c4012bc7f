import { createHash } from 'node:crypto'
import { z } from 'zod'
import { MigrateError } from '../../core/errors.ts'
import { type Endpoint, get, post } from '../http/http.ts'
import { MASTER_USER } from './limits.ts'

// What LiteLLM's tables hold of the master key, asked so that LiteLLM logs no error where that is nothing.

/** The caller's own user, as `/v2/user/info` shows it. */
export const ownUser = z.looseObject({
  user_id: z.string().nullish(),
  user_role: z.string().nullish(),
  object_permission_id: z.string().nullish(),
  object_permission: z.unknown().optional(),
})
const noKeys = z.looseObject({ info: z.array(z.unknown()).length(0) })

/**
 * Is the key in no table, so that it is the master key if it works at all? Asked by its hash, as `/key/info` logs an error for
 * the master key (seen on 1.81.14 and 1.106.2); `POST /v2/key/info` only reads, and keeps the hash out of access logs. `false`
 * where it does not tell.
 */
export async function isInNoTable(endpoint: Endpoint): Promise<boolean> {
  if (endpoint.key === null) return false
  const hash = createHash('sha256').update(endpoint.key).digest('hex')
  try {
    const answer = await post(endpoint, '/v2/key/info', { json: { keys: [hash] } })
    return answer.status === 200 && noKeys.safeParse(answer.json).success
  } catch (error) {
    // A read is worth another try, and `/key/info` is tried again.
    if (error instanceof MigrateError && error.code === 'gateway-connection-lost') return false
    throw error
  }
}

const noUsers = z.looseObject({ users: z.array(z.unknown()).length(0) })

/** The master key's own user, where there is one: asked for itself, LiteLLM logs an error where there is none. */
export async function readMasterUser(endpoint: Endpoint): Promise<z.infer<typeof ownUser> | undefined> {
  const list = await get(endpoint, `/user/list?user_ids=${MASTER_USER}&page_size=1`)
  if (list.status === 200 && noUsers.safeParse(list.json).success) return undefined
  const user = await get(endpoint, '/v2/user/info')
  return user.status === 200 ? ownUser.safeParse(user.json).data : undefined
}
