import { describe, expect, vi } from 'vitest'
import { documentOf, guideServer, inOrder, sentence, test, TWO, urls, writes } from '../../support/trial.ts'
import { forward, inFrontOf } from '../../support/hostile.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

interface Plan {
  changes: { server: { name: string }; effects: { code: string }[]; edits: { masked: boolean }[] }[]
  skipped: {
    server: { id: string; source: string }
    matched: boolean | null
    code: string
    message: string
  }[]
  notes: { code: string; server: { id: string } | null; field: string | null; message: string }[]
  summary: Record<string, number>
}

describe.concurrent('what is shown:', () => {
  test('a dry run in a pipe: heading, a line for each server, the numbers; exit 0, nothing written', async ({
    open,
    expect,
  }) => {
    const trial = await open({ servers: TWO })
    const finished = await trial.call(['--dry-run'])
    expect(trial.plain(finished)).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      LiteLLM 1.106.2 at GATEWAY (master key): 2 MCP servers
      Migration localhost-8585-to-mcp-proxy-sse

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
          fetch  /servers/fetch/sse
          n8n    /servers/n8n/sse

      2 to change, each in url alone; all can be taken back.
      Nothing was written: this was a dry run.
      To apply it:
        npx mcp-url-migrate --no-preflight --url GATEWAY --journal JOURNAL
      — stderr
      Connecting to GATEWAY
      Signing in to GATEWAY with key from LITELLM_PROXY_API_KEY
      Listing the MCP servers
      Reading 2 records (LiteLLM connects to each server as it reads, up to 10 s when one is silent)"
    `)
    expect(writes(trial.sandbox)).toBe(0)
    expect(await trial.journalFiles()).toEqual([])
  })

  test('a run: outcome of each server on standard error, the report and the undo line on standard output', async ({
    open,
    expect,
  }) => {
    const trial = await open({ servers: TWO })
    const finished = await trial.call(['--yes', '--verbose'])
    expect(trial.plain(finished)).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      LiteLLM 1.106.2 at GATEWAY (master key): 2 MCP servers
      Migration localhost-8585-to-mcp-proxy-sse

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
          fetch  /servers/fetch/sse
          n8n    /servers/n8n/sse

      2 to change, each in url alone; all can be taken back.

      2 of 2 servers changed.
        ✓ fetch: changed
        ✓ n8n: changed
      Every field that the API shows was compared again; it hides credentials.

      Next, prove that the old addresses are closed and the new ones work:
        npx mcp-url-migrate verify --migration localhost-8585-to-mcp-proxy-sse --url GATEWAY --journal JOURNAL

      Run RUN
      Journal head HASH
      To take this back:
      npx mcp-url-migrate --revert RUN --url GATEWAY --journal JOURNAL
      — stderr
      Connecting to GATEWAY
      Signing in to GATEWAY with key from LITELLM_PROXY_API_KEY
      Listing the MCP servers
      Reading 2 records (LiteLLM connects to each server as it reads, up to 10 s when one is silent)
        ✓ fetch: changed
        ✓ n8n: changed"
    `)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': 'http://mcp-proxy-sse:8080/servers/fetch/sse',
      'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
    })
  })

  test('with --quiet: no progress, no review, the result only', async ({ open, expect }) => {
    const trial = await open({ servers: TWO })
    const finished = await trial.call(['--yes', '--quiet'])
    expect(trial.plain(finished)).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      2 of 2 servers changed, run RUN.
      — stderr"
    `)
  })

  test('no line is wider than 80 columns but those of one long word, and none holds an escape sequence', async ({
    open,
  }) => {
    const words = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ')
    const servers = [
      guideServer('fetch', { server_name: words, description: `old http://localhost:8585/ ${words}` }),
      guideServer('near', { url: 'http://localhost:8586/sse' }),
    ]
    const trial = await open({ servers, configServers: [guideServer('fixed', { server_name: words })] })
    for (const env of [{}, { NO_COLOR: '1', TERM: 'xterm-256color' }]) {
      const { stdout, stderr } = await trial.run(['--dry-run'], { env })
      expect(stdout + stderr).not.toContain('\u001b')
      const wide = stdout.split('\n').filter((line) => line.length > 80 && !/^[-+ ^]/.test(line))
      expect(wide).toEqual([])
    }
  })

  test('FORCE_COLOR brings colour into a pipe, NO_COLOR and --no-color take it out again', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    const coloured = await trial.run(['--dry-run'], { env: { FORCE_COLOR: '1' } })
    expect(coloured.stdout).toContain('\u001b[')
    const plain = await trial.run(['--dry-run', '--no-color'], { env: { FORCE_COLOR: '1' } })
    expect(plain.stdout).not.toContain('\u001b')
  })

  test('https to http is shown as an effect', async ({ open }) => {
    const trial = await open({
      servers: [guideServer('fetch', { url: 'https://localhost:8585/servers/fetch/sse' })],
    })
    const text = await trial.call(['--dry-run'])
    expect(sentence(text.stdout)).toContain(
      '! fetch /servers/fetch/sse (1) (1) https becomes http: this connection will no longer be encrypted',
    )
    const { changes } = documentOf<Plan>(await trial.call(['--dry-run', '--json']))
    expect(changes[0]?.effects).toEqual([
      {
        code: 'tls-removed',
        message: 'https becomes http: this connection will no longer be encrypted',
        reversible: true,
      },
    ])
  })
})

