import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { statusSchema } from '../../src/cli/render/documents/status.ts'
import { ask, isSince } from '../contract/http.ts'
import { temporaryFolder } from '../support/cli.ts'
import { type Row, unstamped } from '../support/lab-database.ts'
import { serverNames } from '../support/lab-documents.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { type Place, startAddress, startWithConfig } from '../support/lab-places.ts'
import { labGateways } from '../support/lab.ts'
import { vouching } from '../support/trial.ts'

// One of the tests starts LiteLLMs of its own, which takes minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000 })

const SIX = `schema: mcp-url-migrate/migration/2
id: six-hosts
title: Six containers become one proxy
rules:
  - from: http://{service}:8000/sse
    where: { service: [fetch, filesystem, git, memory, sqlite, time] }
    to: http://mcp-proxy-sse:8080/servers/{service}/sse
examples:
  - before: http://fetch:8000/sse
    after: http://mcp-proxy-sse:8080/servers/fetch/sse
  - before: http://litellm:8000/sse
    unchanged: true
`
const HOSTS = ['fetch', 'filesystem', 'git', 'memory', 'sqlite', 'time']

/** From HTTP+SSE to Streamable HTTP at one origin. */
const streamable = (origin: string): string => `schema: mcp-url-migrate/migration/2
id: streamable
title: The same proxy, by its other transport
rules:
  - when: { transport: sse }
    from: ${origin}/servers/{service}/sse
    to: ${origin}/servers/{service}/mcp
    set: { transport: http }
examples:
  - before: { url: ${origin}/servers/a/sse, transport: sse }
    after: { url: ${origin}/servers/a/mcp, transport: http }
  - before: ${origin}/other
    unchanged: true
`

async function written(text: string, name = 'own.yaml'): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, text)
  return path
}

const revert = (operator: Operator, more: readonly string[] = []) =>
  vouching({ call: (args) => operator.run(args) }, ['--revert', '--yes', '--no-wait', ...more])

