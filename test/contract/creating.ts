import { describe, expect, test } from 'vitest'
import { CLOSED, WORKS } from './bench.ts'
import { at, isSince, type Received, type Since } from './http.ts'
import type { Benched } from './suite.ts'

const PREFIX_RULE = (name: string): string =>
  `Invalid MCP tool prefix '${name}' provided via server_name\nTool name contains spaces, which may cause parsing issues\nTool name contains invalid characters: ' '\nAllowed characters are: A-Z, a-z, 0-9, underscore (_), dash (-), and dot (.)`

const URL_NEEDED: Since<string> = [
  ['0.0.0', 'Value error, url is required for HTTP/SSE transport'],
  ['1.81.0', 'Value error, url or spec_path is required for HTTP/SSE transport'],
]

function outcome({ status, body }: Received): unknown[] {
  return [status, body]
}

function error(text: string): unknown {
  return { detail: { error: text } }
}

/** The first fault of a 422: its kind, place and text. */
function fault({ status, body }: Received): unknown {
  const [first] = (body as { detail: { type: string; loc: unknown; msg: string }[] }).detail
  return [status, first?.type, first?.loc, first?.msg]
}

/** POST and DELETE of servers. */
export function creating(bench: Benched, version: string): void {
  describe('creates and deletes servers', () => {
    const rule = isSince(version, '1.81.0')
    const unique = isSince(version, '1.105.7')

    test('a url is enough; the transport is sse, and there is no name', async () => {
      const answer = await bench().post({ url: CLOSED })
      expect(answer.status).toBe(201)
      expect(answer.body).toMatchObject({ url: CLOSED, transport: 'sse', server_name: null, alias: null })
    })

    test('not even a url is needed while no transport is named', async () => {
      const answer = await bench().post({ server_name: `${bench().prefix}_no_url` })
      expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ url: null })])
      const named = await bench().post({ server_name: `${bench().prefix}_sse`, transport: 'sse' })
      expect(fault(named)).toEqual([422, 'value_error', ['body'], at(version, URL_NEEDED)])
    })

    test('the alias is the name where none is given', async () => {
      const answer = await bench().post({ server_name: `${bench().prefix}_alias`, url: CLOSED })
      expect(answer.body).toMatchObject({ alias: `${bench().prefix}_alias` })
    })

    test('a hyphen in the name is refused', async () => {
      const name = `${bench().prefix}-hyphen`
      const text = `Server name cannot contain '-'. Use an alternative character instead Found: ${name}`
      expect(outcome(await bench().post({ server_name: name, url: CLOSED }))).toEqual([400, error(text)])
    })

    test('a space in the name is refused from 1.81; before, the alias gets an underscore', async () => {
      const name = `${bench().prefix} space`
      const answer = await bench().post({ server_name: name, url: CLOSED })
      if (rule) return expect(outcome(answer)).toEqual([400, error(PREFIX_RULE(name))])
      expect(answer.body).toMatchObject({ server_name: name, alias: name.replace(' ', '_') })
    })

    test('an own id is accepted once', async () => {
      const id = `${bench().prefix}-own-id`
      const first = await bench().post({ server_id: id, server_name: `${bench().prefix}_own`, url: CLOSED })
      expect([first.status, (first.body as { server_id: string }).server_id]).toEqual([201, id])
      const second = await bench().post({ server_id: id, server_name: `${bench().prefix}_own2`, url: CLOSED })
      const text = `MCP Server with id ${id} already exists. Cannot create another.`
      expect(outcome(second)).toEqual([400, error(text)])
    })

    test('a second server of a name is refused from 1.105, whatever the case', async () => {
      const id = await bench().make('twice')
      const name = `${bench().prefix}_TWICE`
      const answer = await bench().post({ server_name: name, url: CLOSED })
      if (!unique) return expect(answer.status).toBe(201)
      const text = `An MCP server with alias '${name}' already exists (server_id=${id}). MCP server names and aliases must be unique, case-insensitive.`
      expect(outcome(answer)).toEqual([400, error(text)])
    })

    test('an unknown transport is 422, an unknown key is ignored', async () => {
      const wrong = await bench().post({
        server_name: `${bench().prefix}_w`,
        url: CLOSED,
        transport: 'pigeon',
      })
      const text =
        "Input should be <MCPTransport.sse: 'sse'>, <MCPTransport.http: 'http'> or <MCPTransport.stdio: 'stdio'>"
      expect(fault(wrong)).toEqual([422, 'literal_error', ['body', 'transport'], text])
      const extra = await bench().post({ server_name: `${bench().prefix}_x`, url: CLOSED, no_such_key: 1 })
      expect(extra.status).toBe(201)
      expect(extra.body).not.toHaveProperty('no_such_key')
    })

    test('before 1.105 a 422 repeats what was sent', async () => {
      const answer = await bench().post({ server_name: `${bench().prefix}_w`, url: 5 })
      const said = { type: 'string_type', loc: ['body', 'url'], msg: 'Input should be a valid string' }
      expect(answer.body).toEqual({ detail: [isSince(version, '1.105.7') ? said : { ...said, input: 5 }] })
    })

    test('what was deleted is gone, and cannot be deleted again', async () => {
      const id = await bench().make('gone', { url: WORKS })
      const path = `/v1/mcp/server/${id}`
      expect(outcome(await bench().ask('DELETE', path))).toEqual([202, ''])
      const missing = error(`MCP Server with id ${id} not found`)
      expect(outcome(await bench().ask('GET', path))).toEqual([404, missing])
      const again = error(`MCP Server not found, passed server_id=${id}`)
      expect(outcome(await bench().ask('DELETE', path))).toEqual([404, again])
      expect(Object.keys(await bench().list())).not.toContain('gone')
    })
  })
}