describe.concurrent('plan/1, the document of a dry run:', () => {
  test('holds everything the contract names', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    const finished = await trial.call(['--dry-run', '--json', '--exit-code'])
    expect(finished.code).toBe(2)
    expect(documentOf(finished)).toMatchObject({
      schema: 'mcp-url-migrate/plan/1',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      gateway: { url: trial.sandbox.url, version: '1.106.2' },
      migrations: [
        { id: 'localhost-8585-to-mcp-proxy-sse', sha256: expect.stringMatching(/^[\da-f]{64}$/) as string },
      ],
      changes: [
        {
          id: expect.stringMatching(/^[\da-f]+$/) as string,
          server: { id: 'id-fetch', name: 'fetch', alias: 'fetch', source: 'database' },
          migration: 'localhost-8585-to-mcp-proxy-sse',
          edits: [
            {
              field: 'url',
              before: 'http://localhost:8585/servers/fetch/sse',
              after: 'http://mcp-proxy-sse:8080/servers/fetch/sse',
              masked: false,
            },
          ],
          effects: [],
          fingerprint: expect.stringMatching(/^[\da-f]{64}$/) as string,
        },
      ],
      skipped: [],
      summary: { servers: 1, changes: 1, unchanged: 0, skipped: 0 },
    })
  })

  test('is the same each time but for the time', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const [one, two] = [
      documentOf(await trial.call(['--dry-run', '--json'])),
      documentOf(await trial.call(['--dry-run', '--json'])),
    ]
    expect({ ...one, createdAt: null }).toEqual({ ...two, createdAt: null })
  })
})

describe.concurrent('run/1, the document of a run:', () => {
  test('holds everything the contract names', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(0)
    expect(documentOf(finished)).toMatchObject({
      schema: 'mcp-url-migrate/run/1',
      run: {
        id: expect.stringMatching(/^\d{8}T\d{6}Z-[\da-f]{6}$/) as string,
        startedAt: expect.any(String) as string,
        finishedAt: expect.any(String) as string,
        reverts: null,
      },
      gateway: { url: trial.sandbox.url, version: '1.106.2' },
      changes: [{ server: { id: 'id-fetch' }, outcome: 'applied', collateral: [], error: null }],
      skipped: [],
      restartRequired: false,
      summary: { applied: 1, notApplied: 0, failed: 0, drifted: 0, unknown: 0, reverted: 0 },
    })
  })

  test('has run null when there was nothing to do', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch', { url: 'http://mcp-proxy-sse:8080/x' })] })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(0)
    expect(documentOf(finished)).toMatchObject({ schema: 'mcp-url-migrate/run/1', run: null, changes: [] })
    expect(await trial.journalFiles()).toEqual([])
  })
})

