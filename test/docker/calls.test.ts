import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { connected, failure, fakeEngine, inspected, json, listen, part, portOf } from './fake-engine.ts'

const EXEC = {
  '/containers/a1/exec': (answer: ServerResponse) => json(answer, { Id: 'e1' }, 201),
  '/exec/e1/json': (answer: ServerResponse) => json(answer, { Running: false, ExitCode: 3 }),
}

describe('an engine is asked', () => {
  test('for containers: which there are, and each of them', async () => {
    const { docker, asked } = await fakeEngine({
      '/containers/json': (answer) =>
        json(answer, [{ Id: 'b2', Status: 'Up' }, { Id: 'a1' }, { Id: 'gone' }]),
      '/containers/b2/json': (answer) => json(answer, inspected('b2')),
      '/containers/a1/json': (answer) => json(answer, inspected('a1')),
    })
    const found = await docker.containers()
    expect(found.map(({ name, status }) => [name, status])).toEqual([
      ['name-of-a1', ''],
      ['name-of-b2', 'Up'],
    ])
    expect(asked.toSorted()).toEqual([
      'GET /containers/a1/json',
      'GET /containers/b2/json',
      'GET /containers/gone/json',
      'GET /containers/json?all=true',
    ])
  })

  test('for many containers, without a warning of Node.js', async () => {
    const ids = Array.from({ length: 60 }, (_, i) => `c${i}`)
    const { docker } = await fakeEngine({
      '/containers/json': (answer) =>
        json(
          answer,
          ids.map((Id) => ({ Id })),
        ),
      '/containers/c': (answer, { url = '' }) => json(answer, inspected(url.split('/')[2] ?? '')),
    })
    const warnings: string[] = []
    const heard = (warning: Error): number => warnings.push(warning.message)
    process.on('warning', heard)
    expect(await docker.containers()).toHaveLength(60)
    await new Promise(setImmediate)
    process.off('warning', heard)
    expect(warnings).toEqual([])
  })

  test('for its version, networks, a log, a file and a command line', async () => {
    const { docker, api, asked } = await fakeEngine({
      '/version': (answer) => json(answer, { Components: [{ Name: 'Podman Engine' }] }),
      '/networks': (answer) => json(answer, [{ Name: 'net', Driver: 'bridge', Internal: true }]),
      '/containers/a1/logs': (answer) =>
        answer.end(part(2, '2026-01-02T03:04:05.6Z one\n2026-01-02T03:04:06Z two\n')),
      '/containers/a1/json': (answer) => json(answer, inspected('a1')),
    })
    expect(await api.components(AbortSignal.timeout(5000))).toEqual(['Podman Engine'])
    expect(await docker.networks()).toEqual([{ name: 'net', driver: 'bridge', internal: true }])
    expect(await docker.logs('a1', 7)).toEqual([
      { time: '2026-01-02T03:04:05.600Z', stream: 'stderr', text: 'one' },
      { time: '2026-01-02T03:04:06.000Z', stream: 'stderr', text: 'two' },
    ])
    expect(await docker.readFile('a1', '/etc/a b&c#d?é')).toBeNull()
    expect(await docker.commandOf('a1')).toEqual(['serve', '--port', '80'])
    expect(asked).toEqual([
      'GET /version',
      'GET /networks',
      'GET /containers/a1/json',
      'GET /containers/a1/logs?follow=false&stdout=true&stderr=true&timestamps=true&tail=7',
      'GET /containers/a1/archive?path=%2Fetc%2Fa+b%26c%23d%3F%C3%A9',
      'GET /containers/a1/json',
    ])
  })

  test('to run what only looks', async () => {
    const { docker, asked } = await fakeEngine({
      ...EXEC,
      '/exec/e1/start': (answer) => answer.end(Buffer.concat([part(1, 'a'), part(2, 'b'), part(1, 'c')])),
    })
    expect(await docker.look('a1', ['sh', '-c', 'x'], 5000, { URL: 'http://x/?a=b' })).toEqual({
      code: 3,
      stdout: 'ac',
      stderr: 'b',
    })
    expect(asked).toEqual([
      'POST /containers/a1/exec {"Cmd":["sh","-c","x"],"Env":["URL=http://x/?a=b"],"AttachStdout":true,"AttachStderr":true,"Tty":false}',
      'POST /exec/e1/start {"Detach":false,"Tty":false}',
      'GET /exec/e1/json',
    ])
  })

  test('never with an id that would ask for something else', async () => {
    const { docker, asked } = await fakeEngine({
      '/containers/json': (answer) => json(answer, [{ Id: '..' }]),
    })
    expect(await failure(docker.containers())).toBe(
      'Docker could not list its containers: its answer is not that of a Docker engine',
    )
    await failure(docker.commandOf('a/../../prune?x#y'))
    expect(asked).toEqual([
      'GET /containers/json?all=true',
      'GET /containers/a%2F..%2F..%2Fprune%3Fx%23y/json',
    ])
  })
})

