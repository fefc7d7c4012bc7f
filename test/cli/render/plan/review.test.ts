import { describe, expect, test } from 'vitest'
import { columnsOf } from '../../../../src/cli/render/layout.ts'
import type { Skipped } from '../../../../src/core/plan/plan.ts'
import { changeAt, changeOf, failing, NEW, OLD, planWith, reached, reviewOf, SIGN_INS } from './scene.ts'

const GUIDE = ['fetch', 'filesystem', 'monitoring', 'n8n', 'playwright', 'postgres', 'timescaledb']
const FOUND = Object.fromEntries(GUIDE.map((name, i) => [name, reached(i * 3 + 1)]))

const MISSING = failing(
  'not-found',
  'LiteLLM: it returned HTTP 404',
  'mcp-proxy-sse answers, but serves nothing at /servers/n8n/sse. The MCP proxy has no server n8n. Did you mean n8n-prod?\ndocker restart mcp-proxy-sse',
)

describe('the review of a migration', () => {
  test('of the seven servers of the guide: a line for each, below what moves', () => {
    expect(
      reviewOf(
        planWith(
          GUIDE.map((name) => changeOf(name)),
          FOUND,
        ),
      ),
    ).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 7 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
          fetch        /servers/fetch/sse        ✓  1 tool
          filesystem   /servers/filesystem/sse   ✓  4 tools
          monitoring   /servers/monitoring/sse   ✓  7 tools
          n8n          /servers/n8n/sse          ✓ 10 tools
          playwright   /servers/playwright/sse   ✓ 13 tools
          postgres     /servers/postgres/sse     ✓ 16 tools
          timescaledb  /servers/timescaledb/sse  ✓ 19 tools

      7 to change, each in url alone; all can be taken back.
      "
    `)
  })

  test('tells what fails and what costs first, and why below, once, with what mends it', () => {
    const changes = [
      ...GUIDE.map((name) => changeOf(name)),
      changeOf('github', { effects: SIGN_INS, settings: { token_url: 'https://github.com/token' } }),
    ]
    const plan = planWith(changes, { ...FOUND, n8n: MISSING, github: reached(30) })
    expect(reviewOf(plan)).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 8 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
        ✗ n8n          /servers/n8n/sse          not found   (1)
        ! github       /servers/github/sse       ✓ 30 tools  (2)
            cleared, and put back: token_url: https://github.com/token
          fetch        /servers/fetch/sse        ✓  1 tool
          filesystem   /servers/filesystem/sse   ✓  4 tools
          monitoring   /servers/monitoring/sse   ✓  7 tools
          playwright   /servers/playwright/sse   ✓ 13 tools
          postgres     /servers/postgres/sse     ✓ 16 tools
          timescaledb  /servers/timescaledb/sse  ✓ 19 tools

      (1) n8n does not work at the new URL: LiteLLM: it returned HTTP 404
          To mend n8n: mcp-proxy-sse answers, but serves nothing at /servers/n8n/sse.
          The MCP proxy has no server n8n. Did you mean n8n-prod?
            docker restart mcp-proxy-sse
          All the same: --accept unreachable
      (2) 12 people will have to sign in again
          client id and secret may be lost; have them at hand
          Agreed: --accept reauthorization --accept client-loss

      8 to change: 6 now, 2 wait for your consent.
      ! 1 server loses something that cannot be put back, see (2).
      "
    `)
  })

  test('of 200 servers: those that are alike are counted, exceptions are not', () => {
    const names = Array.from({ length: 180 }, (_, i) => `server-${i}`)
    const changes = [
      ...names.map((name) => changeOf(name)),
      changeAt('crm', '/crm/v2/sse?tenant=7'),
      changeOf('n8n'),
      changeOf('github', { effects: SIGN_INS }),
      ...Array.from({ length: 17 }, (_, i) => changeAt(`mcp-${i}`, `/servers/mcp-${i}/mcp`)),
    ]
    const found = Object.fromEntries(
      changes.map(({ server }, i) => [server.name ?? '', reached((i % 44) + 1)]),
    )
    expect(reviewOf(planWith(changes, { ...found, n8n: MISSING }))).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 200 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
        ✗ n8n          /servers/n8n/sse        not found                      (1)
        ! github       /servers/github/sse     ✓  7 tools                     (2)
          crm          /crm/v2/sse?tenant=***  ✓  5 tools, another path
          17 servers   /servers/{name}/mcp     ✓ 8 to 24 tools, 272 in all
          180 servers  /servers/{name}/sse     ✓ 1 to 44 tools, 3,970 in all

      (1) n8n does not work at the new URL: LiteLLM: it returned HTTP 404
          To mend n8n: mcp-proxy-sse answers, but serves nothing at /servers/n8n/sse.
          The MCP proxy has no server n8n. Did you mean n8n-prod?
            docker restart mcp-proxy-sse
          All the same: --accept unreachable
      (2) 12 people will have to sign in again
          client id and secret may be lost; have them at hand
          Agreed: --accept reauthorization --accept client-loss

      200 to change: 198 now, 2 wait for your consent.
      ! 1 server loses something that cannot be put back, see (2).
      "
    `)
  })

  test.each([60, 40, 20])('in a window of %i columns', (width) => {
    const changes = [
      ...GUIDE.map((name) => changeOf(name)),
      changeAt('crm', '/customers/relationship/management/v2/sse'),
    ]
    const text = reviewOf(planWith(changes, { ...FOUND, crm: MISSING }), { width })
    expect(text).toMatchSnapshot()
  })

  test('letters that take two columns', () => {
    const changes = ['検索', 'fetch', '🔎-search', 'a-name-that-is-longer-than-a-third-of-the-line'].map(
      (name) => changeOf(name),
    )
    expect(reviewOf(planWith(changes, { 検索: reached(12) }))).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 4 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
          a-name-that-is-longer-than-a-third-of-the-line
                     /servers/a-name-that-is-longer-than-a-third-of-the-line/sse
          fetch      /servers/fetch/sse
          検索       /servers/検索/sse       ✓ 12 tools
          🔎-search  /servers/🔎-search/sse

      4 to change, each in url alone; all can be taken back.
      "
    `)
  })

  test('of several fields of one server is a diff, of whatever else the others are', () => {
    const both = changeOf('both', {
      edits: [
        { field: 'url', before: `${OLD}/both`, after: `${NEW}/both` },
        { field: 'token_url', before: `${OLD}/token`, after: `${NEW}/token` },
      ],
      effects: SIGN_INS,
    })
    const plan = planWith([changeOf('fetch'), both], { fetch: reached(2), both: reached(3) })
    expect(reviewOf(plan)).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 2 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
          fetch  /servers/fetch/sse  ✓ 2 tools

      both  id-both  (1)
      --- now
      +++ after
      @@ -1,2 +1,2 @@
      -url: http://localhost:8585/both
                   ^^^^^^^^^ ^^^^
      +url: http://mcp-proxy-sse:8080/both
                   ^^^^^^^^^^^^^ ^^^^
      -token_url: http://localhost:8585/token
                         ^^^^^^^^^ ^^^^
      +token_url: http://mcp-proxy-sse:8080/token
                         ^^^^^^^^^^^^^ ^^^^
      ✓ lists 3 tools at the new URL

      (1) 12 people will have to sign in again
          client id and secret may be lost; have them at hand
          Agreed: --accept reauthorization --accept client-loss

      2 to change: 1 now, 1 waits for your consent.
      ! 1 server loses something that cannot be put back, see (1).
      "
    `)
  })

  test('of what stands in files names them, with each line that changes', () => {
    const path = '/etc/litellm/config.yaml'
    const pinned = changeOf('git', {
      server: { id: 'ab12', name: 'git', alias: null, source: 'config' },
      file: { path, config: path, server: 'git', variable: null },
      edits: [
        { field: 'pinned_id', before: null, after: 'ab12' },
        { field: 'url', before: `${OLD}/servers/git/sse`, after: `${NEW}/servers/git/sse` },
      ],
      effects: [{ code: 'restart', message: 'takes effect when LiteLLM is restarted', reversible: true }],
    })
    const variable = changeOf('time', {
      server: { id: 'cd34', name: 'time', alias: null, source: 'config' },
      file: {
        path: '/etc/litellm/.env',
        config: path,
        server: 'time',
        variable: 'MCP_BASE',
        sharers: ['time', 'sqlite'],
      },
      effects: [
        { code: 'shared-variable', message: 'sqlite has its URL from this variable, too', reversible: true },
      ],
    })
    const alone = changeOf('memory', { file: { path, config: path, server: 'memory', variable: null } })
    const plan = planWith([alone, changeOf('fetch'), pinned, variable])
    expect(reviewOf(plan)).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 5 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
          fetch  /servers/fetch/sse
        in /etc/litellm/config.yaml, mcp_servers
          memory  /servers/memory/sse

      git  ab12
      in /etc/litellm/config.yaml, mcp_servers.git
      --- now
      +++ after
      @@ -1,1 +1,2 @@
      +server_id: ab12
      -url: http://localhost:8585/servers/git/sse
                   ^^^^^^^^^ ^^^^
      +url: http://mcp-proxy-sse:8080/servers/git/sse
                   ^^^^^^^^^^^^^ ^^^^

      time  cd34  (1)
      in /etc/litellm/.env, variable MCP_BASE
      --- now
      +++ after
      @@ -1,1 +1,1 @@
      -MCP_BASE=http://localhost:8585/servers/time/sse
                       ^^^^^^^^^ ^^^^
      +MCP_BASE=http://mcp-proxy-sse:8080/servers/time/sse
                       ^^^^^^^^^^^^^ ^^^^

      (1) sqlite has its URL from this variable, too

      5 to change; all can be taken back.
      ! Restart LiteLLM afterwards, all its workers and replicas: it reads its files
        when it starts.
      "
    `)
  })

  test('with --diff is the diff of each record, with its id', () => {
    const plan = planWith([changeOf('fetch'), changeOf('n8n')], { fetch: reached(2), n8n: MISSING })
    expect(reviewOf(plan, { asDiff: true })).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 2 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      fetch  id-fetch
      --- now
      +++ after
      @@ -1,1 +1,1 @@
      -url: http://localhost:8585/servers/fetch/sse
                   ^^^^^^^^^ ^^^^
      +url: http://mcp-proxy-sse:8080/servers/fetch/sse
                   ^^^^^^^^^^^^^ ^^^^
      ✓ lists 2 tools at the new URL

      n8n  id-n8n  (1)
      --- now
      +++ after
      @@ -1,1 +1,1 @@
      -url: http://localhost:8585/servers/n8n/sse
                   ^^^^^^^^^ ^^^^
      +url: http://mcp-proxy-sse:8080/servers/n8n/sse
                   ^^^^^^^^^^^^^ ^^^^
      ✗ not found

      (1) n8n does not work at the new URL: LiteLLM: it returned HTTP 404
          To mend n8n: mcp-proxy-sse answers, but serves nothing at /servers/n8n/sse.
          The MCP proxy has no server n8n. Did you mean n8n-prod?
            docker restart mcp-proxy-sse
          All the same: --accept unreachable

      2 to change: 1 now, 1 waits for your consent.
      "
    `)
  })

  const skipped = (name: string, matched: boolean): Skipped => ({
    server: changeOf(name).server,
    matched,
    code: matched ? 'config-defined' : 'near-miss',
    message: matched ? "defined in LiteLLM's config.yaml" : 'port 8586, not 8585',
    url: `http://localhost:8586/servers/${name}/sse`,
  })

  test('names the first of many that nobody meant, and all of those that were', () => {
    const plan = (matched: boolean) =>
      planWith([], {}, { skipped: Array.from({ length: 25 }, (_, i) => skipped(`s${i}`, matched)) })
    expect(reviewOf(plan(false))).toMatch(/ s19 and 5\s+more \[near-miss\]/)
    for (const text of [reviewOf(plan(true)), reviewOf(plan(false), { verbose: true })]) {
      expect(text).toMatch(/ s24\s+\[/)
      expect(text).toContain('/servers/s24/sse')
    }
  })

  test('tells what is left alone and what is to be known before the numbers, what was meant first', () => {
    const near = Array.from({ length: 12 }, (_, i) => skipped(`near-${i}`, false))
    const plan = planWith([changeOf('fetch')], {}, { skipped: [...near, skipped('fixed', true)] })
    expect(reviewOf(plan)).toMatchInlineSnapshot(`
      "
      LiteLLM 1.106.2 at http://localhost:4000 (master key): 14 MCP servers
      From http://localhost:8585 to http://mcp-proxy-sse:8080

      - http://localhost:8585
      + http://mcp-proxy-sse:8080
          fetch  /servers/fetch/sse

      Left alone:
        ! fixed [config-defined]: defined in LiteLLM's config.yaml
          http://localhost:8586/servers/fixed/sse
        - near-0, near-1, near-2, near-3, near-4, near-5, near-6, near-7, near-8,
          near-9, near-10, near-11 [near-miss]: port 8586, not 8585
          http://localhost:8586/servers/near-0/sse
          http://localhost:8586/servers/near-1/sse
          http://localhost:8586/servers/near-2/sse
          http://localhost:8586/servers/near-3/sse
          http://localhost:8586/servers/near-4/sse
          http://localhost:8586/servers/near-5/sse
          http://localhost:8586/servers/near-6/sse
          http://localhost:8586/servers/near-7/sse
          http://localhost:8586/servers/near-8/sse
          http://localhost:8586/servers/near-9/sse
          … and 2 more

      1 to change, in url alone; it can be taken back. Others: 13 left alone.
      "
    `)
  })
})

