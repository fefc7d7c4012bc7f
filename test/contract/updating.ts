import { describeWhere } from './where.ts'
import { describe, expect, test } from 'vitest'
import { NO_PATH, type Server, WORKS, WORKS_TOO } from './bench.ts'
import { at, isSince, type Received, type Since } from './http.ts'
import { FAILS, made, moving, putSafely } from './moving.ts'
import { rich } from './reading.ts'
import type { Benched } from './suite.ts'

function detail({ status, body }: Received): unknown {
  return [status, (body as { detail?: unknown }).detail]
}

function fault({ status, body }: Received): unknown {
  const [first] = (body as { detail: { type: string; loc: unknown; msg: string }[] }).detail
  return [status, first?.type, first?.loc, first?.msg]
}

/** One column sent as null, and what that does: a fault, a failure, or what the column then holds. */
const NULLS: readonly (readonly [name: string, Since<unknown>])[] = [
  [
    'description',
    [
      ['0.0.0', 'a server with everything set'],
      ['1.88.0', null],
    ],
  ],
  [
    'auth_type',
    [
      ['0.0.0', 'bearer_token'],
      ['1.88.0', null],
    ],
  ],
  [
    'allowed_tools',
    [
      ['0.0.0', ['echo']],
      ['1.88.0', FAILS],
      ['1.96.0', []],
    ],
  ],
  [
    'extra_headers',
    [
      ['0.0.0', ['X-Request-Id']],
      ['1.88.0', FAILS],
    ],
  ],
  ['args', [['0.0.0', 'Input should be a valid list']]],
  ['env', [['0.0.0', 'Input should be a valid dictionary']]],
  ['mcp_access_groups', [['0.0.0', 'Input should be a valid list']]],
  [
    'transport',
    [
      [
        '0.0.0',
        "Input should be <MCPTransport.sse: 'sse'>, <MCPTransport.http: 'http'> or <MCPTransport.stdio: 'stdio'>",
      ],
    ],
  ],
  [
    'allow_all_keys',
    [
      ['0.0.0', undefined],
      ['1.81.0', 'Input should be a valid boolean'],
    ],
  ],
]

function nulls(bench: Benched, version: string): void {
  describeWhere(isSince(version, '1.77.2'))('takes null', () => {
    for (const [name, values] of NULLS) {
      test(`for ${name}`, async () => {
        const { id } = await made(bench(), `null_${name}`)
        const answer = await putSafely(bench(), id, { [name]: null })
        const expected = at(version, values)
        if (answer.status === 422)
          return expect(fault(answer)).toEqual([422, expect.any(String), ['body', name], expected])
        if (expected === FAILS) return expect(answer.status).toBe(500)
        expect([answer.status, (await bench().get(id))[name]]).toEqual([202, expected])
      })
    }

    test('for credentials: kept, and from 1.88 erased', async () => {
      const id = await bench().make('null_credentials', rich(`${bench().prefix}_group`))
      expect((await bench().get(id))['status']).toBe('healthy')
      const answer = await putSafely(bench(), id, { credentials: null })
      expect(answer.status).toBe(202)
      // Without its secret LiteLLM cannot check a bearer server, and says so.
      const status = at(version, [
        ['0.0.0', 'healthy'],
        ['1.88.0', 'unknown'],
      ])
      expect((await bench().get(id))['status']).toBe(status)
    })
  })
}