for (const gateway of labGateways()) {
  const env = { LITELLM_PROXY_API_KEY: gateway.masterKey }

  describe(`rules of a file of one's own, on LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let operator: Operator

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
    })
    afterAll(() => fleet?.end())

    test('move six hosts to one, and nothing else, and back', async () => {
      for (const host of HOSTS)
        await fleet.add(`fleet_${host}`, {
          transport: 'sse',
          url: `http://${host}:8000/sse`,
          mcp_access_groups: ['fleet_group'],
          allow_all_keys: host === 'git',
          description: `from http://${host}:8000/docs`,
        })
      await fleet.add('fleet_litellm', { transport: 'sse', url: 'http://litellm:8000/sse' })
      const start = unstamped(await fleet.rows())
      const more = ['--only', 'fleet_*', '--no-wait', '--allow', '6']
      const args = ['--migration', await written(SIX), ...more]
      const { document: status } = await operator.json(statusSchema, ['status', ...args.slice(0, 2)])
      const pending = status.servers?.filter(({ rules }) => rules.includes('six-hosts')) ?? []
      expect(serverNames(pending)).toEqual(HOSTS.map((host) => `fleet_${host}`))
      const forth = await operator.json(runSchema, [...args, '--yes'])
      expect([forth.code, forth.document.summary], told(forth)).toMatchObject([0, { applied: 6, failed: 0 }])
      const wanted = Object.entries(start).map(([name, row]) => {
        const host = name.replace('fleet_', '')
        const url = HOSTS.includes(host) ? `http://mcp-proxy-sse:8080/servers/${host}/sse` : row['url']
        return [name, { ...row, url }] as const
      })
      expect(unstamped(await fleet.rows())).toEqual(Object.fromEntries(wanted))
      expect(await operator.json(runSchema, [...args, '--yes'])).toMatchObject({
        code: 0,
        document: { summary: { applied: 0 } },
      })
      const back = await operator.run(await revert(operator))
      expect(back.code, told(back)).toBe(0)
      expect(unstamped(await fleet.rows())).toEqual(start)
      await fleet.clearServers()
    })

    test('do not change a transport that the new address does not speak', async () => {
      const [from, to] = [fleet.old.origin, fleet.next.origin]
      const url = `${from}/servers/fleet_sse/sse`
      await fleet.add('fleet_sse', { transport: 'sse', url })
      const start = unstamped(await fleet.rows())
      const rules = streamable(from)
        .replace(`to: ${from}/servers/{service}/mcp`, `to: ${to}/servers/{service}/sse`)
        .replace(`after: { url: ${from}/servers/a/mcp`, `after: { url: ${to}/servers/a/sse`)
      const args = ['--migration', await written(rules), '--only', 'fleet_*', '--no-wait', '--yes', '--json']
      const forth = await operator.start(args, { env, preflight: true })
      expect(forth.code, told(forth)).toBe(1)
      const document = runSchema.parse(JSON.parse(forth.stdout))
      expect(document.changes).toMatchObject([{ outcome: 'not-applied', preflight: { outcome: 'failed' } }])
      expect(unstamped(await fleet.rows())).toEqual(start)
      await fleet.clearServers()
    })

    test('change the transport with the URL in one write, after a handshake in it, and back', async () => {
      const { origin } = fleet.old
      await fleet.add('fleet_sse', {
        transport: 'sse',
        url: `${origin}/servers/fleet_sse/sse`,
        mcp_access_groups: ['fleet_group'],
        allow_all_keys: true,
        static_headers: { 'X-Secret': fleet.secrets.header },
        description: 'as it was',
      })
      await fleet.add('fleet_http', { transport: 'http', url: `${origin}/servers/fleet_http/mcp` })
      await fleet.add('fleet_odd', { transport: 'sse', url: `${origin}/other` })
      // From 1.106 every write puts new ciphertext into the row.
      const open = async () => {
        const found = Object.entries(unstamped(await fleet.rows()))
        return Object.fromEntries(
          found.map(([name, { static_headers: _sealed, ...row }]): [string, Row] => [name, row]),
        )
      }
      const start = await open()
      const args = ['--migration', await written(streamable(origin)), '--only', 'fleet_*', '--no-wait']
      const forth = await operator.start([...args, '--yes', '--json'], { env, preflight: true })
      expect(forth.code, told(forth)).toBe(0)
      const document = runSchema.parse(JSON.parse(forth.stdout))
      expect(document.summary).toMatchObject({ applied: 1, failed: 0 })
      expect(document.changes).toMatchObject([
        {
          preflight: { outcome: 'reached' },
          edits: [
            { field: 'url', rules: ['streamable'] },
            { field: 'transport', before: 'sse', after: 'http', rules: ['streamable'] },
          ],
        },
      ])
      expect(await open()).toEqual({
        ...start,
        fleet_sse: { ...start['fleet_sse'], url: `${origin}/servers/fleet_sse/mcp`, transport: 'http' },
      })
      expect(await fleet.toolsOf('fleet_sse', gateway.masterKey)).toHaveLength(2)
      const back = await operator.run(await revert(operator))
      expect(back.code, told(back)).toBe(0)
      expect(await open()).toEqual(start)
      expect(await fleet.toolsOf('fleet_sse', gateway.masterKey)).toHaveLength(2)
      await fleet.clearServers()
    })
  })

  describe(`a ConfigMap with all fields of its servers, on LiteLLM ${gateway.version}`, () => {
    const OLD = 'http://localhost:8585'
    const pins = isSince(gateway.version, '1.102.4')
    const accept = pins ? [] : ['--accept', 'grants']
    const RULES = `schema: mcp-url-migrate/migration/2
id: all-of-it
title: URL with transport, and other fields
rules:
  - when: { transport: sse }
    from: ${OLD}/servers/{service}/sse
    to: http://mcp-proxy-sse:8080/servers/{service}/mcp
    set: { transport: http }
  - fields: [authorization_url, token_url, args, static_headers, env]
    from: ${OLD}/*
    to: https://sso.example.com/mcp/*
examples:
  - before: { url: ${OLD}/servers/a/sse, transport: sse }
    after: { url: http://mcp-proxy-sse:8080/servers/a/mcp, transport: http }
  - { field: token_url, before: ${OLD}/token, after: https://sso.example.com/mcp/token }
  - { before: http://localhost:8586/servers/a/sse, unchanged: true }
`
    const INNER = `mcp_servers:
  inner_fetch:  # the first
    url: "${OLD}/servers/fetch/sse"
    transport: sse
    authorization_url: ${OLD}/authorize
    token_url: '${OLD}/token'
    static_headers: { X-Back: "${OLD}/back", X-Other: one }
  inner_time:
    url: ${OLD}/servers/time/sse
    transport: sse

  inner_tool:
    transport: stdio
    command: npx
    args: ["--url", "${OLD}/a", --quiet]
    env:
      BASE: ${OLD}/env
general_settings:
  master_key: ${gateway.masterKey}
`
    const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata: {name: litellm}   # odd  spaces
data:
  notes.txt: "${OLD}"
  config.yaml: |
${INNER.replaceAll(/^(?=.)/gm, '    ')}`

    let place: Place
    let address: Awaited<ReturnType<typeof startAddress>>
    let operator: Operator
    let file: string

    /** What LiteLLM would get from the ConfigMap, as a file of its own. */
    async function mounted(): Promise<string> {
      const { data } = parse(await readFile(file, 'utf8')) as { data: Record<string, string> }
      return written(data['config.yaml'] ?? '', 'config.yaml')
    }
    const listed = async (): Promise<Row[]> => {
      const { body } = await ask(place.gateway, 'GET', '/v1/mcp/server', { key: gateway.masterKey })
      return (body as Row[]).filter((each) => String(each['server_name']).startsWith('inner_'))
    }

    beforeAll(async () => {
      file = await written(CONFIG_MAP, 'configmap.yaml')
      place = await startWithConfig(gateway, await mounted())
      address = await startAddress(place.gateway)
      operator = await Operator.of(address.gateway)
    }, 600_000)
    afterAll(async () => {
      await address?.end()
      await place?.end()
    })

    test('moves in place, is what LiteLLM then starts with, and goes back byte for byte', async () => {
      const before = await listed()
      expect(before).toHaveLength(3)
      const args = ['--migration', await written(RULES), '--only', 'inner_*', '--litellm-config', file]
      const forth = await operator.json(runSchema, [...args, '--no-wait', ...accept, '--yes'])
      expect([forth.code, forth.document.summary], told(forth)).toMatchObject([0, { applied: 3, failed: 0 }])
      const wanted = CONFIG_MAP.replaceAll(
        /http:\/\/localhost:8585\/servers\/(\w+)\/sse/g,
        'http://mcp-proxy-sse:8080/servers/$1/mcp',
      )
        .replaceAll('transport: sse', 'transport: http')
        .replaceAll(`${OLD}/`, 'https://sso.example.com/mcp/')
      const moved = await readFile(file, 'utf8')
      expect(moved.replaceAll(/ +server_id: [\da-f]+\n/g, '')).toBe(wanted)
      await place.end()
      place = await startWithConfig(gateway, await mounted())
      address.leadTo(place.gateway)
      const after = await listed()
      const seen = (rows: readonly Row[]): unknown =>
        Object.fromEntries(rows.map(({ server_name, url, transport }) => [server_name, [url, transport]]))
      expect(seen(after)).toMatchObject({
        inner_fetch: ['http://mcp-proxy-sse:8080/servers/fetch/mcp', 'http'],
        inner_time: ['http://mcp-proxy-sse:8080/servers/time/mcp', 'http'],
        inner_tool: [expect.anything(), 'stdio'],
      })
      const ids = (rows: readonly Row[]): unknown =>
        Object.fromEntries(rows.map(({ server_name, server_id }) => [server_name, server_id]))
      if (pins) expect(ids(after)).toEqual(ids(before))
      const effects = forth.document.changes
        .flatMap(({ effects: all }) => all.map(({ message }) => message))
        .join()
      if (!pins)
        for (const { server_name: name, server_id: id } of after)
          if (name !== 'inner_tool') expect(effects).toContain(`becomes ${String(id)}`)
      const back = await operator.run([...(await revert(operator)), ...accept])
      expect(back.code, told(back)).toBe(0)
      expect(await readFile(file, 'utf8')).toBe(CONFIG_MAP)
    })
  })
}
