import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Operator } from '../support/lab-operator.ts'
import { errorSchema } from '../../src/cli/render/documents/error.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { type Place, startUnderRootPath } from '../support/lab-places.ts'
import { labGateway, labGateways } from '../support/lab.ts'

// One release after the other: each place takes a while to come up.
const newest = labGateways()[0] ?? labGateway('1.106.2')

let rooted: Place
beforeAll(async () => {
  rooted = await startUnderRootPath(newest, '/litellm')
})
afterAll(() => rooted?.end())

describe(`LiteLLM ${newest.version} behind a root path`, () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await Fleet.on(rooted.gateway)
    await fleet.add('fleet_one', { transport: 'sse', url: `${fleet.old.origin}/servers/one/sse` })
  })
  afterAll(() => fleet?.end())

  test('is migrated through its URL with that path, a slash at its end or not, and back', async () => {
    const operator = await Operator.of(rooted.gateway)
    const rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
    const url = rooted.gateway.url
    const there = await operator.json(runSchema, [...rule, '--yes', '--url', `${url}/`])
    expect(there).toMatchObject({ code: 0, document: { gateway: { url } } })
    expect(await fleet.rows()).toMatchObject({ fleet_one: { url: `${fleet.next.origin}/servers/one/sse` } })
    const back = await operator.json(runSchema, ['--revert', '--yes', '--url', url])
    expect(back).toMatchObject({ code: 0, document: { run: { reverts: there.document.run?.id } } })
    expect(await fleet.rows()).toMatchObject({ fleet_one: { url: `${fleet.old.origin}/servers/one/sse` } })
  })

  test('is found where the URL goes on too far, and the very URL is told', async () => {
    const operator = await Operator.of(rooted.gateway)
    for (const rest of ['/v1', '/mcp', '/v1/mcp/server', '/ui/login']) {
      const { code, document } = await operator.json(errorSchema, [
        '--dry-run',
        '--url',
        rooted.gateway.url + rest,
      ])
      expect({ code, reason: document.code }).toEqual({ code: 1, reason: 'not-litellm' })
      expect(document.message).toBe(
        `LiteLLM answers at ${rooted.gateway.url}: the part ${rest} does not belong there`,
      )
      expect(document.hint).toContain(`Use --url ${rooted.gateway.url}`)
    }
  })

  test('is not found under another path, and the root path is mentioned', async () => {
    const operator = await Operator.of(rooted.gateway)
    const wrong = rooted.gateway.url.replace('/litellm', '/another')
    const { code, document } = await operator.json(errorSchema, ['--dry-run', '--url', wrong])
    expect({ code, reason: document.code }).toEqual({ code: 1, reason: 'not-litellm' })
    expect(document.hint).toContain('root path')
  })
})