describe('what an engine answers instead', () => {
  const answers: [what: string, act: (answer: ServerResponse) => void, reason: string][] = [
    ['409', (answer) => json(answer, { message: 'it is paused' }, 409), 'it is paused'],
    ['500', (answer) => json(answer, { message: 'out of\nspace' }, 500), 'out of\\x0aspace'],
    ['a status alone', (answer) => answer.writeHead(502).end('<html>Bad Gateway'), 'it answers HTTP 502'],
    ['an empty reason', (answer) => json(answer, { message: '' }, 403), 'it answers HTTP 403'],
    ['a redirect', (answer) => answer.writeHead(307, { location: '/version' }).end(), 'it answers HTTP 307'],
    ['a page', (answer) => answer.end('<html>Welcome'), 'its answer is not JSON'],
    ['nothing', (answer) => answer.writeHead(204).end(), 'its answer is not JSON'],
    ['something else', (answer) => json(answer, { a: 1 }), 'its answer is not that of a Docker engine'],
    [
      'a compressed answer',
      (answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('[]')),
      'its answer is compressed, which nobody asked for',
    ],
    [
      'more than is read',
      (answer) => answer.end('x'.repeat(16 * 1024 * 1024 + 1)),
      'its answer is longer than 16 MB',
    ],
    [
      'half an answer',
      (answer) => {
        answer.writeHead(200, { 'content-length': 100 }).write('[')
        setImmediate(() => answer.destroy())
      },
      'the connection was cut',
    ],
    [
      'half an answer in pieces',
      (answer) => {
        answer.write('[')
        setImmediate(() => answer.destroy())
      },
      'the connection was cut',
    ],
    ['a closed connection', (answer) => answer.destroy(), 'the connection was cut'],
    [
      'another protocol',
      (answer) => answer.socket?.end('SSH-2.0-OpenSSH\r\n'),
      'what answers there does not speak HTTP',
    ],
  ]
  test.each(answers)('%s', async (_, act, reason) => {
    const { docker } = await fakeEngine({ '/networks': act })
    expect(await failure(docker.networks())).toBe(`Docker could not list its networks: ${reason}`)
  })

  test('something that only talks, instead of an engine, is none', async () => {
    const server = await listen(
      createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')),
      0,
    )
    expect(await connected(`tcp://127.0.0.1:${portOf(server)}`)).toEqual({
      unavailable: expect.stringMatching(/: what answers there does not speak HTTP$/),
    })
  })
})

