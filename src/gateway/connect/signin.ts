import { z } from 'zod'
import { parsedJson } from '../../core/parsed-json.ts'
import { MigrateError } from '../../core/errors.ts'
import { printable } from '../../core/show/text.ts'
import { type Endpoint, post, spoken } from '../http/http.ts'
import { passwordMustChange } from './password-change.ts'
import type { Answer } from '../http/transport.ts'

/** A session as the admin page gets one: the key inside LiteLLM's token, and the header that key goes into. */
export interface Session {
  key: string
  keyHeader: string | null
}

const claims = z.looseObject({
  key: z.string().min(1),
  auth_header_name: z.string().nullish(),
  password_reset_required: z.unknown().optional(),
})

function cookieToken(answer: Answer): string | null {
  const cookies = [answer.headers['set-cookie'] ?? []].flat()
  return (
    cookies.map((cookie) => /^token=([^;]+)/.exec(cookie)?.[1]).find((token) => token !== undefined) ?? null
  )
}

function readClaims(token: string): z.infer<typeof claims> | null {
  const middle = token.split('.')[1] ?? ''
  return claims.safeParse(parsedJson(Buffer.from(middle, 'base64url').toString('utf8'))).data ?? null
}

/** A user name as it is shown. One who knows curl may have put the password behind it. */
const shownUser = (username: string): string => printable(username.replace(/:.*/s, ':…'))

function rejection(answer: Answer, username: string, endpoint: Endpoint): MigrateError {
  const said = spoken(answer, endpoint)
  if (answer.status === 401) {
    return new MigrateError(
      'login-failed',
      `LiteLLM does not accept this password for ${shownUser(username)}`,
      'These are UI_USERNAME and UI_PASSWORD of the gateway, or those of a user with the role proxy_admin.',
    )
  }
  if (answer.status === 403) {
    return new MigrateError(
      'login-disabled',
      `Signing in with a password is switched off on this gateway (${said})`,
      'Use an admin key: --key-file FILE or LITELLM_PROXY_API_KEY.',
    )
  }
  if (answer.status === 429) {
    const after = answer.headers['retry-after']
    return new MigrateError(
      'login-throttled',
      `The gateway throttles sign-ins${typeof after === 'string' ? `; it asks to wait ${printable(after)} s` : ''}`,
      'Wait, or use an admin key: --key-file FILE.',
    )
  }
  return new MigrateError(
    'login-failed',
    `Signing in failed (${said})`,
    'Use an admin key instead: --key-file FILE or LITELLM_PROXY_API_KEY.',
  )
}

/**
 * Signs in once with user name and password. `/v2/login` takes JSON; releases without it (1.80 and before)
 * answer 404 and have `/login`, a form. LiteLLM keeps the session's key for 24 hours.
 */
export async function signIn(endpoint: Endpoint, username: string, password: string): Promise<Session> {
  const anonymous = { ...endpoint, key: null }
  const modern = await post(anonymous, '/v2/login', { json: { username, password } })
  const missing = modern.status === 404 || modern.status === 405
  const answer = missing ? await post(anonymous, '/login', { form: { username, password } }) : modern
  const secretive = { ...endpoint, key: password }
  if (answer.status >= 400) throw rejection(answer, username, secretive)
  const inBody = z.looseObject({ token: z.string() }).safeParse(answer.json).data?.token
  const found = readClaims(inBody ?? cookieToken(answer) ?? '')
  if (!found)
    throw new MigrateError(
      'login-failed',
      'The gateway answered the sign-in without a session key',
      'Use an admin key instead: --key-file FILE or LITELLM_PROXY_API_KEY.',
    )
  if (found.password_reset_required === true) throw passwordMustChange(shownUser(username))
  endpoint.redactor.learn(found.key, inBody, cookieToken(answer))
  return { key: found.key, keyHeader: found.auth_header_name ?? null }
}
