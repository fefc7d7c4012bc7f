import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, isSince } from '../contract/http.ts'
import { temporaryFolder } from '../support/cli.ts'
import { planDocument, runDocument, statusDocument } from '../support/lab-documents.ts'
import { Operator } from '../support/lab-operator.ts'
import { People } from '../support/lab-people.ts'
import { type Place, startAddress, startWithConfig } from '../support/lab-places.ts'
import { CONFIG, labGateways } from '../support/lab.ts'

// One of the tests starts a LiteLLM of its own, which takes minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000 })

const UNSET = `general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
mcp_servers:
  config_unset:
    url: os.environ/A_URL_THAT_NOBODY_SETS
    transport: sse
  config_program:
    transport: stdio
    command: npx
`

const OLD_STYLES = 'http://localhost:8586/servers'
const NEW_STYLES = 'http://mcp-proxy-sse:8080/servers'

/** Servers written in every style that is moved, with the line ends of another system and none at the end. */
const STYLES = `general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
x-common: &common
  transport: sse
  url: ${OLD_STYLES}/template/sse # a key that LiteLLM does not read
mcp_servers:
  style_template:
    <<: *common
  style_merged: &merged
    transport: sse
    url: ${OLD_STYLES}/merged/sse
  style_again:
    <<: *merged
    description: the same place
  style_alias:
    url: &place "${OLD_STYLES}/alias/sse"
    transport: sse
  style_flow: {transport: sse, url: *place}
  style_block:
    transport: sse
    url: |-
      ${OLD_STYLES}/block/sse
  style_twice:
    url: http://first.invalid:9/sse
    transport: sse
    url: '${OLD_STYLES}/twice/sse'
  style_last:
    transport: sse
    url: >
      ${OLD_STYLES}/last/sse`.replaceAll('\n', '\r\n')

const NAME = 'config_defined'
const OLD = 'http://localhost:8585/servers/config_defined/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/config_defined/sse'

interface Listed {
  server_id: string
  server_name: string
  url: string
}

