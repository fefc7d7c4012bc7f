import { describe, expect, test } from 'vitest'
import { CLOSED, NO_PATH, type Server, WORKS, WORKS_TOO } from './bench.ts'
import { at, isSince, type Since } from './http.ts'
import type { Benched } from './suite.ts'

const TERSE = 'unhandled errors in a TaskGroup (1 sub-exception)'
const HEALTHY = ['healthy', null]

/** Status and error of a server by its address. */
const HEALTH: Readonly<Record<string, Since<unknown>>> = {
  [WORKS]: [['0.0.0', HEALTHY]],
  [CLOSED]: [
    ['0.0.0', HEALTHY],
    ['1.81.0', ['unhealthy', TERSE]],
    ['1.102.4', ['unhealthy', 'All connection attempts failed']],
  ],
  [NO_PATH]: [
    ['0.0.0', HEALTHY],
    ['1.81.0', ['unhealthy', TERSE]],
    [
      '1.102.4',
      [
        'unhealthy',
        `Client error '404 Not Found' for url '${NO_PATH}'\nFor more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/404`,
      ],
    ],
  ],
}

const OK = { status: 'ok' }
const failed = (message: string): unknown => ({ status: 'error', error: true, message })
const TERSE_TEST = failed('Failed to connect to MCP server. Check proxy logs for details.')

/** What `/mcp-rest/test/connection` says of an address. */
const TESTS: Readonly<Record<string, Since<unknown>>> = {
  [WORKS]: [['0.0.0', OK]],
  [CLOSED]: [
    ['0.0.0', OK],
    ['1.81.0', TERSE_TEST],
    [
      '1.102.4',
      failed(
        'Failed to connect to MCP server: the server is unreachable. Check the URL and that the server is running.',
      ),
    ],
  ],
  [NO_PATH]: [
    ['0.0.0', OK],
    ['1.81.0', TERSE_TEST],
    ['1.102.4', failed('Failed to connect to MCP server: it returned HTTP 404.')],
  ],
}

function tool(name: string, more: Server): Server {
  const inputSchema = { type: 'object', properties: { text: { type: 'string' } } }
  const plain = { name, title: null, description: `The ${name} tool`, inputSchema }
  return { ...plain, outputSchema: null, annotations: null, ...more }
}

const LISTED = { error: null, message: 'Successfully retrieved tools' }
const NEWER = { icons: null, execution: null }

