import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect } from 'vitest'
import { Gate } from '../../../src/gateway/http/pace.ts'
import { LiteLlmGateway } from '../../../src/gateway/servers/litellm.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import type { Quirk } from '../../../src/sandbox/quirks.ts'
import { guideServer, test } from '../../support/trial.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()

const READ = /^\/v1\/mcp\/server\/id-\d+$/

const FORTY = Array.from({ length: 40 }, (_, n) => guideServer(String(n), { server_id: `id-${n}` }))

/** A gateway that takes 40 ms for a read by id, and does something else on some. */
const world = (...quirks: Quirk[]): SandboxOptions => ({ servers: FORTY, probeDelayMs: 40, quirks })

/** Takes 20 ms more for each read that it has at once. */
const slowing: SandboxOptions = {
  servers: FORTY,
  quirks: [{ on: { method: 'GET', path: READ }, do: { delayMs: 20, perRequest: true } }],
}

const gatewayAt = (url: string, key: string): LiteLlmGateway =>
  new LiteLlmGateway(
    {
      url,
      key,
      keyHeader: 'authorization',
      timeoutSeconds: 30,
      headers: {},
      trouble: { since: null },
      gate: new Gate(),
      redactor: new Redactor(),
    },
    { url, version: '1.106.2', account: 'a test' },
  )

/** A server before a sandbox. `most`: how many reads it had at once at the most. */
interface Counting {
  url: string
  most: () => number
  server: Server
}

async function handOn(url: string, authorization: string, answer: ServerResponse): Promise<void> {
  const given = await fetch(url, { headers: { authorization } })
  const headers = { 'retry-after': given.headers.get('retry-after') ?? '0' }
  answer.writeHead(given.status, { 'content-type': 'application/json', ...headers })
  answer.end(await given.text())
}

/**
 * Stands before a sandbox, and counts the reads that are under way there. Those that are `held` are handed on when all others
 * have been answered.
 */
async function counting(to: string, held: (path: string) => boolean = () => false): Promise<Counting> {
  let [now, most] = [0, 0]
  let left = FORTY.filter(({ server_id: id }) => !held(`/v1/mcp/server/${String(id)}`)).length
  let letGo = (): void => {}
  const othersRead = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const server = createServer((asked, answer) => {
    const isHeld = held(asked.url ?? '')
    const isRead = READ.test(asked.url ?? '')
    if (isRead) most = Math.max(most, (now += 1))
    answer.once('close', () => {
      if (isRead) now -= 1
      if (isRead && !isHeld && (left -= 1) === 0) letGo()
    })
    const { authorization = '' } = asked.headers
    const ready = isHeld ? othersRead : Promise.resolve()
    void ready.then(() => handOn(to + asked.url, authorization, answer))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, most: () => most, server }
}

describe.concurrent('forty reads that are started at once', () => {
  for (const status of [429, 503])
    test(`are all answered where more than three are refused with ${status}, and few are`, async ({
      open,
    }) => {
      const over = { status, body: { error: 'busy' }, headers: { 'retry-after': '1' }, over: 3 }
      const { sandbox } = await open(world({ on: { method: 'GET', path: READ }, do: over }))
      const gateway = gatewayAt(sandbox.url, sandbox.masterKey)
      const readings = await Promise.all(FORTY.map(({ server_id: id }) => gateway.read(String(id))))
      expect(readings.map(({ kind }) => kind)).toEqual(FORTY.map(() => 'record'))
      const reads = sandbox.requests.filter(({ path }) => READ.test(path))
      const refused = reads.filter((each) => each.status === status)
      // As a rule all of eight but three, then one of four; from then on one in 24.
      expect(refused.length).toBeLessThanOrEqual(12)
      expect(reads).toHaveLength(40 + refused.length)
    })

  test('are planned by the program at a gateway that refuses more than three', async ({ open }) => {
    const over = { status: 429, body: { error: 'busy' }, headers: { 'retry-after': '1' }, over: 3 }
    const trial = await open(world({ on: { method: 'GET', path: READ }, do: over }))
    const { code, stdout } = await trial.call(['--dry-run', '--json', '--no-preflight'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ summary: { changes: 40, skipped: 0 } })
    const refused = trial.sandbox.requests.filter((each) => each.status === 429)
    expect(refused.length).toBeLessThanOrEqual(12)
  })

  test.for([
    ['a gateway that keeps up', world()],
    ['one that is slower the more it has', slowing],
  ] as const)('are few at once at %s', async ([, options], { open }) => {
    const { sandbox } = await open(options)
    const { url, most, server } = await counting(sandbox.url)
    const gateway = gatewayAt(url, sandbox.masterKey)
    const readings = await Promise.all(FORTY.map(({ server_id: id }) => gateway.read(String(id))))
    server.close()
    server.closeAllConnections()
    expect(readings.map(({ kind }) => kind)).toEqual(FORTY.map(() => 'record'))
    expect(most()).toBeGreaterThanOrEqual(4)
    // Eight, and those besides that took much longer than the others.
    expect(most()).toBeLessThanOrEqual(16)
  })

  test('are not held up where sixteen of their backends are silent until all others have been read', async ({
    open,
  }) => {
    const { sandbox } = await open(world())
    const { url, most, server } = await counting(sandbox.url, (path) => /\/id-\d*[1357]$/.test(path))
    const gateway = gatewayAt(url, sandbox.masterKey)
    const readings = await Promise.all(FORTY.map(({ server_id: id }) => gateway.read(String(id))))
    server.close()
    server.closeAllConnections()
    expect(readings.map(({ kind }) => kind)).toEqual(FORTY.map(() => 'record'))
    expect(most()).toBeGreaterThanOrEqual(16)
  })
})
