import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect } from 'vitest'
import { Gate } from '../../../src/gateway/http/pace.ts'
import { LiteLlmGateway } from '../../../src/gateway/servers/litellm.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import type { Quirk } from '../../../src/sandbox/quirks.ts'
import { guideServer, test } from '../../support/trial.ts'

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

async function handOn(url: string, authorization: string, answer: ServerResponse): Promise<void> {
  const given = await fetch(url, { headers: { authorization } })
  const headers = { 'retry-after': given.headers.get('retry-after') ?? '0' }
  answer.writeHead(given.status, { 'content-type': 'application/json', ...headers })
  answer.end(await given.text())
}

/** Stands before a sandbox, and counts the reads that are under way there. */
async function counting(to: string): Promise<{ url: string; most: () => number; server: Server }> {
  let [now, most] = [0, 0]
  const server = createServer((asked, answer) => {
    const isRead = READ.test(asked.url ?? '')
    if (isRead) most = Math.max(most, (now += 1))
    answer.once('close', () => {
      if (isRead) now -= 1
    })
    const { authorization = '' } = asked.headers
    void handOn(to + asked.url, authorization, answer)
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
      // At the most all of eight but three, then one of four; from then on one in 24.
      expect(refused.length).toBeLessThanOrEqual(8)
      expect(reads).toHaveLength(40 + refused.length)
    })

  test.for([
    ['a gateway that keeps up', world()],
    ['one that is slower the more it has', slowing],
  ] as const)('are never more than eight at %s', async ([, options], { open }) => {
    const { sandbox } = await open(options)
    const { url, most, server } = await counting(sandbox.url)
    const gateway = gatewayAt(url, sandbox.masterKey)
    const readings = await Promise.all(FORTY.map(({ server_id: id }) => gateway.read(String(id))))
    server.close()
    server.closeAllConnections()
    expect(readings.map(({ kind }) => kind)).toEqual(FORTY.map(() => 'record'))
    expect(most()).toBeGreaterThanOrEqual(4)
    expect(most()).toBeLessThanOrEqual(8)
  })

  test('are under way side by side where backends are silent', async ({ open }) => {
    const silent: Quirk = {
      on: { method: 'GET', path: /^\/v1\/mcp\/server\/id-\d*[13]$/ },
      do: { delayMs: 4000 },
    }
    const { sandbox } = await open(world(silent))
    const { url, most, server } = await counting(sandbox.url)
    const gateway = gatewayAt(url, sandbox.masterKey)
    const readings = await Promise.all(FORTY.map(({ server_id: id }) => gateway.read(String(id))))
    server.close()
    server.closeAllConnections()
    expect(readings.map(({ kind }) => kind)).toEqual(FORTY.map(() => 'record'))
    // Of the eight that are silent all were, as the last of the others were read.
    expect(most()).toBeGreaterThanOrEqual(8)
  })
})
