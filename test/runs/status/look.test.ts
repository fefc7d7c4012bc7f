import { expect, test } from 'vitest'
import { MigrateError } from '../../../src/core/errors.ts'
import type { Unavailable } from '../../../src/core/unavailable.ts'
import type { Docker } from '../../../src/docker/port.ts'
import type { Journal } from '../../../src/journal/port.ts'
import { lookAtAll, type StatusScope } from '../../../src/runs/status/look.ts'
import { container, engineWith } from '../../support/containers.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import { adHocRules } from '../../support/rules.ts'

const refused = new MigrateError('unauthorized', 'The key was refused', 'Give another.')

const NO_ENGINE: Unavailable = { unavailable: 'there is no Docker' }

/** A look, where the gateway does not open, and what was told on the way. */
async function look(docker: Docker | Unavailable, scope: Partial<StatusScope> = {}) {
  const told: string[] = []
  const journal = { location: '/journal', runs: () => Promise.resolve({ runs: [], problems: [] }) }
  const report = await lookAtAll(
    {
      url: 'http://localhost:4000',
      ruleSet: adHocRules('http://localhost:8585', 'http://mcp-proxy-sse:8080'),
      journal: journal as unknown as Journal,
      machine: { isSelf: () => Promise.resolve(true) },
      docker: () => Promise.resolve(docker),
      names: { litellm: null, proxy: null, network: null },
      errorLimit: 3,
      open: () => Promise.reject(refused),
      isFinding: () => true,
      redactor: new Redactor(),
      ...scope,
    },
    { onOpen: () => () => told.push('opened'), onAsked: () => told.push('asked') },
  )
  return { report, told }
}

test('a gateway that does not open is told, and so is that there is no Docker', async () => {
  const { report, told } = await look(NO_ENGINE)
  expect(report.gateway).toEqual({
    code: 'unauthorized',
    message: 'The key was refused',
    hint: 'Give another.',
  })
  expect(report.docker).toEqual(NO_ENGINE)
  expect(told).toEqual(['asked'])
})

test('what is no finding about the gateway is thrown', async () => {
  await expect(look(NO_ENGINE, { isFinding: () => false })).rejects.toBe(refused)
})

test('an engine that fails is one that is not to be had', async () => {
  const engine = engineWith([])
  const containers = () => Promise.reject(new MigrateError('docker-failed', 'Docker could not list'))
  expect((await look({ ...engine, containers })).report.docker).toEqual({
    unavailable: 'Docker could not list',
  })
})

test('what was sent to sign in is shown in no log', async () => {
  const engine = engineWith([container('litellm', { 'litellm-net': '172.18.0.3' })])
  const line = { time: null, stream: 'stderr', text: 'ERROR: bad password hunter2-and-more' } as const
  const { report } = await look(
    { ...engine, logs: () => Promise.resolve([line]) },
    { redactor: new Redactor().learn('hunter2-and-more') },
  )
  expect(report.docker).toMatchObject({ logs: [{ container: 'litellm', lines: [{ times: 1 }] }] })
  expect(JSON.stringify(report.docker)).not.toContain('hunter2')
})

test('what a log breaks off in one line, and goes on with in the next, is shown neither here nor there', async () => {
  const engine = engineWith([container('litellm', { 'litellm-net': '172.18.0.3' })])
  const lines = ['ERROR: bad key sk-', 'ERROR1234 Error'].map(
    (text) => ({ time: null, stream: 'stderr', text }) as const,
  )
  const { report } = await look(
    { ...engine, logs: () => Promise.resolve(lines) },
    { redactor: new Redactor().learn('sk-ERROR1234') },
  )
  expect(report.docker).toMatchObject({
    logs: [{ lines: [{ text: 'ERROR: bad key ***' }, { text: '*** Error' }] }],
  })
})
