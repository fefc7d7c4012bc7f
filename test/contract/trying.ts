import { describe, expect, test } from 'vitest'
import type { AddressFault } from '../../src/sandbox/backends/addresses.ts'
import { CLOSED, type Server, WORKS } from './bench.ts'
import { at, isSince } from './http.ts'
import type { Benched } from './suite.ts'

const STATUSES = [401, 403, 404, 421, 500] as const

const under = (status: number): string => `http://localhost:8585/faults/${status}/`

/** Where the laboratory's servers answer with a status, for a sandbox to play the same. */
export const FAULTS: Readonly<Record<string, AddressFault>> = Object.fromEntries(
  STATUSES.map((status) => [under(status), status]),
)

const UNKNOWN = 'http://no-such-host.invalid:8080/servers/filesystem/sse'

const CONNECT = 'Failed to connect to MCP server'
const UNREACHABLE = `${CONNECT}: the server is unreachable. Check the URL and that the server is running.`
const FOREIGN = `${CONNECT}: the MCP request failed (JSON-RPC code -32601). Check that the endpoint supports MCP initialization and tool listing, and check the upstream server logs.`
const returned = (status: number): string => `${CONNECT}: it returned HTTP ${status}.`

interface Case {
  transport: 'sse' | 'http'
  url: string
  /** What LiteLLM says from 1.102 on where the address is tried. */
  message: string
  /** What it answers where tools of a registered server are listed. */
  listed: readonly [status: number, word: string]
  /** Does 1.77 itself fail on it? */
  crashes?: boolean
}

const CASES: readonly Case[] = [
  { transport: 'sse', url: UNKNOWN, message: UNREACHABLE, listed: [502, 'unreachable'] },
  { transport: 'sse', url: CLOSED, message: UNREACHABLE, listed: [502, 'unreachable'] },
  {
    transport: 'http',
    url: WORKS,
    message: returned(405),
    listed: [502, 'upstream_error'],
    crashes: true,
  },
  { transport: 'sse', url: `${under(401)}sse`, message: returned(401), listed: [401, 'Unauthorized'] },
  {
    transport: 'http',
    url: `${under(401)}mcp`,
    message: returned(401),
    listed: [401, 'Unauthorized'],
    crashes: true,
  },
  { transport: 'sse', url: `${under(403)}sse`, message: returned(403), listed: [403, 'Forbidden'] },
  { transport: 'sse', url: `${under(404)}sse`, message: returned(404), listed: [502, 'upstream_error'] },
  { transport: 'http', url: `${under(404)}mcp`, message: FOREIGN, listed: [500, 'internal'] },
  { transport: 'sse', url: `${under(421)}sse`, message: returned(421), listed: [502, 'upstream_error'] },
  {
    transport: 'http',
    url: `${under(421)}mcp`,
    message: returned(421),
    listed: [502, 'upstream_error'],
    crashes: true,
  },
  { transport: 'sse', url: `${under(500)}sse`, message: returned(500), listed: [502, 'upstream_error'] },
]

const NOTHING = { tools: [], error: null, message: 'Successfully retrieved tools' }

/** What an address that does not work is answered with, where it is tried and where its tools are listed. */
export function trying(bench: Benched, version: string): void {
  const explains = isSince(version, '1.102.4')

  function triedAs({ message, crashes }: Case): unknown {
    const error = (text: string): unknown => [200, { status: 'error', error: true, message: text }]
    const before = crashes ? [500, 'Internal Server Error'] : [200, NOTHING]
    return at(version, [
      ['0.0.0', before],
      ['1.81.0', error(`${CONNECT}. Check proxy logs for details.`)],
      ['1.102.4', error(message)],
    ])
  }

  describe('tries an address', () => {
    for (const one of CASES) {
      test(`${one.transport} ${one.url}, and stores nothing`, async () => {
        const { url, transport } = one
        const json = { server_name: 'mcp_url_migrate_preflight', url, transport, auth_type: 'none' }
        const ids = async (): Promise<unknown> =>
          ((await bench().ask('GET', '/v1/mcp/server')).body as Server[]).map(({ server_id: id }) => id)
        const before = await ids()
        const { status, body } = await bench().ask('POST', '/mcp-rest/test/tools/list', { json })
        expect([status, body]).toEqual(triedAs(one))
        expect(await ids()).toEqual(before)
      })
    }

    for (const [i, { url, transport, listed }] of CASES.entries()) {
      test(`and lists the tools of a server at ${transport} ${url}`, async () => {
        const id = await bench().make(`tried_${i}`, { url, transport })
        const { status, body } = await bench().ask('GET', `/mcp-rest/tools/list?server_id=${id}`)
        if (!explains) return expect([status, body]).toEqual([200, NOTHING])
        const [code, word] = listed
        const message = `Failed to list tools from server ${bench().prefix}_tried_${i}`
        const detail = code < 500 ? word : { error: word, message }
        expect([status, body]).toEqual([code, { detail }])
      })
    }
  })
}