describe.concurrent('what is left alone:', () => {
  const odd = [
    guideServer('port', { url: 'http://localhost:8586/sse' }),
    guideServer('dot', { url: 'http://localhost.:8585/sse' }),
    guideServer('sub', { url: 'http://localhost.example.com:8585/sse' }),
    guideServer('user', { url: 'http://me:geheim@localhost:8585/sse' }),
    guideServer('env', { url: 'os.environ/MCP_URL' }),
    guideServer('broken', { url: 'localhost:8585/sse' }),
    guideServer('far', { url: 'https://mcp.example.com/sse' }),
  ]

  test('near misses, references, user info and malformed URLs are notes only: exit 0', async ({
    open,
    expect,
  }) => {
    const trial = await open({ servers: [guideServer('fetch'), ...odd] })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(0)
    const { skipped } = documentOf<Plan>(finished)
    expect(
      inOrder(skipped.map(({ server, matched, code, message }) => [server.id, matched, code, message])),
    ).toMatchInlineSnapshot(`
      [
        [
          "id-broken",
          false,
          "malformed",
          "this is not a complete URL",
        ],
        [
          "id-dot",
          false,
          "near-miss",
          "localhost. is not a name that this migration knows",
        ],
        [
          "id-env",
          false,
          "env-reference",
          "the URL comes from an environment variable of the gateway",
        ],
        [
          "id-port",
          false,
          "near-miss",
          "port 8586, not 8585",
        ],
        [
          "id-sub",
          false,
          "near-miss",
          "localhost.example.com is not a name that this migration knows",
        ],
        [
          "id-user",
          false,
          "user-info",
          "the URL holds a user name or password",
        ],
      ]
    `)
    const rows = urls(trial.sandbox.rows())
    for (const { server_id: id, url } of odd) expect(rows[String(id)]).toBe(url)
  })

  for (const [servers, code] of [
    [[], 1],
    [[guideServer('fetch')], 4],
  ] as const) {
    test(`a matching server of config.yaml is left alone: exit ${code}`, async ({ open }) => {
      const trial = await open({
        servers: [...servers],
        configServers: [guideServer('fixed', { server_id: undefined })],
      })
      const finished = await trial.call(['--yes', '--json'])
      expect(finished.code).toBe(code)
      const { skipped } = documentOf<Plan>(finished)
      expect(skipped.map(({ server, matched, code: why }) => [server.source, matched, why])).toEqual([
        ['config', true, 'config-defined'],
      ])
      // Excluded on purpose, it does not count as left alone; but where it is alone, nothing is selected.
      const excluded = await trial.call(['--dry-run', '--except', 'fixed'])
      expect(excluded.code).toBe(servers.length === 0 ? 64 : 0)
    })
  }

  for (const version of ['1.77.7', '1.81.14', '1.90.7', '1.96.0', '1.102.4', '1.104.9']) {
    test(`a server of config.yaml is known as one on ${version}, too`, async ({ open }) => {
      const trial = await open({ version, servers: TWO, configServers: [guideServer('fixed')] })
      const finished = await trial.call(['--dry-run', '--json'])
      const { changes, skipped } = documentOf<Plan>(finished)
      expect(changes.map(({ server }) => server.name)).toEqual(['fetch', 'n8n'])
      expect(skipped.map(({ server, code }) => [server.source, code])).toEqual([['config', 'config-defined']])
      expect(finished.code).toBe(1)
    })
  }

  for (const version of ['1.77.7', '1.81.14', '1.106.2']) {
    test(`a server that is deleted while the servers are read is none of config.yaml on ${version}: exit 0`, async ({
      open,
      serve,
    }) => {
      const trial = await open({ version, servers: TWO })
      const headers = { authorization: `Bearer ${trial.sandbox.masterKey}` }
      const server = await serve(
        inFrontOf(trial.sandbox.url, {
          'GET /v1/mcp/server/id-fetch': (asked, answer) => {
            const path = '/v1/mcp/server/id-fetch'
            void fetch(trial.sandbox.url + path, { method: 'DELETE', headers }).then(() =>
              forward(trial.sandbox.url)(asked, answer),
            )
          },
        }),
      )
      const { code, stdout } = await trial.call(['--dry-run', '--json', '--url', server.url])
      const { changes, skipped, notes, summary } = documentOf<{
        changes: { server: { id: string } }[]
        skipped: unknown[]
        notes: { code: string; server: { id: string } | null; message: string }[]
        summary: Record<string, number>
      }>({ code, stdout, stderr: '' })
      expect(changes.map((each) => each.server.id)).toEqual(['id-n8n'])
      expect([code, skipped]).toEqual([0, []])
      expect(notes).toContainEqual(
        expect.objectContaining({ code: 'deleted', message: 'was deleted while the servers were read' }),
      )
      expect(notes.find((each) => each.code === 'deleted')?.server?.id).toBe('id-fetch')
      expect(summary['servers']).toBe(1)
      expect(server.seen.filter(({ target }) => target === '/v1/mcp/server')).toHaveLength(2)
    })
  }

  test('the old address in other fields is told, not rewritten', async ({ open }) => {
    const trial = await open({
      servers: [
        guideServer('fetch', {
          args: ['--base', 'http://127.0.0.1:8585/x'],
          description: 'was at localhost:8585',
          static_headers: { 'X-Backend': 'http://localhost:8585' },
          mcp_info: { server_name: 'fetch', docs: 'http://LOCALHOST:8585/docs' },
        }),
      ],
    })
    const finished = await trial.call(['--yes', '--json'])
    expect(finished.code).toBe(0)
    const { notes } = documentOf<Plan>(finished)
    expect(inOrder(notes.map(({ code, field }) => [code, field]))).toEqual([
      ['old-address', 'args[1]'],
      ['old-address', 'description'],
      ['old-address', 'mcp_info.docs'],
      ['old-address', 'static_headers.X-Backend'],
    ])
    expect(trial.sandbox.rows()[0]).toMatchObject({
      args: ['--base', 'http://127.0.0.1:8585/x'],
      description: 'was at localhost:8585',
      static_headers: { 'X-Backend': 'http://localhost:8585' },
    })
  })

  test("what the gateway's probe says of the old address is no field of the server", async ({ open }) => {
    // The probe of a wrong path ends in "404 Not Found for url 'http://localhost:8585/none'".
    const trial = await open({ servers: [guideServer('fetch', { url: 'http://localhost:8585/none' })] })
    const { notes } = documentOf<Plan>(await trial.call(['--dry-run', '--json']))
    expect(notes).toEqual([])
  })

  test('an empty list is suspicious, and so is one shorter than the last run saw', async ({ open }) => {
    const trial = await open({ servers: TWO })
    expect((await trial.call(['--yes'])).code).toBe(0)
    const shorter = { method: 'GET', path: '/v1/mcp/server' }
    const fewer = await open({
      servers: TWO,
      quirks: [{ on: shorter, do: { alter: (body) => (Array.isArray(body) ? body.slice(1) : body) } }],
    })
    expect((await fewer.call(['--dry-run'])).stdout).not.toContain('in the last run')
    const empty = await open({ servers: [] })
    const { code, stdout } = await empty.call(['--yes'])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain('The gateway lists no MCP servers. That is not proof that it has none')
  })
})