function names(bench: Benched, version: string): void {
  const partial = isSince(version, '1.88.0')

  describe('treats names', () => {
    test('a hyphen is refused where a name is sent', async () => {
      const { id } = await made(bench(), 'hyphen')
      for (const field of ['server_name', 'alias']) {
        const answer = await bench().put({ server_id: id, url: WORKS_TOO, [field]: 'with-hyphen' })
        const text = `Server name cannot contain '-'. Use an alternative character instead Found: with-hyphen`
        expect(detail(answer)).toEqual([400, { error: text }])
      }
    })

    test('a name without an alias becomes the alias, and a null alias counts as none', async () => {
      const { id } = await made(bench(), 'renamed')
      for (const more of [{}, { alias: null }]) {
        const name = `${bench().prefix}_new_${Object.keys(more).length}`
        const answer = await bench().put({
          server_id: id,
          url: WORKS_TOO,
          server_name: name,
          ...more,
        })
        expect(answer.body).toMatchObject({ server_name: name, alias: name })
      }
    })

    test('a null alias alone is no alias', async () => {
      const { id } = await made(bench(), 'nameless')
      const answer = await bench().put({ server_id: id, url: WORKS_TOO, alias: null })
      expect([answer.status, (answer.body as Server)['alias']]).toEqual([202, null])
    })

    test('spaces in an alias become underscores', async () => {
      const { id } = await made(bench(), 'spaced')
      const alias = `${bench().prefix} with space`
      const answer = await bench().put({ server_id: id, url: WORKS_TOO, alias })
      expect(answer.body).toMatchObject({ alias: alias.replaceAll(' ', '_') })
    })

    test('a taken name is refused from 1.105', async () => {
      const taken = await bench().make('taken')
      const { id } = await made(bench(), 'taker')
      const alias = `${bench().prefix}_Taken`
      const answer = await putSafely(bench(), id, { alias })
      if (!isSince(version, '1.105.7')) return expect(answer.status).toBe(202)
      const text = `An MCP server with alias '${alias}' already exists (server_id=${taken}). MCP server names and aliases must be unique, case-insensitive.`
      expect(detail(answer)).toEqual([400, { error: text }])
    })

    test('a PUT that names nothing keeps the alias from 1.88 on, and drops it before', async () => {
      const { id } = await made(bench(), 'plain')
      const answer = await bench().put({ server_id: id, url: WORKS_TOO })
      const alias = partial ? `${bench().prefix}_plain` : null
      expect([answer.status, (answer.body as Server)['alias']]).toEqual([202, alias])
    })
  })
}

function refusing(bench: Benched, version: string): void {
  describe('refuses a PUT', () => {
    const missing = (id: string): unknown => [404, { error: `MCP Server not found, passed server_id=${id}` }]

    test('of an unknown id: 404, after the names: 400, after the body: 422', async () => {
      const id = `${bench().prefix}-none`
      expect(detail(await bench().put({ server_id: id, url: WORKS }))).toEqual(missing(id))
      const name = await bench().put({ server_id: id, url: WORKS, alias: 'a-b' })
      expect(name.status).toBe(400)
      const body = await bench().put({ server_id: id, url: 5, alias: 'a-b' })
      expect(fault(body)).toEqual([422, 'string_type', ['body', 'url'], 'Input should be a valid string'])
    })

    test('without an id, of no JSON, of no body: 422', async () => {
      const missing = await bench().put({ url: WORKS })
      expect(fault(missing)).toEqual([422, 'missing', ['body', 'server_id'], 'Field required'])
      const text = await bench().ask('PUT', '/v1/mcp/server', { text: '{not json' })
      expect(fault(text)).toEqual([422, 'json_invalid', ['body', 1], 'JSON decode error'])
      const empty = await bench().ask('PUT', '/v1/mcp/server', { text: '' })
      expect(fault(empty)).toEqual([422, 'missing', ['body'], 'Field required'])
    })

    test('that names a transport but no url: 422', async () => {
      const { id } = await made(bench(), 'no_url_sent')
      const answer = await bench().put({ server_id: id, transport: 'sse' })
      const what = isSince(version, '1.81.0') ? 'url or spec_path' : 'url'
      const text = `Value error, ${what} is required for HTTP/SSE transport`
      expect(fault(answer)).toEqual([422, 'value_error', ['body'], text])
    })

    test('takes an empty or a wrong url, and a key that nobody knows', async () => {
      const { id } = await made(bench(), 'any_url')
      for (const url of ['', 'not a url', NO_PATH]) {
        const answer = await putSafely(bench(), id, { url, transport: undefined, no_such_key: 1 })
        expect([answer.status, (answer.body as Server)['url']]).toEqual([202, url])
      }
    })

    test('a url that is null: kept up to 1.87, cleared after', async () => {
      const { id } = await made(bench(), 'null_url')
      const answer = await putSafely(bench(), id, { url: null, transport: undefined })
      const url = at(version, [
        ['0.0.0', null],
        ['1.77.2', WORKS],
        ['1.88.0', null],
      ])
      expect([answer.status, (answer.body as Server)['url']]).toEqual([202, url])
    })
  })
}

/** PUT of servers. */
export function updating(bench: Benched, version: string): void {
  moving(bench, version)
  nulls(bench, version)
  names(bench, version)
  refusing(bench, version)
}
