import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Container, type Docker, DockerFailure } from '../../src/docker/port.ts'
import { failure, fakeEngine, json, part } from './fake-engine.ts'

/** A container as an engine tells of it, with all that is looked at. */
const CONTAINER = {
  Id: 'a1',
  Name: '/litellm',
  Path: 'litellm',
  Args: ['--port', '4000'],
  Config: { Image: 'image', Hostname: 'a1', Tty: false, Labels: { 'com.docker.compose.project': 'p' } },
  State: { Status: 'running' },
  HostConfig: { NetworkMode: 'net' },
  NetworkSettings: {
    Ports: { '4000/tcp': [{ HostIp: '127.0.0.1', HostPort: '4000' }], '53/udp': null },
    Networks: { net: { IPAddress: '172.18.0.2', Aliases: ['a'], DNSNames: ['litellm'] } },
  },
}
const DOCUMENTS: Record<string, unknown> = {
  '/containers/json': [{ Id: 'a1', Status: 'Up 2 hours' }],
  '/containers/a1/json': CONTAINER,
  '/containers/a1/exec': { Id: 'e1' },
  '/networks': [{ Name: 'net', Driver: 'bridge', Internal: false }],
  '/exec/e1/json': { Running: false, ExitCode: 0 },
}
const PATHS = Object.keys(DOCUMENTS)

const NONSENSE = fc.oneof(
  fc.constantFrom(null, '', -1, 0.5, 1e308, '-1', '99999999', 'NaN', '../..', '\u0000\u001b[2J', [null], {}),
  fc.jsonValue({ maxDepth: 3 }),
)

type Steps = readonly (string | number)[]

/** Where something stands in a document, as the steps that lead there. */
function placesIn(document: unknown): Steps[] {
  if (typeof document !== 'object' || document === null) return [[]]
  return [
    [],
    ...Object.entries(document).flatMap(([name, value]) => placesIn(value).map((rest) => [name, ...rest])),
  ]
}

/** A document of which one place holds something else. */
function spoilt(document: unknown, [step, ...rest]: Steps, other: unknown): unknown {
  if (step === undefined || typeof document !== 'object' || document === null) return other
  const changed = Object.entries(document).map(([name, value]): [string, unknown] => [
    name,
    name === step ? spoilt(value, rest, other) : value,
  ])
  return Array.isArray(document) ? changed.map(([, value]) => value) : Object.fromEntries(changed)
}

const PLACES = PATHS.flatMap((path) => placesIn(DOCUMENTS[path]).map((steps) => ({ path, steps })))

const SPOILT = fc
  .record({ place: fc.constantFrom(...PLACES), other: NONSENSE })
  .map(({ place: { path, steps }, other }) => ({ [path]: spoilt(DOCUMENTS[path], steps, other) }))

const failed = (error: unknown): unknown => error

/** The containers that an engine tells of, none where it fails, and what all questions came to that can be asked of it. */
async function askAll(docker: Docker): Promise<{ containers: Container[]; answers: unknown[] }> {
  const asked = docker.containers()
  const answers = await Promise.all(
    [
      asked,
      docker.networks(),
      docker.logs('a1', 5),
      docker.commandOf('a1'),
      docker.look('a1', ['true'], 2000),
      docker.readFile('a1', '/etc/x'),
    ].map((each) => each.catch(failed)),
  )
  return { containers: await asked.catch(() => []), answers }
}

test('whatever an engine answers, it is read or it is a failure of Docker, and ports are numbers', async () => {
  let said: Record<string, unknown> = {}
  let stream: Buffer = Buffer.alloc(0)
  const { docker } = await fakeEngine({
    ...Object.fromEntries(PATHS.map((path) => [path, (answer) => json(answer, said[path] ?? null)])),
    '/exec/e1/start': (answer) => answer.end(stream),
    '/containers/a1/logs': (answer) => answer.end(stream),
    '/containers/a1/archive': (answer) => answer.end(stream),
  })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all)),
    fc.uint8Array({ maxLength: 300 }).map((all) => part(1, Buffer.from(all).toString('latin1'))),
  )
  let failures = 0
  await fc.assert(
    fc.asyncProperty(SPOILT, bytes, async (one, sent) => {
      said = { ...DOCUMENTS, ...one }
      stream = sent
      const { containers, answers } = await askAll(docker)
      for (const found of answers.filter((each) => each instanceof Error)) {
        expect(found).toBeInstanceOf(DockerFailure)
        expect(found.message).not.toMatch(/undefined|\[object|[\u0000-\u001f]/)
        failures += 1
      }
      for (const { hostPort, containerPort } of containers.flatMap(({ published }) => published))
        for (const port of [hostPort, containerPort])
          expect(port > 0 && port < 65_536, String(port)).toBe(true)
    }),
    { numRuns: 50 },
  )
  expect(failures).toBeGreaterThan(10)
})

test.each([
  ['a port that is none', { 'x/tcp': [{ HostIp: '', HostPort: '80' }] }],
  ['a port that is none on this machine', { '80/tcp': [{ HostIp: '', HostPort: 'many' }] }],
  ['a port beyond all', { '80/tcp': [{ HostIp: '', HostPort: '65536' }] }],
])('%s makes it no answer of an engine', async (_, Ports) => {
  const { docker } = await fakeEngine({
    '/containers/json': (answer) => json(answer, DOCUMENTS['/containers/json']),
    '/containers/a1/json': (answer) =>
      json(answer, { ...CONTAINER, NetworkSettings: { Ports, Networks: {} } }),
  })
  expect(await failure(docker.containers())).toBe(
    'Docker could not list its containers: its answer is not that of a Docker engine',
  )
})

test('a port that leads nowhere is not published', async () => {
  const Ports = { '80/tcp': [{ HostIp: '', HostPort: '' }], '81/tcp': [{ HostIp: '', HostPort: '0' }] }
  const { docker } = await fakeEngine({
    '/containers/json': (answer) => json(answer, DOCUMENTS['/containers/json']),
    '/containers/a1/json': (answer) =>
      json(answer, { ...CONTAINER, NetworkSettings: { Ports, Networks: {} } }),
  })
  expect((await docker.containers()).map(({ published }) => published)).toEqual([[]])
})