test('containers are inspected a few at a time, and none of them at great length', async () => {
  const ids = Array.from({ length: 100 }, (_, i) => `a${i}`)
  let [open, most] = [0, 0]
  const { docker } = await fakeEngine({
    '/containers/json': (answer) =>
      json(
        answer,
        ids.map((Id) => ({ Id, Status: 'Up' })),
      ),
    '/containers/': (answer, request) => {
      open += 1
      most = Math.max(most, open)
      setTimeout(() => {
        open -= 1
        json(answer, inspected(request.url?.split('/')[2] ?? ''))
      }, 5)
    },
  })
  expect(await docker.containers()).toHaveLength(100)
  expect([most > 1, most <= 16]).toEqual([true, true])
  const { docker: talking } = await fakeEngine({
    '/containers/json': (answer) => json(answer, [{ Id: 'a1', Status: 'Up' }]),
    '/containers/': (answer) => json(answer, { Id: 'x'.repeat(1024 * 1024) }),
  })
  expect(await failure(talking.containers())).toBe(
    'Docker could not list its containers: its answer is longer than 1 MB',
  )
})

describe('a stream', () => {
  test('that ends within a part of it was cut, as a command inside a container has more to say', async () => {
    for (const end of [part(1, 'half', 100), Buffer.from([1, 0, 0])]) {
      const { docker } = await fakeEngine({
        ...EXEC,
        '/exec/e1/start': (answer) => answer.end(Buffer.concat([part(1, 'whole'), end])),
      })
      expect(await failure(docker.look('a1', ['sh'], 5000))).toBe(
        'Docker could not run sh inside a container: the connection was cut',
      )
    }
  })

  test('is read up to 1 MB, and no further', async () => {
    const { docker } = await fakeEngine({
      ...EXEC,
      '/exec/e1/start': (answer) => {
        // A connection that was closed fails the write, on newer releases of Node at once.
        const more = (error?: Error | null): void =>
          void (error || answer.write(part(1, 'x'.repeat(60_000)), (failed) => setImmediate(more, failed)))
        more()
      },
    })
    const { code, stdout } = await docker.look('a1', ['yes'], 5000)
    expect([code, stdout.length > 1_000_000, stdout.length < 1_048_577]).toEqual([3, true, true])
  })

  test('is left at the limit, with what came until then, and its connection closed', async () => {
    const closed: Promise<void>[] = []
    const { docker, asked } = await fakeEngine({
      ...EXEC,
      '/exec/e1/start': (answer) => {
        closed.push(new Promise((done) => answer.once('close', done)))
        answer.write(part(1, 'so far'))
      },
    })
    expect(await docker.look('a1', ['sleep'], 200)).toEqual({ code: null, stdout: 'so far', stderr: '' })
    await closed[0]
    expect(asked.at(-1)).toContain('/exec/e1/start')
  })

  test('of which nothing comes is no answer', async () => {
    const { docker } = await fakeEngine({ ...EXEC, '/exec/e1/start': () => {} })
    expect(await failure(docker.look('a1', ['sleep'], 200))).toBe(
      'Docker could not run sleep inside a container: no answer',
    )
  })

  test('of a log that was cut is none', async () => {
    const { docker } = await fakeEngine({
      '/containers/a1/json': (answer) => json(answer, inspected('a1')),
      '/containers/a1/logs': (answer) => {
        answer.write(part(1, '2026-01-02T03:04:05Z one\n'))
        setImmediate(() => answer.destroy())
      },
    })
    expect(await failure(docker.logs('a1', 5))).toBe('Docker could not read the log: the connection was cut')
  })

  test('of a terminal comes as it is', async () => {
    const { docker } = await fakeEngine({
      '/containers/a1/json': (answer) => json(answer, inspected('a1', { Tty: true })),
      '/containers/a1/logs': (answer) => answer.end('2026-01-02T03:04:05Z one\r\n2026-01-02T03:04:06Z \r\n'),
    })
    expect(await docker.logs('a1', 5)).toEqual([
      { time: '2026-01-02T03:04:05.000Z', stream: 'stdout', text: 'one' },
      { time: '2026-01-02T03:04:06.000Z', stream: 'stdout', text: '' },
    ])
  })
})
