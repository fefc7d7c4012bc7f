import { describe, expect, test } from 'vitest'
import type { Bench } from './bench.ts'
import { isSince, type Received } from './http.ts'
import type { Benched } from './suite.ts'

const GIVEN = 'Given-by-an-admin-4711!'
const OWN = 'Chosen-by-its-owner-42!'

const MUST_CHANGE = {
  detail:
    "This account's password must be changed before the session can be used: it was either found in a known data breach or set by an admin. Change it via POST /user/password/change (UI: /ui/change-password), then log in again.",
}

const CHANGE = '/user/password/change'

function claimsIn(answer: Received): Record<string, unknown> {
  const token = /^token=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
  return JSON.parse(Buffer.from(token.split('.')[1] ?? 'e30', 'base64url').toString()) as Record<
    string,
    unknown
  >
}

/** A new admin with an e-mail address, to whom an admin gives a password; a way to sign in. */
async function adminWithPassword(bench: Bench): Promise<{
  id: string
  signIn: (password: string, username?: string) => Promise<Received>
  shouted: string
}> {
  const email = `${bench.prefix}.own@ct.test`
  const id = await bench.user('proxy_admin', '-own', { user_email: email })
  const given = await bench.ask('POST', '/user/update', { json: { user_id: id, password: GIVEN } })
  if (given.status !== 200) throw new Error(`password: ${given.status} ${JSON.stringify(given.body)}`)
  const signIn = (password: string, username = email): Promise<Received> =>
    bench.ask('POST', '/login', { key: null, form: { username, password } })
  return { id, signIn, shouted: email.toUpperCase() }
}

/** Users' own passwords. */
export function passwords(bench: Benched, version: string): void {
  describe('knows passwords of users', () => {
    const forced = isSince(version, '1.104.9')

    test('one that an admin has set signs in; from 1.104.9 only to change it', async () => {
      const { id, signIn, shouted } = await adminWithPassword(bench())
      expect((await signIn(`not-${GIVEN}`)).status).toBe(401)
      expect((await signIn(GIVEN, shouted)).status).toBe(isSince(version, '1.81.0') ? 303 : 401)
      const claims = claimsIn(await signIn(GIVEN))
      expect(claims).toMatchObject({ user_id: id, user_role: 'proxy_admin' })
      expect(claims['password_reset_required']).toBe(forced ? true : undefined)
      const key = String(claims['key'])
      for (const path of ['/key/info', '/v1/mcp/server', '/get/internal_user_settings']) {
        const { status, body } = await bench().ask('GET', path, { key })
        expect([path, status, ...(forced ? [body] : [])]).toEqual([
          path,
          forced ? 403 : 200,
          ...(forced ? [MUST_CHANGE] : []),
        ])
      }
      const change = (current: string, next: string): Promise<Received> =>
        bench().ask('POST', CHANGE, { key, json: { current_password: current, new_password: next } })
      if (!forced) return expect((await change(GIVEN, OWN)).status).toBe(404)
      expect((await change('another', OWN)).body).toEqual({
        detail: { error: 'Current password is incorrect.' },
      })
      expect((await change(GIVEN, 'short')).status).toBe(400)
      expect((await change(GIVEN, OWN)).body).toEqual({
        user_id: id,
        message: 'Password updated successfully.',
      })
      // The old session does not know of it.
      expect((await bench().ask('GET', '/key/info', { key })).status).toBe(403)
      const own = claimsIn(await signIn(OWN))
      expect(own['password_reset_required']).toBe(false)
      const answer = await bench().ask('GET', '/key/info', { key: String(own['key']) })
      expect([answer.status, answer.body]).toMatchObject([200, { info: { user_id: id } }])
    })
  })
}
