import { expect } from 'vitest'
import { defaultMigration } from '../../../src/cli/migrations.ts'
import { FileJournal } from '../../../src/journal/file-journal.ts'
import { migratedServers } from '../../../src/runs/verify/migrated.ts'
import { oldOrigins, targetsOf } from '../../../src/runs/verify/old-origins.ts'
import { test, TWO } from '../../cli/trial.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()

const MOVE = ['--no-wait', '--yes', '--quiet']
const ELSEWHERE = ['--from', 'http://mcp-proxy-sse:8080', '--to', 'http://elsewhere:8080']

async function origins(
  { journal, sandbox }: { journal: string; sandbox: { url: string } },
  paths: string[] = [],
): Promise<string[]> {
  const { runs } = await new FileJournal(journal).runs()
  return oldOrigins(runs, sandbox.url, await defaultMigration(), paths).map(
    ({ scheme, host, port, paths: at }) => `${scheme}://${host}:${port} ${at.join(' ')}`.trim(),
  )
}

test('the addresses of the rule have to be closed before anything was moved', async ({ open }) => {
  const trial = await open({ servers: TWO })
  expect(await origins(trial)).toEqual(['http://localhost:8585', 'https://localhost:8585'])
  expect(await origins(trial, ['/sse'])).toEqual([
    'http://localhost:8585 /sse',
    'https://localhost:8585 /sse',
  ])
})

test('so have those that servers have left, until they come back', async ({ open }) => {
  const trial = await open({ servers: TWO })
  await trial.setUp(MOVE)
  const paths = '/servers/fetch/sse /servers/n8n/sse'
  expect(await origins(trial)).toContain(`http://localhost:8585 ${paths}`)
  await trial.setUp([...ELSEWHERE, ...MOVE])
  expect(await origins(trial)).toContain(`http://mcp-proxy-sse:8080 ${paths}`)
  await trial.setUp(['--revert', ...MOVE])
  expect(await origins(trial)).not.toContain(`http://mcp-proxy-sse:8080 ${paths}`)
  await trial.setUp(['--revert', ...MOVE])
  expect(await origins(trial)).toContain(`http://mcp-proxy-sse:8080 ${paths}`)
})

test('a server counts as migrated where the rule or a run has put it', async ({ open }) => {
  const trial = await open({ servers: TWO })
  const migrated = async (): Promise<string[]> => {
    const { runs } = await new FileJournal(trial.journal).runs()
    const listed = trial.sandbox.rows().map((row) => ({ ...row, url: String(row['url']) }))
    const found = migratedServers(listed, runs, trial.sandbox.url, await defaultMigration())
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

test('an address of this machine is tried under all its names, and another one as it is', () => {
  const place = { scheme: 'http' as const, port: 8585, paths: [] }
  const labels = (host: string): string[] =>
    targetsOf([{ ...place, host }], ['127.0.0.1', '192.0.2.7', 'fe80::1%eth0'], 'http://gw.example').map(
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
})