/** Health checks, connection tests and tools, of addresses that work and that do not. */
export function probing(bench: Benched, version: string): void {
  const old = !isSince(version, '1.81.0')
  const newer = old ? {} : NEWER
  const unexplained = !isSince(version, '1.102.4')

  describe('looks at servers', () => {
    for (const [url, expected] of Object.entries(HEALTH)) {
      test(`health of ${url}`, async () => {
        const name = `health_${Object.keys(HEALTH).indexOf(url)}`
        const id = await bench().make(name, { url })
        const record = await bench().get(id)
        const value = at(version, expected)
        expect([record['status'], record['health_check_error']]).toEqual(value)
        const { body } = await bench().ask('GET', `/v1/mcp/server/health?server_ids=${id}`)
        const [status] = value as [string]
        if (!old) return expect(body).toEqual([{ server_id: id, status }])
        const { servers } = body as { servers: Record<string, Server> }
        const one = { server_id: id, status, tools_count: url === WORKS ? 2 : 0, error: null }
        expect(servers[id]).toMatchObject(one)
        expect((await bench().ask('GET', `/v1/mcp/server/${id}/health`)).body).toMatchObject(one)
      })
    }

    test('health of all, an object up to 1.80 and a list after', async () => {
      await bench().make('health_all')
      const { status, body } = await bench().ask('GET', '/v1/mcp/server/health')
      expect(status).toBe(200)
      const counts = ['total_servers', 'healthy_count', 'unhealthy_count', 'unknown_count', 'servers']
      expect(Array.isArray(body) ? 'list' : Object.keys(body as object)).toEqual(old ? counts : 'list')
      const single = await bench().ask('GET', `/v1/mcp/server/${bench().prefix}-none/health`)
      expect(single.status).toBe(404)
    })

    for (const [url, expected] of Object.entries(TESTS)) {
      test(`connection test of ${url}`, async () => {
        const json = { server_name: 'probe', url, transport: 'sse', auth_type: 'none' }
        const answer = await bench().ask('POST', '/mcp-rest/test/connection', { json })
        expect([answer.status, answer.body]).toEqual([200, at(version, expected)])
      })
    }

    test('the connection test asks for no key up to 1.80', async () => {
      const json = { server_name: 'probe', url: WORKS, transport: 'sse' }
      const answer = await bench().ask('POST', '/mcp-rest/test/connection', { json, key: null })
      expect(answer.status).toBe(old ? 200 : 401)
      const wrong = await bench().ask('POST', '/mcp-rest/test/connection', { json: { transport: 'sse' } })
      expect(wrong.status).toBe(422)
    })

    test('the tools of an address that works, and of one that does not', async () => {
      const json = { server_name: 'probe', url: WORKS, transport: 'sse', auth_type: 'none' }
      const answer = await bench().ask('POST', '/mcp-rest/test/tools/list', { json })
      const more = unexplained ? { meta: null, ...newer } : { _meta: null, ...newer }
      const tools = ['echo', 'filesystem_ping'].map((name) => tool(name, more))
      expect([answer.status, answer.body]).toEqual([200, { tools, ...LISTED }])
      const closed = await bench().ask('POST', '/mcp-rest/test/tools/list', {
        json: { ...json, url: CLOSED },
      })
      const expected = old ? { tools: [], ...LISTED } : at(version, TESTS[CLOSED] ?? [])
      expect([closed.status, closed.body]).toEqual([200, expected])
    })

    test('the tools of a server', async () => {
      const id = await bench().make('tools')
      const { body } = await bench().ask('GET', `/mcp-rest/tools/list?server_id=${id}`)
      const owner = unexplained ? {} : { server_id: '<id>', alias: 'tools' }
      const more = { _meta: null, ...newer, mcp_info: { server_name: 'tools', ...owner } }
      const tools = ['echo', 'filesystem_ping'].map((name) => tool(name, more))
      expect(bench().stripped(body)).toEqual({ tools, ...LISTED })
      const all = await bench().ask('GET', '/mcp-rest/tools/list')
      const own = (all.body as { tools: { mcp_info: Server }[] }).tools.filter(
        ({ mcp_info: info }) => info['server_name'] === `${bench().prefix}_tools`,
      )
      expect(own).toHaveLength(2)
      expect(Object.keys(all.body as object).includes('server_outcomes')).toBe(!unexplained)
    })

    test('only the allowed tools of a server', async () => {
      const id = await bench().make('few_tools', { allowed_tools: ['echo'] })
      const { body } = await bench().ask('GET', `/mcp-rest/tools/list?server_id=${id}`)
      const names = (body as { tools: { name: string }[] }).tools.map(({ name }) => name)
      expect(names).toEqual(isSince(version, '1.77.2') ? ['echo'] : ['echo', 'filesystem_ping'])
    })

    test('the tools of a closed port and of no server', async () => {
      const id = await bench().make('closed', { url: CLOSED })
      const closed = await bench().ask('GET', `/mcp-rest/tools/list?server_id=${id}`)
      const message = `Failed to list tools from server ${bench().prefix}_closed`
      expect([closed.status, closed.body]).toEqual(
        unexplained ? [200, { tools: [], ...LISTED }] : [502, { detail: { error: 'unreachable', message } }],
      )
      const none = await bench().ask('GET', '/mcp-rest/tools/list?server_id=no-such')
      const denied = 'The key is not allowed to access server no-such'
      const odd = `An unexpected error occurred: 403: {'error': 'access_denied', 'message': '${denied}'}`
      const expected: Since<unknown> = [
        [
          '0.0.0',
          [200, { tools: [], error: 'server_not_found', message: 'Server with id no-such not found' }],
        ],
        ['1.81.0', [200, { tools: [], error: 'unexpected_error', message: odd }]],
        ['1.90.0', [403, { detail: { error: 'access_denied', message: denied } }]],
      ]
      expect([none.status, none.body]).toEqual(at(version, expected))
    })

    test('a new url is used at once from 1.81; before, not until a restart', async () => {
      const id = await bench().make('moved')
      const record = await bench().get(id)
      const kept = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
      const answer = await bench().put({ ...kept, server_id: id, url: WORKS_TOO })
      expect(answer.status).toBe(202)
      const { moved } = await bench().list()
      expect([(await bench().get(id))['url'], moved?.['url']]).toEqual([WORKS_TOO, WORKS_TOO])
      const { body } = await bench().ask('GET', `/mcp-rest/tools/list?server_id=${id}`)
      const names = (body as { tools: { name: string }[] }).tools.map(({ name }) => name)
      expect(names).toEqual(['echo', old ? 'filesystem_ping' : 'fetch_ping'])
    })
  })
}
