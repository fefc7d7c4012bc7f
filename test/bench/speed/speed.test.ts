import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts'
import { Mismeasured } from '../figure.ts'
import { openPlace, type Place } from '../place.ts'
import { inTurns, roundsAfter } from '../ratio.ts'
import { maySilence, openBackend } from './backend.ts'
import { openClient } from './client.ts'
import { Fleet, makeFleet, removeFleet, serversAt, WAY } from './fleet.ts'
import { moveBlindly, moveWithReads, SERVERS, standingAt } from './floor.ts'
import { exponentOf } from './growth.ts'
import { peakOf, script } from './movers.ts'

describe('the arithmetic', () => {
  test('growth is the exponent of the line through all sizes', () => {
    const sizes = [500, 1000, 2000, 4000]
    const growing = (exponent: number) => sizes.map((size) => 0.3 * size ** exponent)
    expect(exponentOf(sizes, growing(1))).toBeCloseTo(1, 10)
    expect(exponentOf(sizes, growing(1.5))).toBeCloseTo(1.5, 10)
    expect(exponentOf(sizes, [7, 7, 7, 7])).toBeCloseTo(0, 10)
    expect(exponentOf([1, 10, 100], [1, 100, 100])).toBeCloseTo(1, 10)
  })

  test('no growth is told of a time that is none', () => {
    expect(() => exponentOf([1, 2], [1, 0])).toThrow(Mismeasured)
    expect(() => exponentOf([1, 2], [1, Number.NaN])).toThrow(Mismeasured)
    expect(() => exponentOf([1, 2], [1])).toThrow(Mismeasured)
  })

  test('what takes over a minute is done three times, over ten minutes once', () => {
    expect([60_000, 60_001, 600_000, 600_001].map((ms) => roundsAfter(ms, 7))).toEqual([7, 3, 3, 1])
    expect(roundsAfter(60_001, 2)).toBe(2)
  })

  test('a first round of over a minute counts, a shorter one does not', async () => {
    const taking = (times: number[]) => () => Promise.resolve(times.shift() ?? 0)
    expect(await inTurns([taking([40_000, 1, 2]), taking([40_000, 3, 4])], 7)).toEqual([
      [40_000, 40_000],
      [1, 3],
      [2, 4],
    ])
    expect(await inTurns([taking([40_000, 1, 2])], 2)).toEqual([[1], [2]])
  })

  test('a quarter of the servers may fall silent', () => {
    const paths = serversAt('', 200).map(({ url }) => String(url))
    expect(paths.filter(maySilence)).toHaveLength(50)
  })
})

const targetOf = ({ url, masterKey }: Sandbox) => ({ url, key: masterKey })

const urlsOf = (gateway: Sandbox) => gateway.rows().map(({ url }) => String(url))

describe('a fleet', () => {
  let gateway: Sandbox
  let fleet: Fleet
  beforeAll(async () => {
    gateway = await startSandbox({ version: '1.106.2' })
    await makeFleet(targetOf(gateway), WAY.from, 5)
    fleet = new Fleet(targetOf(gateway), 5, WAY)
  })
  afterAll(() => gateway.close())

  test('is moved away and back, and nothing else with it', async () => {
    const others = urlsOf(gateway).filter((url) => !url.startsWith(WAY.from))
    expect(others).toHaveLength(7)
    expect(await fleet.time((target, way) => moveWithReads(target, way, 'url'))).toBeGreaterThan(0)
    expect(urlsOf(gateway).toSorted()).toEqual(
      [...others, ...serversAt(WAY.to, 5).map(({ url }) => String(url))].toSorted(),
    )
    await fleet.time(moveBlindly)
    expect(urlsOf(gateway).filter((url) => url.startsWith(WAY.from))).toHaveLength(5)
  })

  test('has no time where one server was left where it was', async () => {
    const one = gateway.rows().find(({ server_name: name }) => name === 'speed_3')
    const timed = fleet.time(async (target, way) => {
      await moveBlindly(target, way)
      gateway.edit(String(one?.server_id), { url: `${way.from}/servers/speed_3/mcp` })
    })
    await expect(timed).rejects.toThrow(new Mismeasured(`4 of 5 servers stand at ${WAY.to} after a run`))
  })

  test('goes away as it came', async () => {
    await removeFleet(targetOf(gateway))
    expect(urlsOf(gateway)).toHaveLength(7)
  })
})

