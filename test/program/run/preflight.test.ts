import { readFile } from 'node:fs/promises'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { test as sitting } from '../../support/sitting.ts'
import { documentOf, newestFile, sentence, test, type Trial, TWO, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const NEW = 'http://mcp-proxy-sse:8080'
const REFUSING = { servers: TWO, faults: { [`${NEW}/servers/fetch/`]: 421 as const } }
const TRY = { preflight: true }

interface Document {
  changes: { server: { name: string }; preflight: unknown; awaiting: string[]; check?: unknown }[]
  skipped: { server: { name: string }; code: string }[]
}

const reached = { outcome: 'reached', kind: 'tools', evidence: 'LiteLLM lists 2 tools', tools: 2, hint: null }
const refusing = {
  outcome: 'failed',
  kind: 'host-refused',
  evidence: 'LiteLLM: it returned HTTP 421',
  tools: null,
}

/** The list of tools of a server fails from the second time on: it worked before the run. */
const BREAKS: SandboxOptions = {
  servers: TWO,
  quirks: [
    {
      on: { method: 'GET', path: '/mcp-rest/tools/list?server_id=id-fetch', nth: 2 },
      do: { status: 502, body: { detail: { error: 'upstream_error', message: 'it broke' } } },
    },
  ],
}

const started = async (trial: Trial): Promise<{ tools: Record<string, { name: string }[] | null> }> =>
  JSON.parse((await readFile(await newestFile(trial), 'utf8')).split('\n')[0] ?? '') as never

describe.concurrent('before anything is written', () => {
  test('every new address is tried, and what was found stands with its server', async ({ open, expect }) => {
    const trial = await open(REFUSING)
    const { code, stdout } = await trial.call(['--dry-run'], TRY)
    expect(code).toBe(1)
    expect(stdout.slice(stdout.indexOf('\n- '), stdout.indexOf('Nothing was'))).toMatchInlineSnapshot(`
      "
      - http://localhost:8585
      + http://mcp-proxy-sse:8080
        ✗ fetch  /servers/fetch/sse  host name refused  (1)
          n8n    /servers/n8n/sse    ✓ 2 tools

      (1) fetch does not work at the new URL: LiteLLM: it returned HTTP 421
          To mend fetch: The MCP server does not accept the host name mcp-proxy-sse:
          it was made for 127.0.0.1. With the Python SDK, name it in its
          transport_security.
            TransportSecuritySettings(allowed_hosts=["mcp-proxy-sse:8080"])
          All the same: --accept unreachable

      2 to change: 1 now, 1 waits for your consent.
      "
    `)
  })

  test('it is part of the plan document, and null where nobody tried', async ({ open }) => {
    const trial = await open(REFUSING)
    const tried = documentOf<Document>(await trial.call(['--dry-run', '--json'], TRY))
    expect(tried.skipped).toEqual([])
    expect(
      tried.changes.map(({ server, preflight, awaiting }) => [server.name, preflight, awaiting]),
    ).toEqual([
      ['fetch', expect.objectContaining(refusing), ['unreachable']],
      ['n8n', reached, []],
    ])
    const { length } = trial.sandbox.requests
    const plain = documentOf<Document>(await trial.call(['--dry-run', '--json']))
    expect(plain.changes.map(({ preflight }) => preflight)).toEqual([null, null])
    expect(
      trial.sandbox.requests
        .slice(length)
        .filter(({ method, path }) => method === 'POST' && path.includes('mcp-rest')),
    ).toEqual([])
  })

  test('a server that turns LiteLLM away only at the new address is moved, found out, and exits 4', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO, faults: { [`${NEW}/servers/fetch/`]: 401 as const } })
    const finished = await trial.call(['--yes', '--json', '--no-wait'], TRY)
    expect(finished.code).toBe(4)
    const fetch = documentOf<Document>(finished).changes.find(({ server }) => server.name === 'fetch')
    expect(fetch).toMatchObject({
      preflight: { outcome: 'sign-in', kind: 'unauthorized' },
      check: { outcome: 'failed', kind: 'unauthorized' },
    })
  })

  test('a server that does not work there is left out: exit 4, and nothing but the others is written', async ({
    open,
  }) => {
    const trial = await open(REFUSING)
    const finished = await trial.call(['--yes', '--json'], TRY)
    expect(finished.code).toBe(4)
    expect(documentOf<Document>(finished).changes).toMatchObject([
      { server: { name: 'fetch' }, outcome: 'not-applied', reason: 'awaiting', check: null },
      { server: { name: 'n8n' }, outcome: 'applied', reason: null, preflight: reached, check: reached },
    ])
    expect(urls(trial.sandbox.rows())['id-fetch']).toContain('localhost')
    expect(writes(trial.sandbox)).toBe(1)
  })

  test('where all are left out nothing is written: exit 1', async ({ open }) => {
    const trial = await open({ servers: TWO, faults: { [NEW]: 'unknown-host' } })
    expect((await trial.call(['--yes'], TRY)).code).toBe(1)
    expect([writes(trial.sandbox), await trial.journalFiles()]).toEqual([0, []])
  })

  test('with --accept unreachable it is moved, and its failing check is no surprise: exit 0', async ({
    open,
  }) => {
    const trial = await open(REFUSING)
    const { code, stdout } = await trial.call(['--yes', '--accept', 'unreachable'], TRY)
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain('does not work through the gateway: LiteLLM: it returned HTTP 421')
    expect(sentence(stdout)).toContain('1 of 2 list their tools, 1 does not work.')
    expect(stdout.slice(stdout.indexOf('--revert'))).not.toContain('--accept')
  })

  test('what the servers listed at their old addresses is in the journal', async ({ open }) => {
    const trial = await open({ servers: TWO, faults: { 'http://localhost:8585/servers/fetch/': 404 } })
    await trial.call(['--yes'], TRY)
    const { tools } = await started(trial)
    expect(
      Object.entries(tools).map(([id, listed]) => [id, listed?.map(({ name }) => name) ?? null]),
    ).toEqual(
      expect.arrayContaining([
        ['id-n8n', ['echo', 'n8n_ping']],
        ['id-fetch', null],
      ]),
    )
  })

  test('on a release that uses new URLs after a restart, tools judge first, verify later', async ({
    open,
  }) => {
    const trial = await open({ ...REFUSING, version: '1.77.7' })
    const { code, stdout } = await trial.call(['--yes'], TRY)
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('Next: restart LiteLLM.')
    expect(stdout).toMatch(
      /Then\s+run:\n {2}npx mcp-url-migrate verify --migration localhost-8585-to-mcp-proxy-sse --url \S+ --journal \S+\n/,
    )
    expect(stdout).not.toContain('Checked through the gateway')
  })
})

