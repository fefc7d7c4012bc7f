import { expect, test } from 'vitest'
import { type Bench, type Server, WORKS_TOO } from './bench.ts'
import { isSince, type Received } from './http.ts'
import type { Benched } from './suite.ts'
import { describeWhere } from './where.ts'

const OAUTH = {
  auth_type: 'oauth2',
  issuer: 'http://issuer.test',
  authorization_url: 'http://issuer.test/authorize',
  token_url: 'http://issuer.test/token',
  oauth2_flow: 'authorization_code',
  credentials: { client_id: 'a-client', client_secret: 'a-secret', scopes: ['read'] },
}

const signIn = (bench: Bench, id: string, key?: string, json: Server = {}): Promise<Received> =>
  bench.ask('POST', `/v1/mcp/server/${id}/oauth-user-credential`, {
    json: { access_token: 'a-token', ...json },
    ...(key !== undefined && { key }),
  })

const list = (bench: Bench, id: string, key?: string): Promise<Received> =>
  bench.ask('GET', `/v1/mcp/server/${id}/user-credentials`, key === undefined ? {} : { key })

/** Whose tokens are stored, in order. */
async function signedIn(bench: Bench, id: string): Promise<string[]> {
  const { status, body } = await list(bench, id)
  expect(status).toBe(200)
  return (body as Server[]).map((one) => String(one['user_id'])).toSorted()
}

/** A user of the run who may use every server, with a key. */
async function userWithKey(bench: Bench, id: string, role = 'internal_user'): Promise<[string, string]> {
  const user = await bench.user(role, `-signs-${id.slice(0, 6)}`)
  return [user, await bench.key({ user_id: user, object_permission: { mcp_servers: [id] } })]
}

/** What becomes of the tokens that users have stored with a server. */
export function signingInToServers(bench: Benched, version: string): void {
  describeWhere(isSince(version, '1.104.9'))('users who signed in to a server', () => {
    test('are listed to admins, without what they stored', async () => {
      const id = await bench().make('signed', OAUTH)
      expect(await signedIn(bench(), id)).toEqual([])
      const [user, key] = await userWithKey(bench(), id)
      const answer = await signIn(bench(), id, key, { expires_in: 3600 })
      expect([answer.status, bench().stripped(answer.body)]).toEqual([
        200,
        {
          server_id: '<id>',
          has_credential: true,
          expires_at: '<date+00:00>',
          is_expired: false,
          connected_at: null,
        },
      ])
      const { body } = await list(bench(), id)
      expect(bench().stripped(body)).toEqual([
        {
          user_id: bench().plain(user),
          credential_type: 'oauth2',
          expires_at: '<date+00:00>',
          connected_at: '<date+00:00>',
          updated_at: '<date+00:00>',
        },
      ])
      await signIn(bench(), id, key)
      expect(await signedIn(bench(), id)).toEqual([user])
      expect((await list(bench(), id, key)).status).toBe(403)
    })

    test('are told apart, and the list knows no server: an unknown one has nobody', async () => {
      const id = await bench().make('signed_by_two', OAUTH)
      const [user, key] = await userWithKey(bench(), id)
      await signIn(bench(), id, key)
      await signIn(bench(), id)
      expect(await signedIn(bench(), id)).toEqual(['default_user_id', user].toSorted())
      expect(await signedIn(bench(), `${bench().prefix}-none`)).toEqual([])
    })

    test('may store something for a server that they may use only', async () => {
      const [id, other] = [await bench().make('theirs', OAUTH), await bench().make('not_theirs', OAUTH)]
      const [, key] = await userWithKey(bench(), id)
      const forbidden = await signIn(bench(), other, key)
      const text = `User does not have permission to access mcp server with id ${other}. You can only manage mcp servers that you have access to.`
      expect([forbidden.status, forbidden.body]).toEqual([403, { detail: { error: text } }])
      expect((await signIn(bench(), `${bench().prefix}-none`, key)).status).toBe(403)
      const missing = await signIn(bench(), `${bench().prefix}-none`)
      expect([missing.status, bench().stripped(missing.body)]).toEqual([
        404,
        { detail: { error: 'MCP Server RUN-none not found' } },
      ])
      const userless = await bench().key({ object_permission: { mcp_servers: [id] } })
      const nobody = await signIn(bench(), id, userless)
      expect([nobody.status, nobody.body]).toEqual([400, { detail: { error: 'User ID not found in token' } }])
    })

    for (const [what, fields, left] of [
      ['a new url', { url: WORKS_TOO }, 0],
      ['a new token_url', { token_url: 'http://other.test/token' }, 0],
      ['other scopes', { credentials: { scopes: ['write'] } }, 0],
      ['a new description', { description: 'new' }, 1],
    ] as const) {
      test(`${left === 0 ? 'lose' : 'keep'} their tokens with ${what}`, async () => {
        const id = await bench().make(`signed_${what.replaceAll(' ', '_')}`, OAUTH)
        await signIn(bench(), id)
        expect(await signedIn(bench(), id)).toHaveLength(1)
        expect((await bench().put({ server_id: id, ...fields })).status).toBe(202)
        expect(await signedIn(bench(), id)).toHaveLength(left)
      })
    }
  })
}
