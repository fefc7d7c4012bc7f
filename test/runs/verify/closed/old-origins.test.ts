import { expect } from 'vitest'
import type { RecordedRun } from '../../../../src/journal/fold.ts'
import { FileJournal } from '../../../../src/journal/file-journal.ts'
import { localMachine } from '../../../../src/machine/local-machine.ts'
import { closed } from '../../../../src/runs/verify/closed/closed.ts'
import { migratedServers } from '../../../../src/runs/verify/scene/migrated.ts'
import { oldOrigins, targetsOf } from '../../../../src/runs/verify/closed/old-origins.ts'
import type { Scene } from '../../../../src/runs/verify/scene/scene.ts'
import { test, TWO } from '../../../support/trial.ts'
import { watchForLeaks } from '../../../support/secrets.ts'
import { adHocRules, defaultRules } from '../../../support/rules.ts'

watchForLeaks()

const MOVE = ['--no-wait', '--yes', '--quiet']
const ELSEWHERE = ['--from', 'http://mcp-proxy-sse:8080', '--to', 'http://elsewhere:8080']

const FARTHER = ['--from', 'http://elsewhere:8080', '--to', 'http://farther:8080']

async function origins(
  { journal, sandbox }: { journal: string; sandbox: { url: string } },
  paths: string[] = [],
): Promise<string[]> {
  const { runs } = await new FileJournal(journal).runs()
  const found = oldOrigins(runs, sandbox.url, (await defaultRules()).rules, paths).map(
    ({ scheme, host, port, paths: at }) => `${scheme}://${host}:${port} ${at.join(' ')}`.trim(),
  )
  return found.toSorted()
}

test('the addresses of the rule have to be closed before anything was moved', async ({ open }) => {
  const trial = await open({ servers: TWO })
  expect(await origins(trial)).toEqual(['http://localhost:8585', 'https://localhost:8585'])
  expect(await origins(trial, ['/sse'])).toEqual([
    'http://localhost:8585 /sse',
    'https://localhost:8585 /sse',
  ])
})

test('so have those that servers have left, until they come back, and never where the rule leads', async ({
  open,
}) => {
  const trial = await open({ servers: TWO })
  await trial.setUp(MOVE)
  const paths = '/servers/fetch/sse /servers/n8n/sse'
  const old = [`http://localhost:8585 ${paths}`, 'https://localhost:8585']
  const elsewhere = `http://elsewhere:8080 ${paths}`
  expect(await origins(trial)).toEqual(old)
  await trial.setUp([...ELSEWHERE, ...MOVE])
  expect(await origins(trial)).toEqual(old)
  await trial.setUp([...FARTHER, ...MOVE])
  expect(await origins(trial)).toEqual([elsewhere, ...old])
  await trial.setUp(['--revert', ...MOVE])
  expect(await origins(trial)).toEqual(old)
  await trial.setUp(['--revert', ...MOVE])
  expect(await origins(trial)).toEqual([elsewhere, ...old])
})

test('so has none where settings alone were put back, as somebody had moved the URL back before', async () => {
  const move = { field: 'url', before: 'http://left:1/sse', after: 'http://new:2/sse' }
  const back = { ...move, before: move.after, after: move.before }
  const run = (id: string, reverts: string | null, change: object): RecordedRun =>
    ({
      id,
      startedAt: id,
      started: { reverts, gateway: { url: 'http://gateway' } },
      changes: [{ change: { server: { id: 'one' }, file: null, ...change }, outcome: 'applied' }],
    }) as unknown as RecordedRun
  const there = run('1', null, { edits: [move], landed: [] })
  const settings = run('2', '1', { edits: [], landed: [back] })
  const hosts = async (runs: readonly RecordedRun[]): Promise<string[]> =>
    oldOrigins(runs, 'http://gateway', (await defaultRules()).rules, []).map(({ host }) => host)
  expect(await hosts([there])).toContain('left')
  expect(await hosts([there, settings])).not.toContain('left')
})

test('a port is where the rule leads under each name of this machine, and whatever is spoken there', async ({
  open,
}) => {
  const trial = await open({ servers: TWO })
  await trial.setUp(MOVE)
  const leading = async (to: string): Promise<string[]> => {
    const { runs } = await new FileJournal(trial.journal).runs()
    const { rules } = adHocRules('http://old.example', to)
    return oldOrigins(runs, trial.sandbox.url, rules, []).map(({ host, port }) => `${host}:${port}`)
  }
  expect(await leading('http://new.example')).toEqual(['localhost:8585', 'old.example:80'])
  for (const to of ['https://localhost:8585', 'http://127.0.0.1:8585', 'http://[::1]:8585'])
    expect(await leading(to)).toEqual(['old.example:80'])
  expect(await leading('http://localhost:8586')).toEqual(['localhost:8585', 'old.example:80'])
})

test('a rule that stays at its port leaves nothing to close', async () => {
  const scene: Partial<Scene> = {
    runs: [],
    gatewayUrl: 'http://gw.example',
    ruleSet: adHocRules('http://mcp.example:8080', 'https://mcp.example:8080'),
    machine: localMachine,
    knownPaths: () => Promise.resolve([]),
  }
  expect(await closed.look(scene as Scene, () => {})).toEqual({
    outcome: 'skip',
    evidence: ['the rule stays at the same host and port, so no old address has to be closed'],
    hint: null,
  })
})

test('a server counts as migrated where the rule or a run has put it', async ({ open }) => {
  const trial = await open({ servers: TWO })
  const migrated = async (): Promise<string[]> => {
    const { runs } = await new FileJournal(trial.journal).runs()
    const listed = trial.sandbox.rows().map((row) => ({ ...row, url: String(row['url']) }))
    const found = migratedServers(listed, runs, trial.sandbox.url, (await defaultRules()).rules)
    return found.map(({ identity, url }) => `${identity.name} ${url}`)
  }
  expect(await migrated()).toEqual([])
  await trial.setUp(MOVE)
  await trial.setUp([...ELSEWHERE, ...MOVE, '--only', 'n8n'])
  expect(await migrated()).toEqual([
    'fetch http://mcp-proxy-sse:8080/servers/fetch/sse',
    'n8n http://elsewhere:8080/servers/n8n/sse',
  ])
})

test('an address of this machine is tried under all its names, but for the one to move to, and another as it is', () => {
  const place = { scheme: 'http' as const, port: 8585, paths: [] }
  const own = ['127.0.0.1', '192.0.2.7', 'fe80::1%eth0']
  const labels = (host: string, to = 'new.example'): string[] =>
    targetsOf([{ ...place, host }], own, 'http://gw.example', [{ ...place, host: to }]).map(
      ({ label }) => label,
    )
  const all = [
    'localhost',
    '127.0.0.1',
    '[::1]',
    '0.0.0.0',
    'host.docker.internal',
    'host.containers.internal',
    '192.0.2.7',
    '[fe80::1%eth0]',
    'gw.example',
  ]
  expect(labels('localhost')).toEqual(all.map((name) => `${name}:8585`))
  expect(labels('192.0.2.7').toSorted()).toEqual(all.map((name) => `${name}:8585`).toSorted())
  expect(labels('host.orb.internal')).toEqual(['host.orb.internal', ...all].map((name) => `${name}:8585`))
  expect(labels('old.example')).toEqual(['old.example:8585'])
  for (const to of ['gw.example', '192.0.2.7'])
    expect(labels('localhost', to)).toEqual(all.filter((name) => name !== to).map((name) => `${name}:8585`))
})
