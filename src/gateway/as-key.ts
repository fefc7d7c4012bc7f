import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { MigrateError } from '../core/errors.ts'
import { proveAdmin, routeMissing } from './connect/account.ts'
import { type Endpoint, post, probe, put, refusalBefore, spoken } from './http/http.ts'
import { asValue } from './http/ids.ts'

const SERVERS = '/v1/mcp/server'

const list = z.array(z.looseObject({ server_id: z.string() }))
const toolList = z.looseObject({ tools: z.array(z.unknown()), error: z.string().nullish() })

/** The servers that a key sees. `refused`: it is no key of this gateway. `trouble`: it could not be asked. */
export type Seen = { kind: 'servers'; ids: Set<string> } | { kind: 'refused' | 'trouble'; message: string }

const detailed = z.looseObject({ detail: z.looseObject({ error: z.string() }) })

const errorIn = (json: unknown): string => detailed.safeParse(json).data?.detail.error ?? ''

const messageOf = (error: unknown): string => {
  if (error instanceof MigrateError) return error.message
  throw error
}

/** Which servers a key sees; the backends are not asked. Never throws for trouble with the gateway. */
export async function serversSeen(endpoint: Endpoint): Promise<Seen> {
  try {
    const answer = await probe(endpoint, SERVERS)
    const servers = list.safeParse(answer.status === 200 ? answer.json : null)
    if (servers.success) return { kind: 'servers', ids: new Set(servers.data.map(({ server_id: id }) => id)) }
    return { kind: answer.status === 401 ? 'refused' : 'trouble', message: spoken(answer, endpoint) }
  } catch (error) {
    return { kind: 'trouble', message: messageOf(error) }
  }
}

/** What a key's own list of a server's tools says. */
export type KeyListing = 'tools' | 'denied' | 'nothing' | 'no-answer'

/**
 * What a key lists of a server's tools. A denial is a 403 from 1.90 on, and before a 200 whose error says so: the
 * body decides. Never throws for trouble with the gateway.
 */
export async function toolsListed(endpoint: Endpoint, id: string): Promise<KeyListing> {
  try {
    const answer = await probe(endpoint, `/mcp-rest/tools/list?server_id=${asValue(id)}`)
    const tools = toolList.safeParse(answer.json)
    if (tools.success && !tools.data.error && tools.data.tools.length > 0) return 'tools'
    return answer.text.includes('access_denied') ? 'denied' : 'nothing'
  } catch (error) {
    messageOf(error)
    return 'no-answer'
  }
}

/**
 * May somebody edit MCP servers? `never`: LiteLLM let them in, and can edit none, as it has no database. `unclear` where
 * the answer says neither.
 */
export interface EditAttempt {
  may: 'yes' | 'no' | 'never' | 'unclear'
  message: string
}

/**
 * Tries to edit a server that does not exist: LiteLLM looks at the role first, and updates nothing that is not there
 * (404). The id is fresh, so that it is never that of a server. Never throws for trouble with the gateway.
 */
export async function tryToEdit(endpoint: Endpoint): Promise<EditAttempt> {
  try {
    const body = { server_id: randomUUID(), url: 'http://127.0.0.1:9/verify' }
    const answer = await put(endpoint, SERVERS, body)
    // What something before LiteLLM refuses says nothing of LiteLLM.
    const front = refusalBefore(answer, { method: 'PUT', url: endpoint.url + SERVERS }, endpoint)
    if (front) return { may: 'unclear', message: front.message }
    const message = spoken(answer, endpoint)
    if (answer.status === 401 || answer.status === 403) return { may: 'no', message: `HTTP ${answer.status}` }
    if (answer.status === 404 && !routeMissing(answer)) return { may: 'yes', message }
    // Seen on 1.77.7, 1.81.14, 1.105.7 and 1.106.2, after the key was looked at.
    if (answer.status === 500 && /^Database not connected\b/.test(errorIn(answer.json)))
      return { may: 'never', message }
    return { may: 'unclear', message }
  } catch (error) {
    return { may: 'unclear', message: messageOf(error) }
  }
}

/** Is the key that of a full admin, who may edit? Never throws for trouble with the gateway. */
export async function isAdmins(endpoint: Endpoint): Promise<boolean> {
  try {
    await proveAdmin(endpoint, 'virtual-key')
    return true
  } catch (error) {
    messageOf(error)
    return false
  }
}

/** Asks a model for one token with a key. `null` where it answers, else why not. Costs what the model costs. */
export async function chatFailure(endpoint: Endpoint, model: string): Promise<string | null> {
  try {
    const json = { model, max_tokens: 1, messages: [{ role: 'user', content: 'ping' }] }
    const answer = await post(endpoint, '/v1/chat/completions', { json })
    return answer.status === 200 ? null : spoken(answer, endpoint)
  } catch (error) {
    return messageOf(error)
  }
}
