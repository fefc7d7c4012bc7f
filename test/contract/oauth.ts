import { describeWhere, testWhere } from './where.ts'
import { expect, test } from 'vitest'
import { type Bench, CLOSED, type Server, WORKS, WORKS_TOO } from './bench.ts'
import { isSince } from './http.ts'
import type { Benched } from './suite.ts'

const FLOW = {
  authorization_url: 'http://issuer.test/authorize',
  token_url: 'http://issuer.test/token',
  registration_url: 'http://issuer.test/register',
  oauth2_flow: 'authorization_code',
}
const SIGN_IN = {
  auth_type: 'oauth2',
  issuer: 'http://issuer.test',
  ...FLOW,
  credentials: { client_id: 'a-client', client_secret: 'a-secret', scopes: ['read'] },
}
const EXCHANGE = {
  token_exchange_endpoint: 'http://issuer.test/exchange',
  audience: 'an-audience',
  subject_token_type: 'urn:test:subject',
  token_exchange_profile: 'rfc8693',
}
const NAMES = ['issuer', ...Object.keys(FLOW), ...Object.keys(EXCHANGE), 'dcr_bridge']
const NOTHING = Object.fromEntries(NAMES.map((name) => [name, null]))

async function oauthOf(bench: Bench, id: string): Promise<Server> {
  const record = await bench.get(id)
  return Object.fromEntries(NAMES.map((name) => [name, record[name]]))
}

async function put(bench: Bench, id: string, fields: Server): Promise<Server> {
  const answer = await bench.put({ server_id: id, ...fields })
  expect(answer.status).toBe(202)
  return oauthOf(bench, id)
}

/** Up to 1.93 a new url leaves an OAuth server's columns alone. */
function keepingOAuth(bench: Benched, version: string): void {
  const isBefore = isSince(version, '1.92.2') && !isSince(version, '1.94.3')
  testWhere(isBefore)('an OAuth server keeps its columns over a new url', async () => {
    const sent = { url: CLOSED, auth_type: 'oauth2', ...FLOW }
    const id = await bench().make('oauth_kept', sent)
    // 1.92.2 may not answer where the address does (upstream #37499).
    const answer = await bench().put({ server_id: id, url: CLOSED.replace('localhost', '127.0.0.1') })
    expect([answer.status, await bench().get(id)]).toMatchObject([202, FLOW])
  })
}