describe.concurrent('after a run', () => {
  test('the moved servers are looked at, and one that does not work makes the code 4', async ({ open }) => {
    const trial = await open(BREAKS)
    const finished = await trial.call(['--yes'], TRY)
    expect(finished.code).toBe(4)
    expect(sentence(finished.stdout)).toContain(
      'does not work through the gateway: LiteLLM cannot list its tools',
    )
    expect(finished.stdout).toMatch(/To take this back:\nnpx mcp-url-migrate --revert /)
  })

  sitting('one that does not work offers the revert, which says how the old address is', async ({ sit }) => {
    const trial = await sit(BREAKS)
    const session = trial.start({ preflight: true })
    await session.waitFor('? [n]')
    session.answer('y')
    await session.waitFor('Take the run back? [n]')
    session.answer('y')
    expect(await session.exit()).toBe(4)
    expect(sentence(session.text)).toContain(
      '1 server does not work at the new URL, see above. Take the run back?',
    )
    expect(sentence(session.text)).toContain('+ http://localhost:8585 fetch /servers/fetch/sse ✓ 2 tools')
    expect(Object.values(urls(trial.sandbox.rows())).join()).not.toContain('mcp-proxy-sse')
  })
})

describe.concurrent('a revert', () => {
  test('speaks of taking back, and is checked through the gateway; again, it names the new address', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    await trial.setUp(['--yes'])
    const back = await trial.call(['--revert', '--yes', '--verbose'], TRY)
    expect(back.code).toBe(0)
    for (const text of [
      '+ http://localhost:8585 fetch /servers/fetch/sse ✓ 2 tools n8n /servers/n8n/sse ✓ 2 tools',
      '2 to take back, each in url alone.',
      '✓ fetch: taken back; LiteLLM lists 2 tools',
      'Checked through the gateway: 2 of 2 list their tools.',
    ])
      expect(sentence(back.stdout)).toContain(text)
    expect(back.stdout).not.toMatch(/\bchanged\b|the old address|the new URL/)
    const again = await trial.call(['--revert', '--yes'], TRY)
    expect(sentence(again.stdout)).toContain('+ http://mcp-proxy-sse:8080 fetch /servers/fetch/sse ✓ 2 tools')
    expect(sentence((await trial.call(['history'])).stdout)).toContain('2 of 2 taken back')
  })

  test('goes on where the address that it goes to is dead, which is no surprise then: exit 0', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO, faults: { 'http://localhost:8585/': 'refused' } })
    await trial.setUp(['--yes'])
    const { code, stdout } = await trial.call(['--revert', '--yes'], TRY)
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain(
      '✗ fetch /servers/fetch/sse unreachable (1) ✗ n8n /servers/n8n/sse unreachable (1) (1) 2 servers go back to http://localhost:8585, which does not work: LiteLLM: the server is unreachable',
    )
    expect(sentence(stdout)).toContain('(as was found beforehand)')
    expect(sentence(stdout)).toContain('0 of 2 list their tools, 2 do not work.')
    expect(stdout).not.toContain('To mend')
    expect(Object.values(urls(trial.sandbox.rows())).join()).not.toContain('mcp-proxy-sse')
  })

  test('to an address that worked when it was tried, and does not afterwards: exit 4', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [
        {
          on: { method: 'GET', path: '/mcp-rest/tools/list?server_id=id-fetch', nth: 1 },
          do: { status: 502, body: { detail: { error: 'upstream_error', message: 'it broke' } } },
        },
      ],
    })
    await trial.setUp(['--yes'])
    const { code, stdout } = await trial.call(['--revert', '--yes'], TRY)
    expect([code, sentence(stdout)]).toEqual([
      4,
      expect.stringContaining(
        '✗ fetch: taken back, and does not work through the gateway: LiteLLM cannot list',
      ),
    ])
    expect(stdout).not.toContain('as was found beforehand')
  })
})

describe.concurrent('in a terminal', () => {
  sitting(
    'a server that does not work at the new URL waits for a consent, which c gives',
    async ({ sit }) => {
      const trial = await sit(REFUSING)
      const session = trial.start({ preflight: true })
      await session.waitFor('c consent, then 2')
      session.answer('c')
      await session.waitFor('Change 2 servers')
      session.answer('y')
      expect(await session.exit()).toBe(0)
      expect(Object.values(urls(trial.sandbox.rows())).join()).not.toContain('localhost')
    },
  )
})
