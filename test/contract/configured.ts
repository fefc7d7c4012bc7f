import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { SandboxServer } from '../../src/sandbox/index.ts'
import type { Bench, Server } from './bench.ts'
import { isSince } from './http.ts'
import type { Benched } from './suite.ts'
import { describeWhere } from './where.ts'

const FILE = fileURLToPath(new URL('../lab/litellm.yaml', import.meta.url))

/** The servers of the config.yaml with which the lab's proxies are started, for a sandbox that plays one. */
export function labConfigServers(): SandboxServer[] {
  const { mcp_servers: servers } = parse(readFileSync(FILE, 'utf8')) as {
    mcp_servers: Record<string, object>
  }
  return Object.entries(servers).map(([name, entry]) => ({ server_name: name, ...entry }))
}

/** Hashes that real proxies gave these entries: 1.77.7, 1.81.14, 1.105.7 and 1.106.2. */
const HASHED = {
  config_defined: '6683a8206c75f63455703ba0df4678b7',
  config_default: '8885a37b4d5184e3c931e170ba70de75',
  config_named: '1552d88534c087b7debacf8c5193e96c',
  config_pinned: 'bd98f2f74371813be925c4eb2cb4bce2',
}
const PINNED = 'config-pinned'

async function listed(bench: Bench): Promise<Record<string, Server>> {
  const { body } = await bench.ask('GET', '/v1/mcp/server')
  return Object.fromEntries((body as Server[]).map((one) => [String(one['server_name']), one]))
}

/** Servers that stand in LiteLLM's config.yaml. */
export function configured(bench: Benched, version: string): void {
  const ids = { ...HASHED, ...(isSince(version, '1.102.4') && { config_pinned: PINNED }) }

  // Up to 1.77.1 the hash holds the version of the MCP specification, too.
  describeWhere(isSince(version, '1.77.2'))('has servers of config.yaml', () => {
    test('whose id is a hash, of an absent transport too; from 1.102 it may be pinned', async () => {
      const all = await listed(bench())
      const seen = Object.keys(HASHED).map((name) => [name, all[name]?.['server_id']])
      expect(Object.fromEntries(seen)).toEqual(ids)
    })

    test('listed as http where the file names no transport', async () => {
      const { config_default: plain, config_named: named } = await listed(bench())
      const nothing = {
        auth_type: null,
        alias: null,
        url: 'http://no-such-host.invalid:9/mcp',
        created_by: null,
      }
      expect(plain).toMatchObject({ transport: 'http', ...nothing })
      expect(named).toMatchObject({ transport: 'http', auth_type: 'bearer_token', alias: 'config_alias' })
    })

    test('marked as such from 1.104 on', async () => {
      const { config_default: entry } = await listed(bench())
      expect(entry?.['is_config']).toBe(isSince(version, '1.104.9') ? true : undefined)
      const own = await bench().get(await bench().make('not_of_a_file'))
      expect(own['is_config']).toBe(isSince(version, '1.104.9') ? false : undefined)
    })

    test('which GET by id finds from 1.88 on, and no PUT', async () => {
      for (const id of Object.values(ids)) {
        const found = await bench().ask('GET', `/v1/mcp/server/${id}`)
        expect(found.status).toBe(isSince(version, '1.88.0') ? 200 : 404)
        const answer = await bench().put({ server_id: id, url: 'http://127.0.0.1:8/mcp' })
        expect(answer.status).toBe(404)
      }
    })
  })
}