/** What a new url does to a server that users sign in to, from 1.94 on. */
export function movingOAuth(bench: Benched, version: string): void {
  keepingOAuth(bench, version)
  // 1.81.14 asks the address for its OAuth metadata within the POST, and an SSE stream never ends.
  describeWhere(isSince(version, '1.94.3'))('moves an OAuth server', () => {
    test('the same url changes nothing, another one empties the ten columns', async () => {
      const id = await bench().make('oauth', SIGN_IN)
      const { credentials: _credentials, auth_type: _type, ...columns } = SIGN_IN
      expect(await oauthOf(bench(), id)).toEqual({ ...NOTHING, ...columns })
      expect(await put(bench(), id, { url: WORKS })).toEqual({ ...NOTHING, ...columns })
      expect(await put(bench(), id, { url: WORKS_TOO })).toEqual(NOTHING)
    })

    test('another transport alone keeps them, with another url they are emptied all the same', async () => {
      const id = await bench().make('oauth_transport', { ...SIGN_IN, transport: 'sse' })
      const { credentials: _credentials, auth_type: _type, ...columns } = SIGN_IN
      expect(await put(bench(), id, { url: WORKS, transport: 'http' })).toEqual({ ...NOTHING, ...columns })
      expect(await put(bench(), id, { url: WORKS_TOO, transport: 'sse' })).toEqual(NOTHING)
      expect((await bench().get(id))['transport']).toBe('sse')
    })

    test('a second PUT without the url brings nine of them back', async () => {
      const id = await bench().make('oauth_back', SIGN_IN)
      await put(bench(), id, { url: WORKS_TOO })
      expect(await put(bench(), id, FLOW)).toEqual({ ...NOTHING, ...FLOW })
    })

    // `issuer_changed` in `update_mcp_server`: up to 1.105 a first issuer is no change of it.
    testWhere(!isSince(version, '1.106.0'))(
      'up to 1.105 all ten come back, the issuer with them',
      async () => {
        const all = { issuer: SIGN_IN.issuer, ...FLOW, ...EXCHANGE, dcr_bridge: false }
        const id = await bench().make('oauth_all', { ...SIGN_IN, ...all })
        expect(await put(bench(), id, { url: WORKS_TOO })).toEqual(NOTHING)
        expect(await put(bench(), id, all)).toEqual(all)
        expect(await put(bench(), id, { url: WORKS })).toEqual(NOTHING)
        await put(bench(), id, FLOW)
        const issuer = { issuer: SIGN_IN.issuer }
        expect(await put(bench(), id, issuer)).toEqual({ ...NOTHING, ...issuer, ...FLOW })
      },
    )

    testWhere(isSince(version, '1.106.0'))('from 1.106 the issuer costs the others', async () => {
      const id = await bench().make('oauth_issuer', SIGN_IN)
      await put(bench(), id, { url: WORKS_TOO })
      await put(bench(), id, FLOW)
      const issuer = { issuer: SIGN_IN.issuer }
      expect(await put(bench(), id, issuer)).toEqual({ ...NOTHING, ...issuer })
      const all = { ...issuer, ...FLOW }
      expect(await put(bench(), id, FLOW)).toEqual({ ...NOTHING, ...all })
      expect(await put(bench(), id, { url: WORKS, ...all })).toEqual(NOTHING)
    })

    test('sending the columns again with the url does not keep them; other values are taken', async () => {
      const id = await bench().make('oauth_sent', SIGN_IN)
      const fields = { url: WORKS_TOO, ...FLOW, token_url: 'http://other.test/token' }
      expect(await put(bench(), id, fields)).toEqual({ ...NOTHING, token_url: 'http://other.test/token' })
    })

    test('token exchange loses its four columns, and gets them back', async () => {
      const fields = { auth_type: 'oauth2_token_exchange', ...EXCHANGE }
      const id = await bench().make('exchange', { ...fields, credentials: SIGN_IN.credentials })
      expect(await oauthOf(bench(), id)).toEqual({ ...NOTHING, ...EXCHANGE })
      expect(await put(bench(), id, { url: WORKS_TOO })).toEqual(NOTHING)
      expect(await put(bench(), id, EXCHANGE)).toEqual({ ...NOTHING, ...EXCHANGE })
    })

    test('what is no oauth2 server gets all of its columns back at once, the issuer too', async () => {
      const all = { issuer: SIGN_IN.issuer, ...FLOW, ...EXCHANGE }
      const id = await bench().make('exchange_all', { auth_type: 'oauth2_token_exchange', ...all })
      expect(await oauthOf(bench(), id)).toEqual({ ...NOTHING, ...all })
      expect(await put(bench(), id, { url: WORKS_TOO })).toEqual(NOTHING)
      expect(await put(bench(), id, all)).toEqual({ ...NOTHING, ...all })
    })

    test('from 1.105 the scopes of the stored client are shown', async () => {
      const id = await bench().make('oauth_scopes', SIGN_IN)
      const { credentials } = await bench().get(id)
      expect(credentials).toEqual(isSince(version, '1.105.7') ? { scopes: ['read'] } : null)
    })

    testWhere(isSince(version, '1.105.7'))('credentials are merged key by key', async () => {
      const id = await bench().make('oauth_merged', SIGN_IN)
      await put(bench(), id, { credentials: { client_secret: 'another' } })
      expect((await bench().get(id))['credentials']).toEqual({ scopes: ['read'] })
      await put(bench(), id, { credentials: { scopes: ['write'] } })
      expect((await bench().get(id))['credentials']).toEqual({ scopes: ['write'] })
    })
  })
}