describe.concurrent('when nothing matches:', () => {
  test('the origins that exist are listed with counts, and the line that would move them works as it is', async ({
    open,
    expect,
  }) => {
    const at = (name: string, origin: string) => guideServer(name, { url: `${origin}/servers/${name}/sse` })
    const trial = await open({
      servers: [
        at('fetch', 'http://localhost:8586'),
        at('n8n', 'http://localhost:8586'),
        at('postgres', 'http://mcp-proxy-sse:8080'),
        at('far', 'https://mcp.example.com'),
      ],
    })
    const finished = await trial.call(['--yes'])
    expect(trial.plain(finished)).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      LiteLLM 1.106.2 at GATEWAY (master key): 4 MCP servers
      Migration localhost-8585-to-mcp-proxy-sse

      Left alone:
        - fetch, n8n [near-miss]: port 8586, not 8585
          http://localhost:8586/servers/fetch/sse
          http://localhost:8586/servers/n8n/sse

      Nothing to change: 1 of 4 servers is at http://mcp-proxy-sse:8080 already.
        2 × http://localhost:8586
        1 × https://mcp.example.com
      If these are meant:
        npx mcp-url-migrate --from http://localhost:8586 --to http://mcp-proxy-sse:8080 --url GATEWAY --journal JOURNAL

      4 servers: 1 already moved, 1 not concerned, 2 left alone.
      — stderr
      Connecting to GATEWAY
      Signing in to GATEWAY with key from LITELLM_PROXY_API_KEY
      Listing the MCP servers
      Reading 2 records (LiteLLM connects to each server as it reads, up to 10 s when one is silent)"
    `)
    const line =
      /npx mcp-url-migrate (--from \S+ --to \S+ --url \S+ --journal \S+)$/m.exec(finished.stdout)?.[1] ?? ''
    const moved = await trial.call([...line.split(' '), '--yes'])
    expect(moved.code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': 'http://mcp-proxy-sse:8080/servers/fetch/sse',
      'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
      'id-postgres': 'http://mcp-proxy-sse:8080/servers/postgres/sse',
      'id-far': 'https://mcp.example.com/servers/far/sse',
    })
  })

  test('the line keeps the --from and --to that were given, and offers no origin that --only left out', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    const { code, stdout } = await trial.call([
      '--dry-run',
      '--exit-code',
      '--from',
      'http://a',
      '--to',
      'http://b:1',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('  2 × http://localhost:8585\n')
    expect(stdout).toContain('npx mcp-url-migrate --from http://localhost:8585 --to http://b:1 --url ')
  })

  test('a second run finds all moved: exit 0, nothing written', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await trial.call(['--yes', '--quiet'])
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(0)
    expect(stdout).toContain('Nothing to change: all 2 servers are at http://mcp-proxy-sse:8080 already.\n')
    expect(stdout).not.toContain('--from')
    expect(writes(trial.sandbox)).toBe(2)
  })
})

describe.concurrent('--from and --to:', () => {
  test('move exactly that origin, not the rest of the loopback family', async ({ open }) => {
    const trial = await open({
      servers: [guideServer('fetch'), guideServer('n8n', { url: 'http://127.0.0.1:8585/sse?a=%20#b' })],
    })
    const { code } = await trial.call([
      '--yes',
      '--from',
      'HTTP://127.1:8585/',
      '--to',
      'https://proxy.example',
    ])
    expect(code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': 'http://localhost:8585/servers/fetch/sse',
      'id-n8n': 'https://proxy.example/sse?a=%20#b',
    })
  })
})