for (const gateway of labGateways()) {
  describe(`a server of config.yaml, on LiteLLM ${gateway.version}`, () => {
    const pins = isSince(gateway.version, '1.102.4')
    const people = new People(gateway)
    let address: Awaited<ReturnType<typeof startAddress>>
    let operator: Operator
    let copy: string
    let original: string
    let id: string
    let key: string
    let args: string[]

    const listedBy = async (at: typeof gateway, as = gateway.masterKey): Promise<Listed | undefined> => {
      const { body } = await ask(at, 'GET', '/v1/mcp/server', { key: as })
      return (body as Listed[]).find(({ server_name: name }) => name === NAME)
    }

    beforeAll(async () => {
      address = await startAddress(gateway)
      operator = await Operator.of(address.gateway)
      original = await readFile(CONFIG, 'utf8')
      copy = join(await temporaryFolder(), 'config.yaml')
      await writeFile(copy, original)
      id = (await listedBy(gateway))?.server_id ?? ''
      key = await people.key({ object_permission: { mcp_servers: [id] }, key_alias: `holder-${Date.now()}` })
      args = ['--litellm-config', copy, '--only', NAME, ...(pins ? [] : ['--accept', 'grants'])]
    })
    afterAll(async () => {
      await people.leave()
      await address?.end()
    })

    /** What `status` says of the move. */
    const moves = async () => {
      const { document } = await operator.json(statusDocument, ['status'])
      return document.moves
    }

    test('where its id changes, it waits until somebody consents, and who holds the id is named', async () => {
      const { code, document } = await operator.json(planDocument, [...args.slice(0, 4), '--dry-run'])
      if (pins) return expect([code, document.changes.length]).toEqual([0, 1])
      expect(code).toBe(1)
      expect(document.changes[0]).toMatchObject({ awaiting: ['grants'] })
      const told = document.changes[0]?.effects.map(({ message }) => message).join()
      expect(told).toMatch(/loses access until .* key holder-/)
    })

    test('is moved in its file and not one byte besides, and goes on under the id that was told', async () => {
      const { code, document } = await operator.json(runDocument, [...args, '--yes'])
      expect(document.changes.map(({ outcome }) => outcome)).toEqual(['applied'])
      expect([code, document.restartRequired]).toEqual([0, true])
      const expected = pins
        ? original.replace(`    url: ${OLD}`, `    server_id: ${id}\n    url: ${NEW}`)
        : original.replace(OLD, NEW)
      expect(await readFile(copy, 'utf8')).toBe(expected)
      const told = document.changes[0]?.effects.map(({ message }) => message).join(' ') ?? ''
      expect(await moves()).toMatchObject([{ server: NAME, took: false, ids: null }])
      let place: Place | null = null
      try {
        place = await startWithConfig(gateway, copy)
        address.leadTo(place.gateway)
        const now = await listedBy(address.gateway)
        expect(now?.url).toBe(NEW)
        if (pins) expect(now?.server_id).toBe(id)
        else expect(told).toContain(`its id becomes ${now?.server_id},`)
        const ids = pins ? null : { before: id, now: now?.server_id }
        expect(await moves()).toMatchObject([{ server: NAME, took: true, ids }])
        if (!pins) expect((await moves())[0]?.ids?.heldBefore.holders.join()).toContain('key holder-')
        const seen = await listedBy(place.gateway, key)
        // 1.77.7 shows config servers to every key.
        if (isSince(gateway.version, '1.80.0')) expect(Boolean(seen)).toBe(pins)
      } finally {
        address.leadTo(gateway)
        await place?.end()
      }
    })

    test('whose variable is not set is listed with an empty URL, and the variable is named', async () => {
      const folder = await temporaryFolder()
      const [config, env] = [join(folder, 'config.yaml'), join(folder, 'litellm.env')]
      await writeFile(config, UNSET)
      await writeFile(env, `A_URL_THAT_NOBODY_SETS=${OLD}\n`)
      const place = await startWithConfig(gateway, config)
      try {
        const { body } = await ask(place.gateway, 'GET', '/v1/mcp/server')
        const urls = (body as Listed[]).flatMap(({ server_name: name, url }) =>
          name.startsWith('config_') ? [[name, url]] : [],
        )
        expect(Object.fromEntries(urls)).toEqual({ config_unset: '', config_program: '' })
        const own = await Operator.of(place.gateway)
        const only = ['--only', 'config_*', '--dry-run', '--litellm-config', config]
        const without = await own.json(planDocument, only)
        expect([without.code, without.document.skipped]).toEqual([0, []])
        expect(without.document.notes.map(({ message }) => message).join()).toContain(
          'A_URL_THAT_NOBODY_SETS',
        )
        const { code, document } = await own.json(planDocument, [...only, '--litellm-env', env])
        expect([code, document.skipped.map(({ server, matched }) => [server.name, matched])]).toEqual([
          1,
          [['config_unset', true]],
        ])
      } finally {
        await place.end()
      }
    })

    test('in every style moves there and back, and not one byte besides', async () => {
      const path = join(await temporaryFolder(), 'styles.yaml')
      await writeFile(path, STYLES)
      const stylesOf = async (at: typeof gateway): Promise<Map<string, Listed>> => {
        const { body } = await ask(at, 'GET', '/v1/mcp/server')
        const styles = (body as Listed[]).filter(({ server_name: name }) => name.startsWith('style_'))
        return new Map(styles.map((each) => [each.server_name, each]))
      }
      const rule = ['--from', 'http://localhost:8586', '--to', 'http://mcp-proxy-sse:8080']
      const wanted = ['--yes', '--only', 'style_*', '--litellm-config', path, ...rule]
      let place = await startWithConfig(gateway, path)
      const before = await stylesOf(place.gateway)
      const front = await startAddress(place.gateway)
      try {
        const own = await Operator.of(front.gateway)
        const { code, document } = await own.json(runDocument, [
          ...wanted,
          ...(pins ? [] : ['--accept', 'grants']),
        ])
        expect([code, document.summary['failed'], document.skipped]).toEqual([0, 0, []])
        const moved = await readFile(path, 'utf8')
        const withoutPins = moved.replaceAll(/ +server_id: \S+\r\n|server_id: [^,]+, /g, '')
        expect(withoutPins).toBe(STYLES.replaceAll(OLD_STYLES, NEW_STYLES))
        await place.end()
        place = await startWithConfig(gateway, path)
        front.leadTo(place.gateway)
        const after = await stylesOf(place.gateway)
        expect(before.size).toBe(8)
        for (const [name, { server_id: id, url }] of before) {
          const now = after.get(name)
          expect(now?.url).toBe(url.replace(OLD_STYLES, NEW_STYLES))
          const told = document.changes.flatMap(({ effects }) => effects.map(({ message }) => message)).join()
          expect(pins ? now?.server_id : told).toEqual(
            pins ? id : expect.stringContaining(`becomes ${now?.server_id}`),
          )
        }
        expect(await own.run(['--revert', '--yes'])).toMatchObject({ code: 0 })
        expect(await readFile(path, 'utf8')).toBe(STYLES)
      } finally {
        await front.end()
        await place.end()
      }
    })

    test('goes back, byte for byte', async () => {
      expect(await operator.run(['--revert', '--yes'])).toMatchObject({ code: 0 })
      expect(await readFile(copy, 'utf8')).toBe(original)
    })
  })
}
