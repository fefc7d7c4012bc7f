import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, isSince } from '../contract/http.ts'
import { temporaryFolder } from '../support/cli.ts'
import { planSchema } from '../../src/cli/render/documents/plan.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { statusSchema } from '../../src/cli/render/documents/status.ts'
import { Operator } from '../support/lab-operator.ts'
import { People } from '../support/lab-people.ts'
import { type Place, startAddress, startWithConfig } from '../support/lab-places.ts'
import { CONFIG, labGateways } from '../support/lab.ts'
import { vouching } from '../support/trial.ts'

// One of the tests starts a LiteLLM of its own, which takes minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000 })

const NAME = 'config_defined'
const OLD = 'http://localhost:8585/servers'
const NEW = 'http://mcp-proxy-sse:8080/servers'

/** What is put before the lab's file: a key that LiteLLM does not read. */
const COMMON = `x-common: &common
  transport: sse
  url: ${OLD}/template/sse # of a template
`

/** And after it: servers written in every style that is moved, and two without a URL; no line break at the end. */
const STYLES = `
  config_unset:
    url: os.environ/A_URL_THAT_NOBODY_SETS
    transport: sse
  config_program:
    transport: stdio
    command: npx
  style_template:
    <<: *common
  style_merged: &merged
    transport: sse
    url: ${OLD}/merged/sse
  style_again:
    <<: *merged
    description: the same place
  style_own:
    <<: *merged
    url: ${OLD}/own/sse
  style_alias:
    url: &place "${OLD}/alias/sse"
    transport: sse
  style_flow: {transport: sse, url: *place}
  style_block:
    transport: sse
    url: |-
      ${OLD}/block/sse
  style_twice:
    url: http://first.invalid:9/sse
    transport: sse
    url: '${OLD}/twice/sse'
  style_last:
    transport: sse
    url: >
      ${OLD}/last/sse`

interface Listed {
  server_id: string
  server_name: string
  url: string
}

for (const gateway of labGateways()) {
  describe(`servers of config.yaml, on LiteLLM ${gateway.version}`, () => {
    const pins = isSince(gateway.version, '1.102.4')
    const people = new People(gateway)
    let place: Place
    let address: Awaited<ReturnType<typeof startAddress>>
    let operator: Operator
    let copy: string
    let original: string
    let before: Map<string, Listed>
    let id: string
    let key: string

    const listed = async (as = gateway.masterKey): Promise<Map<string, Listed>> => {
      const { body } = await ask(place.gateway, 'GET', '/v1/mcp/server', { key: as })
      return new Map((body as Listed[]).map((each) => [each.server_name, each]))
    }
    const accept = pins ? [] : ['--accept', 'grants']
    const only = (...names: string[]): string[] => [
      ...names.flatMap((name) => ['--only', name]),
      '--litellm-config',
      copy,
    ]

    beforeAll(async () => {
      // With the line ends of another system.
      original = `${COMMON}${(await readFile(CONFIG, 'utf8')).trimEnd()}${STYLES}`.replaceAll('\n', '\r\n')
      copy = join(await temporaryFolder(), 'config.yaml')
      await writeFile(copy, original)
      place = await startWithConfig(gateway, copy)
      address = await startAddress(place.gateway)
      operator = await Operator.of(address.gateway)
      before = await listed()
      id = before.get(NAME)?.server_id ?? ''
      key = await people.key({ object_permission: { mcp_servers: [id] }, key_alias: `holder-${Date.now()}` })
    })
    afterAll(async () => {
      await people.leave()
      await address?.end()
      await place?.end()
    })

    /** What `status` says of the move of one. */
    const moveOf = async (name: string) => {
      const { document } = await operator.json(statusSchema, ['status'])
      return document.moves?.find(({ server }) => server === name)
    }

    test('where an id changes, it waits until somebody consents, and who holds the id is named', async () => {
      const { code, document } = await operator.json(planSchema, [...only(NAME), '--dry-run'])
      if (pins) return expect([code, document.changes.length]).toEqual([0, 1])
      expect(code).toBe(1)
      expect(document.changes[0]).toMatchObject({ awaiting: ['grants'] })
      const told = document.changes[0]?.effects.map(({ message }) => message).join()
      expect(told).toMatch(/loses access until .* key holder-/)
    })

    test('one whose variable is not set is listed with an empty URL, and the variable is named', async () => {
      const env = join(await temporaryFolder(), 'litellm.env')
      await writeFile(env, `A_URL_THAT_NOBODY_SETS=${OLD}/unset/sse\n`)
      expect(['config_unset', 'config_program'].map((name) => before.get(name)?.url)).toEqual(['', ''])
      const wanted = [...only('config_unset', 'config_program'), '--dry-run']
      const without = await operator.json(planSchema, wanted)
      expect([without.code, without.document.skipped]).toEqual([0, []])
      expect(without.document.notes.map(({ message }) => message).join()).toContain('A_URL_THAT_NOBODY_SETS')
      const { code, document } = await operator.json(planSchema, [...wanted, '--litellm-env', env])
      expect([code, document.skipped.map(({ server, matched }) => [server.name, matched])]).toEqual([
        1,
        [['config_unset', true]],
      ])
    })

    test('are moved in their file and not one byte besides, and go on under the ids that were told', async () => {
      const wanted = [...only(NAME, 'style_*'), ...accept, '--yes']
      const { code, document } = await operator.json(runSchema, wanted)
      expect([code, document.restartRequired, document.skipped]).toEqual([0, true, []])
      expect(document.summary).toMatchObject({ applied: 10, failed: 0, drifted: 0 })
      const moved = await readFile(copy, 'utf8')
      const withoutPins = moved.replaceAll(/ +server_id: [\da-f]{32}\r\n|server_id: [\da-f]{32}, /g, '')
      expect(withoutPins).toBe(original.replaceAll(OLD, NEW))
      expect(moved.split(/server_id: [\da-f]{32}/)).toHaveLength(pins ? 11 : 1)
      expect(await moveOf(NAME)).toMatchObject({ took: false, ids: null })
      await place.end()
      place = await startWithConfig(gateway, copy)
      address.leadTo(place.gateway)
      const now = await listed()
      const told = document.changes.flatMap(({ effects }) => effects.map(({ message }) => message)).join()
      const movedNames = [NAME, ...[...before.keys()].filter((name) => name.startsWith('style_'))]
      expect(movedNames).toHaveLength(10)
      for (const name of movedNames) {
        const [then, since] = [before.get(name), now.get(name)]
        expect(since?.url).toBe(then?.url.replace(OLD, NEW))
        expect(pins ? since?.server_id : told).toEqual(
          pins ? then?.server_id : expect.stringContaining(`becomes ${since?.server_id}`),
        )
      }
      const ids = pins ? null : { before: id, now: now.get(NAME)?.server_id }
      const move = await moveOf(NAME)
      expect(move).toMatchObject({ took: true, ids })
      if (!pins) expect(move?.ids?.heldBefore.holders.join()).toContain('key holder-')
      // 1.77.7 shows config servers to every key.
      const seen = (await listed(key)).has(NAME)
      if (isSince(gateway.version, '1.80.0')) expect(seen).toBe(pins)
    })

    test('go back, byte for byte', async () => {
      expect(
        await operator.run(
          await vouching({ call: (args) => operator.run(args) }, ['--revert', '--yes', ...accept]),
        ),
      ).toMatchObject({ code: 0 })
      expect(await readFile(copy, 'utf8')).toBe(original)
    })
  })
}
