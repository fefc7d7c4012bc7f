import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Operator } from '../support/lab-operator.ts'
import { errorDocument, runDocument } from '../support/lab-documents.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { type Place, startUnderRootPath, startWithoutDatabase } from '../support/lab-places.ts'
import { labGateway, labGateways } from '../support/lab.ts'

// One release after the other: each place takes a while to come up.
const newest = labGateways()[0] ?? labGateway('1.106.2')

let rooted: Place
let bare: Place
const places: Place[] = []
beforeAll(async () => {
  const starts = [startUnderRootPath(newest, '/litellm'), startWithoutDatabase(newest)] as const
  // Whichever came up is to be ended, even when the other one did not.
  for (const start of starts) start.then((place) => places.push(place)).catch(() => {})
  await Promise.allSettled(starts)
  ;[rooted, bare] = await Promise.all(starts)
})
afterAll(async () => {
  await Promise.all(places.map((place) => place.end()))
})

describe(`LiteLLM ${newest.version} behind a root path`, () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await Fleet.on(rooted.gateway)
    await fleet.add('fleet_one', { transport: 'sse', url: `${fleet.old.origin}/servers/one/sse` })
  })
  afterAll(() => fleet?.end())

  test('is migrated through its URL with that path, a slash behind it or not, and back', async () => {
    const operator = await Operator.of(rooted.gateway)
    const rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
    const url = rooted.gateway.url
    const there = await operator.json(runDocument, [...rule, '--yes', '--url', `${url}/`])
    expect(there).toMatchObject({ code: 0, document: { gateway: { url } } })
    expect(await fleet.rows()).toMatchObject({ fleet_one: { url: `${fleet.next.origin}/servers/one/sse` } })
    const back = await operator.json(runDocument, ['--revert', '--yes', '--url', url])
    expect(back).toMatchObject({ code: 0, document: { run: { reverts: there.document.run?.id } } })
    expect(await fleet.rows()).toMatchObject({ fleet_one: { url: `${fleet.old.origin}/servers/one/sse` } })
  })

  test('is not found under another path, and the root path is mentioned', async () => {
    const operator = await Operator.of(rooted.gateway)
    const wrong = rooted.gateway.url.replace('/litellm', '/another')
    const { code, document } = await operator.json(errorDocument, ['--dry-run', '--url', wrong])
    expect({ code, reason: document.code }).toEqual({ code: 1, reason: 'not-litellm' })
    expect(document.hint).toContain('root path')
  })
})

describe(`LiteLLM ${newest.version} without a database`, () => {
  test('is refused before the key leaves, and the database is named', async () => {
    const operator = await Operator.of(bare.gateway)
    const { code, document, stderr } = await operator.json(errorDocument, ['--yes'])
    expect({ code, reason: document.code }).toEqual({ code: 1, reason: 'no-database' })
    expect(document.message).toContain('no database')
    expect(stderr).not.toContain('Signing in')
  })
})
