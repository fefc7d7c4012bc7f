import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FilePlace } from '../../../src/files/place.ts'
import { connect } from '../../../src/gateway/connect/connect.ts'
import { MigrateError } from '../../../src/core/errors.ts'
import type { QuirkAction } from '../../../src/sandbox/quirks.ts'
import { type SandboxOptions, startSandbox } from '../../../src/sandbox/index.ts'

const SERVER = { server_id: 'id-a', server_name: 'a', alias: 'a', url: 'http://old/sse', description: 'kept' }
const URL = [{ field: 'url', after: 'http://new/sse' }]

test('what only the answer to a write shows is not repeated in what is said of that server', async () => {
  const token = 'rotated-4711-abcdefgh'
  const alter = (record: unknown): unknown => ({
    ...(record as object),
    static_headers: { Authorization: `Bearer ${token}` },
  })
  const sandbox = await startSandbox({
    servers: [SERVER],
    quirks: [
      { on: { method: 'PUT', path: '/v1/mcp/server' }, do: { alter } },
      {
        on: { method: 'GET', path: '/v1/mcp/server/id-a', nth: 2 },
        do: { status: 500, body: { detail: `upstream said no to ${token}` } },
      },
    ],
  })
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 5 }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  const first = await gateway.read('id-a')
  if (first.kind !== 'record') throw new Error(first.message)
  await gateway.write(first.record, URL)
  const second = await gateway.read('id-a')
  await sandbox.close()
  expect(second).toMatchObject({
    kind: 'unreadable',
    message: expect.stringContaining('upstream said no to ***') as string,
  })
})

test.each<[string, QuirkAction]>([
  ['is not answered', 'hang'],
  ['is refused for now', { status: 503, body: { detail: 'busy' } }],
])('a list with a limit that %s is asked for once, and no longer', async (_what, action) => {
  const path = '/v1/mcp/server'
  const sandbox = await startSandbox({
    servers: [SERVER],
    quirks: [{ on: { method: 'GET', path }, do: action }],
  })
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 30 }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  await expect(gateway.snapshot(200)).rejects.toThrow(MigrateError)
  const asked = sandbox.requests.filter((request) => request.path === path)
  await sandbox.close()
  expect(asked).toHaveLength(1)
})

test.each([1, 200])(
  'a list of %i that was given back tells nothing more, and another one tells all',
  async (many) => {
    const ids = Array.from({ length: many }, (_, i) => `id-${i}`)
    const sandbox = await startSandbox({ servers: ids.map((id) => ({ ...SERVER, server_id: id })) })
    const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 5 }
    const gateway = await connect(target, () =>
      Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
    )
    const [first, second] = [await gateway.snapshot(), await gateway.snapshot()]
    const before = ids.map((id) => first.entry(id)?.url)
    first.giveBack()
    await sandbox.close()
    expect(before).toEqual(ids.map(() => SERVER.url))
    expect(ids.map((id) => [first.entry(id), second.entry(id)?.url])).toEqual(
      ids.map(() => [null, SERVER.url]),
    )
  },
)

/** What a write of a URL is answered with, and the fields that the gateway was sent. */
async function written(options: SandboxOptions, { closed = false } = {}) {
  const sandbox = await startSandbox({ servers: [SERVER], ...options })
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 5 }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  const reading = await gateway.read('id-a')
  if (reading.kind !== 'record') throw new Error(reading.message)
  if (closed) await sandbox.close()
  const answer = await gateway.write(reading.record, URL)
  const body = sandbox.requests.find(({ method }) => method === 'PUT')?.body ?? {}
  if (!closed) await sandbox.close()
  return { answer, body: Object.keys(body) }
}

describe.concurrent('the answer to a write says which fields the request carried:', () => {
  test.each([
    ['1.74.0', ['description', 'transport']],
    ['1.80.0', ['alias', 'transport']],
    ['1.106.2', []],
  ])('LiteLLM %s was sent the URL and what it would lose otherwise, such as %j', async (version, others) => {
    const { answer, body } = await written({ version })
    expect(answer.kind).toBe('accepted')
    expect(answer.sent).toEqual(body)
    expect(answer.sent).toEqual(expect.arrayContaining(['server_id', 'url', ...others]))
    if (others.length === 0) expect(answer.sent).toEqual(['server_id', 'url'])
  })

  test.each([
    ['a failure', { status: 500, body: { detail: 'registry' } }],
    ['a lost answer', 'reset-after'],
  ] as const)('although there was %s', async (_what, quirk) => {
    const quirks = [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: quirk }]
    const { answer } = await written({ version: '1.106.2', quirks })
    expect(answer).toMatchObject({ kind: 'unsettled', sent: ['server_id', 'url'] })
  })

  test('none where it never left', async () => {
    const { answer } = await written({ version: '1.106.2' }, { closed: true })
    expect(answer).toMatchObject({ kind: 'refused', sent: [] })
  })
})

describe.concurrent('a write of a file says which fields of the entry it edited:', () => {
  async function edited(expected: string) {
    const folder = await mkdtemp(join(tmpdir(), 'write-answers-'))
    const path = join(folder, 'config.yaml')
    await writeFile(path, 'mcp_servers:\n  a:\n    url: http://old/sse\n')
    const move = { before: 'http://old/sse', after: 'http://new/sse' }
    const place = new FilePlace({ path, config: path, server: 'a', variable: null }, move)
    const answer = await place.write({ server_id: 'a', url: expected }, URL)
    await rm(folder, { recursive: true })
    return answer
  }

  test('the URL', async () => {
    expect(await edited('http://old/sse')).toEqual({ kind: 'accepted', sent: ['url'], record: null })
  })

  test('none where the file holds something else by now', async () => {
    expect(await edited('http://other/sse')).toMatchObject({ kind: 'refused', sent: [] })
  })
})
