import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { PtySession } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, newestFile, onlyRead, sentence, test, TWO } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 60_000 })

/** A machine without Docker. */
const BARE = { env: { DOCKER_HOST: 'unix:///no/such.sock' } }

const NEW = 'http://mcp-proxy-sse:8080/servers'

describe('status', () => {
  test('shows the servers by where they stand, and that Docker could not be asked', async ({ open }) => {
    const trial = await open({
      servers: [
        ...TWO,
        guideServer('done', { url: `${NEW}/done/sse` }),
        guideServer('near', { url: 'http://localhost:8586/servers/near/sse' }),
        guideServer('away', { url: 'https://user:hunter2@mcp.example.com/sse' }),
      ],
      configServers: [{ server_name: 'inventory', url: 'http://localhost:8585/servers/inventory/sse' }],
    })
    const finished = { ...(await trial.call(['status'], BARE)), stderr: '' }
    expect(finished.stdout).not.toContain('hunter2')
    const shown = trial.plain(finished).replace(/^\d{4}-\d\d-\d\d \d\d:\d\d \S+,/m, 'TIME,')
    expect(shown.replace(/in\s+JOURNAL/, 'in JOURNAL')).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      LiteLLM 1.106.2 at GATEWAY, master key
      TIME, migration localhost-8585-to-mcp-proxy-sse

      Servers  6 servers: 2 to migrate, 1 migrated, 1 in config.yaml, 1 left alone, 1
        not concerned
        to migrate     fetch, n8n
        migrated       done
        in config.yaml inventory
        left alone     ! near: port 8586, not 8585 [near-miss]
        not concerned  away

      Last run  none for this gateway in JOURNAL

      Docker could not be asked, so containers, networks, ports and logs are not
        shown: unix:///no/such.sock: there is no such socket or program

      2 to migrate:
        npx mcp-url-migrate --url GATEWAY --journal JOURNAL
      — stderr"
    `)
  })

  test('tells of the last run, and of one that has no end', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await trial.setUp(['--yes', '--no-wait'])
    const after = documentOf<{ servers: { state: string }[]; lastRun: Record<string, unknown> }>(
      await trial.call(['status', '--json'], BARE),
    )
    expect(after.servers.map(({ state }) => state)).toEqual(['migrated', 'migrated'])
    expect(after.lastRun).toMatchObject({ ended: true, summary: { changes: 2, applied: 2 } })
    expect((await trial.call(['status'], BARE)).stdout).toContain('2 of 2 changed, ended')
    const file = await newestFile(trial)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, `${lines.slice(0, -1).join('\n')}\n`)
    const { stdout } = await trial.call(['status'], BARE)
    expect(stdout).toContain('2 of 2 changed, did NOT end, or is still running')
    expect(stdout).toContain('npx mcp-url-migrate --unfinished finish')
  })

  test('tells of servers that another rule moved as moved, and how to prove it', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const rule = ['--from', 'http://localhost:8585', '--to', 'http://localhost:8586']
    await trial.setUp(['--yes', '--no-wait', ...rule])
    const { stdout } = await trial.call(['status'], BARE)
    expect(stdout).toContain('Servers  2 servers: 2 moved by another rule\n')
    expect(sentence(stdout)).toMatch(
      /moved fetch, n8n: by run (\S+) .* All 2 are at http:\/\/localhost:8586, by run \1\. To prove it: npx mcp-url-migrate verify --from http:\/\/localhost:8585 --to http:\/\/localhost:8586 /,
    )
    await trial.setUp(['--revert', '--yes', '--no-wait'])
    expect((await trial.call(['status'], BARE)).stdout).toContain('Servers  2 servers: 2 to migrate\n')
  })

  test('without a gateway says why, still shows the rest, and ends with 1', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await trial.setUp(['--yes', '--no-wait'])
    const { url } = trial.sandbox
    await trial.sandbox.close()
    const finished = await trial.call(['status'], BARE)
    expect(finished.code).toBe(1)
    expect(sentence(finished.stdout)).toContain(
      `The gateway could not be asked: Nothing accepts connections at ${url}`,
    )
    expect(finished.stdout).toContain('2 of 2 changed, ended')
    const document = documentOf(await trial.call(['status', '--json'], BARE))
    expect(document).toMatchObject({
      schema: 'mcp-url-migrate/status/1',
      gateway: { url, version: null, account: null, problem: { code: 'gateway-refused-connection' } },
      servers: null,
      moves: null,
      notes: null,
      docker: {
        where: null,
        problem: 'unix:///no/such.sock: there is no such socket or program',
        containers: null,
      },
    })
  })

  test('without a key to sign in with is no wrong usage', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const { code, stdout } = await trial.call(['status'], {
      env: { ...BARE.env, LITELLM_PROXY_API_KEY: '' },
    })
    expect([code, sentence(stdout)]).toEqual([
      1,
      expect.stringContaining('The gateway could not be asked: There is no admin key to sign in with'),
    ])
  })

  test('with --quiet is the numbers, and what is wrong', async ({ open }) => {
    const trial = await open({
      servers: [...TWO, guideServer('near', { url: 'http://localhost:8586/servers/near/sse' })],
    })
    const quiet = async (more = {}) =>
      trial.plain(await trial.call(['status', '-q'], { env: { ...BARE.env, ...more } }))
    expect(await quiet()).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      LiteLLM 1.106.2 at GATEWAY: 2 to migrate, 1 left alone.
      — stderr"
    `)
    await trial.setUp(['--yes', '--no-wait'])
    const file = await newestFile(trial)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, `${lines.slice(0, -1).join('\n')}\n`)
    expect(await quiet()).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      LiteLLM 1.106.2 at GATEWAY: 2 migrated, 1 left alone.
        ! Run RUN did not end, or is still running.
        To complete it:
          npx mcp-url-migrate --unfinished finish --url GATEWAY --journal JOURNAL
        To take it back:
          npx mcp-url-migrate --revert RUN --url GATEWAY --journal JOURNAL
      — stderr"
    `)
    expect(sentence(await quiet({ LITELLM_PROXY_API_KEY: '' }))).toContain(
      'exit 1 — stdout ! The gateway could not be asked: There is no admin key to sign in with',
    )
  })

  test('reads only', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await trial.call(['status'], BARE)
    expect(onlyRead(trial.sandbox)).toBe(true)
    expect(await trial.journalFiles()).toEqual([])
  })

  test('tells of a move in a file that LiteLLM has not read yet', async ({ open }) => {
    const url = 'http://localhost:8585/servers/inventory/sse'
    const trial = await open({
      servers: [],
      configServers: [{ server_name: 'inventory', url, transport: 'sse', alias: null, auth_type: null }],
    })
    const path = join(trial.folder, 'config.yaml')
    await writeFile(path, `mcp_servers:\n  inventory:\n    url: ${url}\n    transport: sse\n`)
    await trial.setUp(['--yes', '--litellm-config', path])
    const { stdout } = await trial.call(['status'], BARE)
    expect(sentence(stdout)).toContain(
      `inventory in ${path}, to ${NEW}/inventory/sse: LiteLLM has not been restarted yet, or was started with another file`,
    )
    expect(sentence(stdout)).toContain('Restart LiteLLM, so that it uses 1 URL moved in files. Then:')
  })

  test.each([
    [['--format', 'html'], '--format goes with --diagram'],
    [['--diagram', '--json'], '--diagram and --json exclude each other'],
    [['--diagram', '--format', 'png'], '--format: takes text, mermaid or html'],
    [['--diagram', '--format', 'html', '--watch', '5'], '--watch shows a diagram as text only'],
    [['--logs', '-1'], '--logs: takes a number of lines, from 0 to 200'],
    [['--from', 'http://a'], '--from and --to go together'],
  ])('%j is wrong usage', async (args, message) => {
    const { invoke } = await import('../../prove/kill-recovery.ts')
    const { code, stderr } = await invoke({ env: BARE.env }, ['status', ...args])
    expect([code, stderr.trim()]).toEqual([64, message])
  })

  test('--diagram without Docker is a sentence, and nothing in a file', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const text = await trial.call(['status', '--diagram', '--quiet'], BARE)
    expect([text.code, sentence(text.stdout)]).toEqual([
      1,
      'Docker could not be asked, so there is nothing to draw: unix:///no/such.sock: there is no such socket or program',
    ])
    const page = await trial.call(['status', '--diagram', '--format', 'html', '--quiet'], BARE)
    expect([page.code, page.stdout, sentence(page.stderr)]).toEqual([1, '', sentence(text.stdout)])
  })

  test('--watch shows it anew on a clear screen, and ends with Ctrl-C', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const { username, password } = trial.sandbox
    const signIn = { LITELLM_PROXY_API_KEY: '', UI_USERNAME: username, UI_PASSWORD: password }
    const env = { ...trial.env, ...BARE.env, ...signIn }
    const session = new PtySession({ args: ['status', '--watch', '1'], env })
    await session.waitFor('2 to migrate')
    await session.waitFor('Again in 1 s; Ctrl-C ends')
    await session.waitFor('2 to migrate')
    session.press('\u0003')
    expect(await session.exit()).toBe(130)
    expect(session.raw.split('\u001b[2J').length).toBeGreaterThan(2)
    expect(session.text.match(/Signing in/g)).toHaveLength(1)
    expect(trial.sandbox.requests.filter(({ path }) => path === '/v2/login')).toHaveLength(1)
  })

  test('--watch ends where the key never worked, and says so: 1', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const env = { ...BARE.env, LITELLM_PROXY_API_KEY: 'sk-not-this-one' }
    const { code, stdout, stderr } = await trial.call(['status', '--watch', '1'], { env })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('The gateway does not accept this key')
  })
})