test('what changes is marked below it, whatever letters stand before it', () => {
  const edits = [{ field: 'url', before: `${OLD}/日本/a`, after: `${OLD}/日本/b` }]
  const lines = reviewOf(planWith([changeOf('wide', { edits })])).split('\n')
  const [at = -1] = lines.flatMap((line, i) => (line.startsWith('-url') ? [i] : []))
  expect(lines[at + 1]).toHaveLength(columnsOf(lines[at] ?? ''))
})

test('what is hidden in a URL stays hidden, and where nothing else changes, that is said', () => {
  const hidden = changeOf('hidden', {
    edits: [{ field: 'url', before: `${OLD}/sse?key=geheim1`, after: `${OLD}/sse?key=geheim2` }],
  })
  const kept = changeAt('kept', '/sse?key=geheim3')
  const text = reviewOf(planWith([hidden, kept]))
  expect(text).not.toContain('geheim')
  expect(text).toContain('    kept  /sse?key=***\n')
  expect(text).toContain('+url: http://localhost:8585/sse?key=***\n')
  expect(text).toContain('the two differ in what is hidden')
})

test('no line is longer than the window, but those of one long word or command', () => {
  const changes = [
    ...GUIDE.map((name) => changeOf(name)),
    changeAt('crm', `/${'long/'.repeat(40)}sse`),
    changeOf('an-endless-name-'.repeat(7)),
  ]
  for (const width of [30, 40, 60, 80, 120]) {
    const lines = reviewOf(planWith(changes, { ...FOUND, crm: MISSING }), { width }).split('\n')
    const long = lines.filter((line) => columnsOf(line) > width && line.trim().includes(' '))
    expect(long.filter((line) => !line.includes('docker restart'))).toEqual([])
  }
})