test('the floor client sends up to 1.87 what LiteLLM would reset, and stops at an answer that is none', async () => {
  const gateway = await startSandbox({ version: '1.81.14', servers: serversAt(WAY.from, 2) })
  try {
    const before = gateway.rows()
    await moveWithReads(targetOf(gateway), WAY, 'record')
    const after = gateway.rows()
    expect(after.map(({ url, mcp_access_groups: groups, alias }) => ({ url, groups, alias }))).toEqual(
      before.map(({ alias }) => ({
        url: `${WAY.to}/servers/${String(alias)}/mcp`,
        groups: ['speed'],
        alias,
      })),
    )
    const stranger = { ...targetOf(gateway), key: 'sk-nobody' }
    await expect(moveWithReads(stranger, WAY, 'record')).rejects.toThrow(Mismeasured)
  } finally {
    await gateway.close()
  }
})

test('a backend answers as an MCP server, until it falls silent', async () => {
  const backend = await openBackend()
  const initialize = (name: string, signal: AbortSignal | null = null) =>
    fetch(`${backend.origin}/servers/${name}/mcp`, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '1' } }),
      signal,
    })
  try {
    const answered = (await initialize('speed_4')).json()
    expect(await answered).toMatchObject({ id: 1, result: { protocolVersion: '1' } })
    backend.silence(true)
    const left = new AbortController()
    const waiting = initialize('speed_4', left.signal)
    expect((await initialize('speed_5')).status).toBe(200)
    left.abort()
    await expect(waiting).rejects.toThrow(/abort/)
    backend.silence(false)
    expect((await initialize('speed_4')).status).toBe(200)
  } finally {
    backend.close()
  }
})

describe('what is started', () => {
  let folder: string
  let place: Place
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcp-url-migrate-speed-test-'))
    await mkdir(join(folder, 'bin'))
    const program = join(folder, 'bin', 'program.cjs')
    await writeFile(program, 'globalThis.held = Buffer.alloc(64_000_000, 1)')
    place = await openPlace(program, false)
  })
  afterAll(async () => {
    await place.close()
    await rm(folder, { recursive: true })
  })

  test('the peak of a program is what it had at most, in MB', async () => {
    const peak = await peakOf(place, (mover) => mover({ url: 'http://localhost', key: 'sk-1' }, WAY))
    expect(peak).toBeGreaterThan(64)
    expect(peak).toBeLessThan(1000)
  })

  const hasTools = ['curl', 'jq'].every((name) => spawnSync(name, ['--version']).status === 0)

  test.runIf(hasTools).each(['1.81.14', '1.106.2'] as const)(
    'the careful script moves what is on %s, and stops where a write did more than it should',
    async (version) => {
      const gateway = await startSandbox({ version, servers: serversAt(WAY.from, 2) })
      const body = version === '1.106.2' ? 'url' : 'record'
      try {
        const fleet = new Fleet(targetOf(gateway), 2, WAY)
        await fleet.time(script(place, 'careful', body))
        if (body === 'url') await fleet.time(script(place, 'naive', body))
        const client = openClient(targetOf(gateway))
        expect(await standingAt(client, body === 'url' ? WAY.from : WAY.to)).toHaveLength(2)
        const [{ server_id: id }] = await client.ask<[{ server_id: string }]>('GET', SERVERS)
        await client.ask('DELETE', `${SERVERS}/${id}`)
        client.close()
        if (body === 'record')
          await expect(fleet.time(script(place, 'careful', 'url'))).rejects.toThrow(/did not come out/)
      } finally {
        await gateway.close()
      }
    },
  )
})
