import { testWhere } from './where.ts'
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Bench } from './bench.ts'
import { at, isSince, type Received, type Since } from './http.ts'
import type { Benched } from './suite.ts'

const WRONG: Since<string> = [
  ['0.0.0', "Invalid credentials used to access UI.\nCheck 'UI_USERNAME', 'UI_PASSWORD' in .env file"],
  [
    '1.105.7',
    "Invalid credentials used to access UI. Check 'UI_USERNAME' and 'UI_PASSWORD', or the password set for your user",
  ],
]

const LANDING: Since<string> = [
  ['0.0.0', '/ui/?login=success'],
  ['1.105.7', '/ui?login=success'],
]

function cookieOf(answer: Received): string {
  return /^token=([^;]+); Path=\/; SameSite=lax$/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

function form(bench: Bench, password = bench.target.password): Promise<Received> {
  return bench.ask('POST', '/login', { key: null, form: { username: bench.target.username, password } })
}

function refusal(message: string, param: string): unknown {
  return { error: { message, type: 'auth_error', param, code: '401' } }
}

/** The admin page's two ways in. */
export function signingIn(bench: Benched, version: string): void {
  describe('signs in', () => {
    const v2 = isSince(version, '1.81.0')

    test('a form gives 303 and a cookie whose token holds a session key', async () => {
      const answer = await form(bench())
      expect([answer.status, answer.body]).toEqual([303, ''])
      expect(answer.headers.get('location')).toBe(bench().target.url + at(version, LANDING))
      const claims = claimsOf(cookieOf(answer))
      expect(claims).toEqual({
        user_id: 'default_user_id',
        key: expect.stringMatching(/^sk-[\w-]{22}$/) as string,
        user_email: null,
        user_role: 'proxy_admin',
        login_method: 'username_password',
        premium_user: false,
        auth_header_name: 'Authorization',
        disabled_non_admin_personal_key_creation: false,
        server_root_path: v2 ? '' : '/',
        ...(isSince(version, '1.96.0') && { exp: expect.any(Number) as number }),
        ...(isSince(version, '1.104.9') && { password_reset_required: false }),
      })
    })

    test('the token is signed with the master key', async () => {
      const token = cookieOf(await form(bench()))
      const [head = '', claims = '', signature] = token.split('.')
      expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' })
      const signed = createHmac('sha256', bench().target.masterKey).update(`${head}.${claims}`)
      expect(signed.digest('base64url')).toBe(signature)
    })

    test('a wrong password is 401, and so is JSON', async () => {
      const expected = [401, refusal(at(version, WRONG), 'invalid_credentials')]
      const wrong = await form(bench(), `not-${bench().target.password}`)
      expect([wrong.status, wrong.body]).toEqual(expected)
      const { username, password } = bench().target
      const json = await bench().ask('POST', '/login', { key: null, json: { username, password } })
      expect([json.status, json.body]).toEqual(expected)
    })

    test('/v2/login takes JSON, and exists from 1.81', async () => {
      const { username, password, url } = bench().target
      const answer = await bench().ask('POST', '/v2/login', { key: null, json: { username, password } })
      if (!v2) return expect([answer.status, answer.body]).toEqual([404, { detail: 'Not Found' }])
      const token = cookieOf(answer)
      const inBody = isSince(version, '1.90.0') ? { token } : {}
      expect([answer.status, answer.body]).toEqual([
        200,
        { redirect_url: url + at(version, LANDING), ...inBody },
      ])
      expect(claimsOf(token)['key']).toMatch(/^sk-/)
    })

    testWhere(v2)('/v2/login refuses a form, and a missing password', async () => {
      const { username, password } = bench().target
      const asForm = await bench().ask('POST', '/v2/login', { key: null, form: { username, password } })
      expect(asForm.status).toBe(500)
      expect(asForm.body).toMatchObject({ error: { message: 'Expecting value: line 1 column 1 (char 0)' } })
      const half = await bench().ask('POST', '/v2/login', { key: null, json: { username } })
      expect([half.status, half.body]).toEqual([401, refusal(at(version, WRONG), 'invalid_credentials')])
    })

    test('the session key is a full admin key of the dashboard; the token itself is no key', async () => {
      const token = cookieOf(await form(bench()))
      const key = String(claimsOf(token)['key'])
      const info = await bench().ask('GET', '/key/info', { key })
      expect(info.body).toMatchObject({
        key: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        info: {
          key_name: `sk-...${key.slice(-4)}`,
          user_id: 'default_user_id',
          team_id: 'litellm-dashboard',
          expires: expect.stringMatching(/^\d{4}-/) as string,
          allowed_routes: [],
          object_permission: null,
        },
      })
      expect((await bench().ask('GET', '/v1/mcp/server', { key })).status).toBe(200)
      const refused = await bench().ask('GET', '/key/info', { key: token })
      expect(refused.status).toBe(401)
      const { message } = (refused.body as { error: { message: string } }).error
      expect(message).toContain('LiteLLM Virtual Key expected. Received=')
      expect(message.includes('structure of a JWT')).toBe(isSince(version, '1.105.7'))
    })
  })
}
