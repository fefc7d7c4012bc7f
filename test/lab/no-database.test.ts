import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, isSince } from '../contract/http.ts'
import { configured, describeOpen, describeWithoutDatabase } from '../contract/no-database.ts'
import { Backend } from '../support/lab-backend.ts'
import { errorSchema } from '../../src/cli/render/documents/error.ts'
import { planSchema } from '../../src/cli/render/documents/plan.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { statusSchema } from '../../src/cli/render/documents/status.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { secretFile } from '../support/lab-people.ts'
import { startAddress, startOnConfig, startWithoutDatabase } from '../support/lab-places.ts'
import { labGateways } from '../support/lab.ts'
import { vouching } from '../support/trial.ts'

// Each of these LiteLLMs is started here, which takes minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000 })

const OLD = 'http://127.0.0.1:9'
const NEW = 'http://tools.lab.test:8000'
const RULE = ['--from', OLD, '--to', NEW, '--no-preflight', '--only', 'ct_absent']

interface Listed {
  server_id: string
  server_name: string
  url: string
}

let backend: Backend
beforeAll(async () => {
  backend = await Backend.start()
})
afterAll(() => backend?.close())

for (const gateway of labGateways()) {
  const { version } = gateway

  describeOpen({
    name: 'the laboratory',
    version,
    start: async () => {
      const servers = configured(backend.origin)
      const place = await startWithoutDatabase(gateway, servers, { masterKey: null })
      return { ...place.gateway, close: () => place.end() }
    },
  })

  describe(`LiteLLM ${version} without a database`, () => {
    const pins = isSince(version, '1.102.4')
    let place: Awaited<ReturnType<typeof startWithoutDatabase>>
    let address: Awaited<ReturnType<typeof startAddress>>
    let operator: Operator
    let original: string
    let id: string
    let withFile: string[]

    const listed = async (): Promise<Listed | undefined> => {
      const { body } = await ask(address.gateway, 'GET', '/v1/mcp/server')
      return (body as Listed[]).find(({ server_name: name }) => name === 'ct_absent')
    }
    const moves = async () => {
      const { code, document } = await operator.json(statusSchema, ['status', '--from', OLD, '--to', NEW])
      expect(code).toBe(0)
      return document.moves
    }

    beforeAll(async () => {
      place = await startWithoutDatabase(gateway, configured(backend.origin))
      address = await startAddress(place.gateway)
      operator = await Operator.of(address.gateway)
      original = await readFile(place.config, 'utf8')
      id = (await listed())?.server_id ?? ''
      withFile = [...RULE, '--litellm-config', place.config]
    })
    afterAll(async () => {
      await address?.end()
      await place?.end()
    })

    describeWithoutDatabase(
      { name: 'the laboratory', version, start: async () => place.gateway },
      () => backend.origin,
    )

    test('its servers are of config.yaml, so that nothing moves without the file', async () => {
      const { code, document } = await operator.json(planSchema, [...RULE, '--dry-run'])
      expect([code, document.changes, document.skipped.map((each) => each.code)]).toEqual([
        1,
        [],
        ['config-defined'],
      ])
      expect(document.notes.map((note) => note.code)).toContain('no-database')
    })

    test('only its master key will do, and no password', async () => {
      const wrong = await operator.start([...RULE, '--dry-run', '--json'], {
        env: { LITELLM_PROXY_API_KEY: 'sk-hush-nobodys' },
      })
      expect([wrong.code, errorSchema.parse(JSON.parse(wrong.stdout)).code]).toEqual([1, 'unauthorized'])
      const { username, password } = gateway
      const signIn = ['--username', username, '--password-file', await secretFile(password)]
      const signed = await operator.start([...RULE, '--dry-run', '--json', ...signIn])
      expect([signed.code, errorSchema.parse(JSON.parse(signed.stdout)).code]).toEqual([1, 'no-database'])
    })

    test('nobody is asked for consent to grants that nobody can hold, and the file moves and moves back', async () => {
      const there = await operator.json(runSchema, [...withFile, '--yes'])
      expect(there.code, told(there)).toBe(0)
      expect(there.document.changes.map(({ outcome }) => outcome)).toEqual(['applied'])
      const changed = await readFile(place.config, 'utf8')
      const pin = `"url": "${NEW}/sse"`
      expect(changed).toContain(pin)
      expect(changed.includes(id)).toBe(pins)
      expect(await moves()).toMatchObject([{ server: 'ct_absent', took: false, ids: null }])
      const restarted = await startOnConfig(place.gateway, place.config)
      try {
        address.leadTo(restarted.gateway)
        const now = await listed()
        expect(now?.url).toBe(`${NEW}/sse`)
        expect(now?.server_id === id).toBe(pins)
        expect(await moves()).toMatchObject([
          { server: 'ct_absent', took: true, ids: pins ? null : { before: id, now: now?.server_id } },
        ])
        const back = await operator.run(
          await vouching({ call: (args) => operator.run(args) }, ['--revert', '--yes']),
        )
        expect(back.code, told(back)).toBe(0)
        expect(await readFile(place.config, 'utf8')).toBe(original)
      } finally {
        address.leadTo(place.gateway)
        await restarted.end()
      }
    })

    test('verify and status look at it, once the old URL is back', async () => {
      const { code, stdout, stderr } = await operator.run(['verify', '--check', 'gateway', '--check', 'keys'])
      expect(code, told({ code, stdout, stderr })).toBe(0)
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('somebody without a key cannot edit MCP servers')
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('there are no virtual keys')
      expect(await moves()).toMatchObject([{ server: 'ct_absent', took: true, ids: null }])
    })
  })
}
