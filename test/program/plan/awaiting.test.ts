import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { guideServers } from '../../../src/sandbox/world.ts'
import { KEY } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { LOOSE, SIGNED } from '../run/oauth-servers.ts'
import { test as sitting } from '../../support/sitting.ts'
import {
  documentOf,
  guideServer,
  sentence,
  test,
  type Trial,
  TWO,
  urls,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const NEW = 'http://mcp-proxy-sse:8080'
const TRY = { preflight: true }

/** The guide's own order: people review before the new host exists. */
const EARLY: SandboxOptions = { servers: guideServers(), faults: { [NEW]: 'unknown-host' } }

interface Document {
  changes: {
    server: { name: string }
    edits: { before: string; after: string }[]
    effects: { code: string }[]
    awaiting: string[]
    reason: string | null
    outcome: string
  }[]
  skipped: unknown[]
  run: unknown
  summary: Record<string, number>
}

const old = ({ sandbox }: Trial): string[] =>
  Object.values(urls(sandbox.rows())).filter((url) =>
    String(url).startsWith('http://localhost:8585'),
  ) as string[]

describe.concurrent('where the new host does not exist yet', () => {
  test('a dry run shows all seven, and what they wait for, with --diff each record: exit 1', async ({
    open,
  }) => {
    const trial = await open(EARLY)
    const { code, stdout } = await trial.call(['--dry-run'], TRY)
    expect(code).toBe(1)
    expect(stdout).toContain('- http://localhost:8585\n+ http://mcp-proxy-sse:8080\n')
    expect(stdout.match(/^  ✗ (\w+) +\/servers\/\1\/sse +unreachable +\(1\)$/gm)).toHaveLength(7)
    expect(stdout).toContain('All the same: --accept unreachable')
    expect(stdout).not.toContain('Left alone')
    expect(sentence(stdout)).toContain('7 to change: all wait for your consent. Nothing was written')
    expect(sentence(stdout)).toContain(
      'To apply it all the same: npx mcp-url-migrate --accept unreachable --url',
    )
    const whole = await trial.call(['--dry-run', '--diff'], TRY)
    expect(whole.stdout.match(/^-url: http:\/\/localhost:8585\/servers\/\w+\/sse$/gm)).toHaveLength(7)
    expect(whole.stdout.match(/^\+url: http:\/\/mcp-proxy-sse:8080\/servers\/\w+\/sse$/gm)).toHaveLength(7)
  })

  test('the cause is said once, and what mends it once', async ({ open }) => {
    const trial = await open(EARLY)
    const { stdout } = await trial.call(['--dry-run'], TRY)
    expect(stdout.match(/not work at the new URL/g)).toHaveLength(1)
    expect(stdout.match(/docker network connect/g)).toHaveLength(1)
    expect(sentence(stdout)).toMatch(/\(1\) 7 servers do not work at the new URL: LiteLLM: .* To mend them: /)
  })

  test('causes that differ are told apart, each with what mends it', async ({ open }) => {
    const faults = {
      [`${NEW}/servers/fetch/`]: 421,
      [`${NEW}/servers/n8n/`]: 404,
      [`${NEW}/servers/postgres/`]: 404,
    }
    const trial = await open({ servers: guideServers(), faults } as SandboxOptions)
    const { stdout } = await trial.call(['--dry-run'], TRY)
    expect(sentence(stdout)).toContain(
      '✗ fetch /servers/fetch/sse host name refused (1) ✗ n8n /servers/n8n/sse not found (2) ✗ postgres /servers/postgres/sse not found (2) filesystem',
    )
    expect(sentence(stdout)).toContain(
      '(1) fetch does not work at the new URL: LiteLLM: it returned HTTP 421 To mend fetch: ',
    )
    expect(sentence(stdout)).toMatch(
      /\(2\) 2 servers do not work at the new URL: LiteLLM: .*404.* To mend them: mcp-proxy-sse answers, but serves nothing at their paths\. /,
    )
    expect(stdout.match(/✓ 2 tools$/gm)).toHaveLength(4)
    expect(stdout).toContain('7 to change: 4 now, 3 wait for your consent.\n')
    expect(sentence(stdout)).toMatch(
      /To apply it: npx mcp-url-migrate --url \S+ --journal \S+ With what waits: npx mcp-url-migrate --accept unreachable --url /,
    )
  })

  test('the document holds each as a change, counted apart; with --exit-code: exit 2', async ({ open }) => {
    const trial = await open(EARLY)
    const finished = await trial.call(['--dry-run', '--json'], TRY)
    const { changes, skipped, summary } = documentOf<Document>(finished)
    expect([finished.code, skipped]).toEqual([1, []])
    expect(summary).toMatchObject({ servers: 7, changes: 7, awaiting: 7, unchanged: 0, skipped: 0 })
    expect(changes.map(({ awaiting }) => awaiting)).toEqual(changes.map(() => ['unreachable']))
    expect(changes.every(({ edits }) => edits[0]?.after.startsWith(NEW))).toBe(true)
    expect((await trial.call(['--dry-run', '--exit-code'], TRY)).code).toBe(2)
  })

  test('--yes writes none of them, says so, and leaves no run: exit 1', async ({ open }) => {
    const trial = await open(EARLY)
    const told = await trial.call(['--yes'], TRY)
    expect([told.code, sentence(told.stdout)]).toEqual([
      1,
      expect.stringMatching(/Nothing was written: 7 servers wait for --accept unreachable\.$/),
    ])
    const finished = await trial.call(['--yes', '--json'], TRY)
    const { run, changes, summary } = documentOf<Document>(finished)
    expect([finished.code, run]).toEqual([1, null])
    expect(changes.map(({ outcome, reason }) => [outcome, reason])).toEqual(
      changes.map(() => ['not-applied', 'awaiting']),
    )
    expect(summary).toMatchObject({ applied: 0, notApplied: 7 })
    expect([writes(trial.sandbox), await trial.journalFiles()]).toEqual([0, []])
  })

  test('with the consent all are written: exit 0', async ({ open }) => {
    const trial = await open(EARLY)
    const finished = await trial.call(['--yes', '--json', '--no-wait', '--accept', 'unreachable'], TRY)
    const { changes } = documentOf<Document>(finished)
    expect(changes.map(({ outcome, awaiting }) => [outcome, awaiting])).toEqual(
      changes.map(() => ['applied', []]),
    )
    expect([finished.code, old(trial)]).toEqual([0, []])
  })
})

describe.concurrent('some wait, and some do not', () => {
  test('the others are written; the report names those that wait, once: exit 4', async ({ open }) => {
    const trial = await open({ servers: [...TWO, SIGNED, LOOSE] })
    const { code, stdout } = await trial.call(['--yes', '--no-wait'])
    expect(code).toBe(4)
    const report = sentence(stdout.slice(stdout.indexOf('2 of 4 servers changed, 2 wait for a consent.')))
    expect(report).toContain(
      '2 servers wait for a consent (--accept reauthorization --accept client-loss): loose, signed',
    )
    expect(report.match(/loose/g)).toHaveLength(1)
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('what waits is not in the journal: a revert does not know it', async ({ open }) => {
    const trial = await open({ servers: [...TWO, SIGNED] })
    expect((await trial.call(['--yes', '--no-wait'])).code).toBe(4)
    const back = documentOf<Document>(await trial.call(['--revert', '--yes', '--json']))
    expect(back.changes.map(({ server }) => server.name)).toEqual(['fetch', 'n8n'])
  })

  test('a server waits for all of its reasons, and one consent is not enough', async ({ open }) => {
    const faults = { [`${NEW}/servers/loose/`]: 'refused' as const }
    const trial = await open({ servers: [LOOSE], faults })
    const accept = ['--accept', 'reauthorization', '--accept', 'unreachable']
    const { changes } = documentOf<Document>(await trial.call(['--dry-run', '--json', ...accept], TRY))
    expect(changes.map(({ awaiting }) => awaiting)).toEqual([['client-loss']])
  })
})

describe.concurrent('in a terminal', () => {
  sitting(
    'whoever is not agreed to was declined, which has no effect on the code: exit 0',
    async ({ sit }) => {
      const trial = await sit({ servers: [...TWO, SIGNED] })
      const session = trial.start()
      await session.waitFor('c consent, then 3')
      await session.waitFor('Change 2 servers')
      session.answer('y')
      await session.waitFor('1 left as you chose: signed')
      expect(await session.exit()).toBe(0)
      expect(urls(trial.sandbox.rows())['id-signed']).toBe(SIGNED['url'])
    },
  )

  sitting('and where the others drifted, that alone counts: exit 3', async ({ sit }) => {
    const trial = await sit({ servers: [...TWO, SIGNED] })
    await trial.setUp(['--yes', '--no-wait', '--accept', 'reauthorization'])
    for (const id of ['id-fetch', 'id-n8n']) trial.sandbox.edit(id, { url: 'http://elsewhere:9/sse' })
    const session = trial.start({ args: ['--revert'] })
    await session.waitFor('Take back 0 servers')
    session.answer('n')
    for (const name of ['fetch', 'n8n']) {
      await session.waitFor(`${name}: what now?`)
      session.press(KEY.enter)
    }
    expect(await session.exit()).toBe(3)
  })

  sitting(
    'where all of it waits, the question says so, and a no has no effect on the code: exit 0',
    async ({ sit }) => {
      const trial = await sit({
        servers: [SIGNED, guideServer('exchanged', { auth_type: 'oauth2_token_exchange' })],
      })
      const session = trial.start()
      await session.waitFor(`Change 0 servers on ${trial.sandbox.url} (2 wait; c agrees)? [n]`)
      session.answer('y')
      await session.waitFor('That is no answer here. Type n, c, d or ?, and Enter.')
      await session.waitFor('(2 wait; c agrees)? [n]')
      session.answer('n')
      await session.waitFor('Nothing was written: that is what you chose.')
      expect([await session.exit(), writes(trial.sandbox)]).toEqual([0, 0])
    },
  )

  sitting('servers that were not chosen are named after the run: exit 0', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor('Change 3 servers')
    session.answer('s')
    await session.waitFor('0 of 3 marked')
    session.press(KEY.space, KEY.enter)
    await session.waitFor('Change 1 server')
    session.answer('y')
    await session.waitFor('1 of 3 servers changed, 2 left as you chose.')
    await session.waitFor('2 left as you chose: n8n, postgres')
    expect(await session.exit()).toBe(0)
    expect(writes(trial.sandbox)).toBe(1)
  })
})

describe.concurrent('that LiteLLM has to be restarted stands in the plan', () => {
  for (const [version, required] of [
    ['1.77.7', true],
    ['1.80.0', true],
    ['1.81.14', false],
    ['1.106.2', false],
  ] as const)
    test(`${required ? 'on' : 'not on'} ${version}`, async ({ open }) => {
      const trial = await open({ version, servers: TWO })
      expect(sentence((await trial.call(['--dry-run'])).stdout).includes('Restart LiteLLM afterwards')).toBe(
        required,
      )
      const { restartRequired } = documentOf<{ restartRequired: boolean }>(
        await trial.call(['--dry-run', '--json']),
      )
      expect(restartRequired).toBe(required)
    })
})

describe.concurrent('servers that are left alone for one reason', () => {
  const ELSEWHERE = 'http://10.0.0.7:8585'
  const near = (name: string) => guideServer(name, { url: `${ELSEWHERE}/servers/${name}/sse` })

  test('share it: it is said once, with their names, and not again in the summary', async ({ open }) => {
    const names = ['inventory', 'mail', 'search']
    const configServers = names.map((name) => ({
      server_name: name,
      url: `http://localhost:8585/servers/${name}/sse`,
      transport: 'sse',
    }))
    const trial = await open({ servers: [near('fetch'), near('n8n')], configServers })
    const { code, stdout } = await trial.call(['--dry-run'])
    expect(code).toBe(1)
    expect(stdout.match(/defined in LiteLLM's config.yaml/g)).toHaveLength(1)
    expect(sentence(stdout)).toContain(
      "! inventory, mail, search [config-defined]: defined in LiteLLM's config.yaml",
    )
    expect(stdout.match(/^\s+\+ +url: http:\/\/mcp-proxy-sse:8080\/servers\/\w+\/sse$/gm)).toHaveLength(3)
    expect(sentence(stdout)).toContain('- fetch, n8n [near-miss]: another host (10.0.0.7) on port 8585')
    expect(stdout).not.toContain('left alone:')
  })

  test('and so do servers with the old address in the same field', async ({ open }) => {
    const description = 'as it was at http://localhost:8585/servers'
    const trial = await open({ servers: TWO.map((server) => ({ ...server, description })) })
    const { stdout } = await trial.call(['--dry-run'])
    expect(sentence(stdout)).toContain('! fetch, n8n, field description: ')
  })
})
