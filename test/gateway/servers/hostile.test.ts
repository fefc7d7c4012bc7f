import { describe, expect, vi } from 'vitest'
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
import { closedOrigin } from '../../support/free-port.ts'
import { endless, forward, huge, inFrontOf, type Listener, says, silent } from '../../support/hostile.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const LIST = 'GET /v1/mcp/server'
const TEST_ROUTE = 'GET /mcp-rest/test/connection'
const PAGE = '<!DOCTYPE html><html><body>Welcome to nginx!</body></html>'

/** No PUT, and no file in the journal. */
async function expectNothingWritten({ sandbox, journalFiles }: Trial): Promise<void> {
  expect(writes(sandbox)).toBe(0)
  expect(await journalFiles()).toEqual([])
}

describe.concurrent('what is not LiteLLM is told from it before a key is sent:', () => {
  const cases: [what: string, listener: Listener, message: string][] = [
    [
      'a page of HTML',
      says(200, PAGE, { 'content-type': 'text/html' }),
      'does not answer like LiteLLM (/health/readiness: HTTP 200)',
    ],
    [
      'an error with status 200',
      says(200, { error: { message: 'upstream is down' } }),
      'does not answer like LiteLLM (/health/readiness: HTTP 200: upstream is down)',
    ],
    [
      'a 404',
      says(404, { detail: 'Not Found' }),
      'does not answer like LiteLLM (/health/readiness: HTTP 404: Not Found)',
    ],
    [
      'fields of the wrong type',
      says(200, { status: 1, db: ['connected'], litellm_version: {} }),
      'does not answer like LiteLLM (/health/readiness: HTTP 200)',
    ],
    ['an answer of 50 MB', huge(50), 'The gateway sent an answer of more than 32 MB'],
    ['an answer without an end', endless('flood'), 'The gateway sent an answer of more than 32 MB'],
    ['an answer that drips without an end', endless('drip'), 'did not answer within 1 s'],
    ['a connection that stalls', silent, 'did not answer within 1 s'],
    ['a connection that is cut', (asked) => asked.socket.destroy(), 'was lost (ECONNRESET)'],
  ]
  for (const [what, listener, message] of cases) {
    test(`${what}: exit 1, in a sentence`, async ({ open, serve }) => {
      const trial = await open()
      const server = await serve(listener)
      const timeout = /within/.test(message) ? '1' : '20'
      const { code, stdout, stderr } = await trial.call(['--yes', '--url', server.url, '--timeout', timeout])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(sentence(stderr)).toContain(message)
      // A connection that is cut may be passing trouble: asked again, and then again.
      if (!/lost/.test(message)) expect(server.seen).toHaveLength(1)
      for (const { target, headers } of server.seen)
        expect([target, headers.includes('authorization')]).toEqual(['/health/readiness', false])
      expect(await trial.journalFiles()).toEqual([])
    })
  }

  test('LiteLLM without its MCP routes: exit 1, and no key is sent', async ({ open, serve }) => {
    const trial = await open()
    const missing = says(404, { detail: 'Not Found' })
    const server = await serve(inFrontOf(trial.sandbox.url, { [LIST]: missing, [TEST_ROUTE]: missing }))
    const { code, stderr } = await trial.call(['--yes', '--url', server.url])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      "does not have LiteLLM's MCP admin API (/v1/mcp/server: HTTP 404: Not Found)",
    )
    expect(server.seen.filter(({ headers }) => headers.includes('authorization'))).toEqual([])
  })

  test('nothing listens there: exit 1', async ({ open }) => {
    const trial = await open()
    const gone = await closedOrigin()
    const { code, stdout, stderr } = await trial.call(['--json', '--yes', '--url', gone])
    expect(code).toBe(1)
    expect(stderr).toContain(`Nothing accepts connections at ${gone}`)
    expect(JSON.parse(stdout)).toEqual({
      schema: 'mcp-url-migrate/error/1',
      code: 'gateway-refused-connection',
      message: `Nothing accepts connections at ${gone}`,
      hint: 'Is LiteLLM running, and is this its host and port? Name it with --url.',
    })
  })

  test('the host is unknown: exit 1', async ({ open }) => {
    const trial = await open()
    const { code, stderr } = await trial.call(['--yes', '--url', 'http://name.invalid:4000'])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('The host of http://name.invalid:4000 is unknown')
  })
})

describe.concurrent('passing trouble does not change what is believed of a gateway:', () => {
  const details = { method: 'GET', path: '/health/readiness/details' }
  const openapi = { method: 'GET', path: '/openapi.json' }
  const busy = { status: 503, body: 'busy', headers: { 'retry-after': '0' } }
  const releaseOf = ({ stdout }: { stdout: string }): string | null =>
    (JSON.parse(stdout) as { gateway: { version: string | null } }).gateway.version

  for (const [what, path, action] of [
    ['a 503 when asked for its release', details.path, busy],
    ['a dropped connection when asked for its release', details.path, 'reset-before'],
    ['a 429 at the first question', '/health/readiness', { ...busy, status: 429 }],
    ['a 503 at the first question', '/health/readiness', busy],
    ['a dropped connection at the second question', '/mcp-rest/test/connection', 'reset-before'],
  ] as const) {
    test(`${what}, once: asked again, and the release is known`, async ({ open }) => {
      const trial = await open({
        servers: TWO,
        quirks: [{ on: { method: 'GET', path, nth: 1 }, do: action }],
      })
      const finished = await trial.call(['--dry-run', '--json'])
      expect([finished.code, releaseOf(finished)]).toEqual([0, '1.106.2'])
    })
  }

  test('a release that is told nowhere is unknown, as before', async ({ open }) => {
    for (const status of [401, 403, 404]) {
      const refusal = { status, body: { detail: 'no' } }
      const quirks = [details, openapi].map((on) => ({ on, do: refusal }))
      const trial = await open({ servers: TWO, quirks })
      const finished = await trial.call(['--dry-run', '--json'])
      expect([finished.code, releaseOf(finished)]).toEqual([0, null])
    }
  })

  test('a release that it fails to tell is not called unknown: exit 1, nothing written', async ({ open }) => {
    const broken = { status: 500, body: { detail: 'broken' } }
    const trial = await open({ servers: TWO, quirks: [details, openapi].map((on) => ({ on, do: broken })) })
    const { code, stderr } = await trial.call(['--yes'])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      `LiteLLM at ${trial.sandbox.url} could not tell its release (HTTP 500: broken), and what a write must contain depends on it`,
    )
    await expectNothingWritten(trial)
  })

  test('one of two places where it is told is enough', async ({ open }) => {
    const trial = await open({ servers: TWO, quirks: [{ on: details, do: { status: 500, body: {} } }] })
    expect(releaseOf(await trial.call(['--dry-run', '--json']))).toBe('1.106.2')
  })
})

describe.concurrent('a redirect is never followed with the key:', () => {
  test('to another origin, which hears nothing at all', async ({ open, serve }) => {
    const trial = await open()
    const other = await serve(forward(trial.sandbox.url))
    const location = `${other.url}/health/readiness`
    const server = await serve(says(302, '', { location }))
    const { code, stderr } = await trial.call(['--yes', '--url', server.url])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      `${server.url} redirects to another origin, ${other.url}; the key is never sent there If that is your gateway, use --url ${other.url}`,
    )
    expect(other.seen).toEqual([])
    await expectNothingWritten(trial)
  })

  test('of the same origin: exit 1, with the URL to use instead', async ({ open, serve }) => {
    const trial = await open()
    const server = await serve(says(307, '', { location: '/litellm/health/readiness' }))
    const { code, stderr } = await trial.call(['--yes', '--url', server.url])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      `redirects the admin API If that is your gateway, use --url ${server.url}/litellm`,
    )
    expect(server.seen).toHaveLength(1)
  })

  for (const asked of [
    'GET /get/internal_user_settings',
    LIST,
    'GET /v1/mcp/server/id-fetch',
    'PUT /v1/mcp/server',
  ]) {
    test(`of ${asked}, once the key is known`, async ({ open, serve }) => {
      const trial = await open({ servers: TWO })
      const other = await serve(forward(trial.sandbox.url))
      const moved: Listener = (request, answer) =>
        says(307, '', { location: `${other.url}${request.url}` })(request, answer)
      const server = await serve(inFrontOf(trial.sandbox.url, { [asked]: moved }))
      const { code, stdout, stderr } = await trial.call(['--yes', '--url', server.url])
      // Only the unreadable record leaves another server to change.
      expect(code).toBe(asked.includes('id-fetch') ? 4 : 1)
      expect(sentence(stdout + stderr)).toContain('HTTP 307')
      expect(other.seen).toEqual([])
    })
  }
})

describe.concurrent('a list that is no list of servers ends everything before the plan:', () => {
  const one = (more: Record<string, unknown>) => [{ ...guideServer('fetch'), ...more }]
  const cases: [what: string, body: unknown, message: string][] = [
    ['an object', { data: TWO }, 'The list of MCP servers is not a JSON array'],
    ['null', null, 'The list of MCP servers is not a JSON array'],
    ['an error with status 200', { detail: 'oops' }, 'The list of MCP servers is not a JSON array'],
    ['an entry that is null', [null], 'Entry 1 in the list of MCP servers has no usable server_id'],
    [
      'a server_id that is a number',
      one({ server_id: 7 }),
      'Entry 1 in the list of MCP servers has no usable server_id',
    ],
    [
      'an empty server_id',
      one({ server_id: '' }),
      'Entry 1 in the list of MCP servers has no usable server_id',
    ],
  ]
  for (const [what, body, message] of cases) {
    test(`${what}: exit 1`, async ({ open }) => {
      const alter = (answered: unknown) => (Array.isArray(answered) ? body : answered)
      const trial = await open({
        servers: TWO,
        quirks: [{ on: { method: 'GET', path: '/v1/mcp/server' }, do: { alter } }],
      })
      const { code, stdout, stderr } = await trial.call(['--yes', '--json'])
      expect({ code, stdout: JSON.parse(stdout) as unknown }).toEqual({
        code: 1,
        stdout: {
          schema: 'mcp-url-migrate/error/1',
          code: 'inventory-invalid',
          message,
          hint: 'Is this URL really the admin API of LiteLLM? Nothing was changed.',
        },
      })
      expect(sentence(stderr)).toContain(message)
      await expectNothingWritten(trial)
    })
  }

  const raw: [what: string, listener: Listener, message: string][] = [
    ['HTML', says(200, PAGE), 'The list of MCP servers is not a JSON array'],
    ['50 MB', huge(50), 'The gateway sent an answer of more than 32 MB'],
    ['no end', endless('drip'), 'did not answer within 2 s'],
  ]
  for (const [what, listener, message] of raw) {
    test(`${what}: exit 1`, async ({ open, serve }) => {
      const trial = await open({ servers: TWO })
      const server = await serve(inFrontOf(trial.sandbox.url, { [LIST]: listener }))
      const timeout = /within/.test(message) ? '2' : '20'
      const { code, stdout, stderr } = await trial.call(['--yes', '--url', server.url, '--timeout', timeout])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(sentence(stderr)).toContain(message)
      await expectNothingWritten(trial)
    })
  }

  test('a gateway that asks to come back in an hour is not waited for: exit 1', async ({ open }) => {
    const busy = { status: 429, body: { detail: 'slow down' }, headers: { 'retry-after': '3600' } }
    const trial = await open({
      quirks: [{ on: { method: 'GET', path: '/v1/mcp/server', nth: 1 }, do: busy }],
    })
    const { code, stderr } = await trial.call(['--yes'])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('The gateway did not list its MCP servers (HTTP 429: slow down)')
    await expectNothingWritten(trial)
  })

  test('a dropped connection and a 503 are passing: the read is repeated', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [
        { on: { method: 'GET', path: '/v1/mcp/server', nth: 2 }, do: 'reset-before' },
        { on: { method: 'GET', path: '/v1/mcp/server', nth: 3 }, do: { status: 503, body: {} } },
      ],
    })
    const { code } = await trial.call(['--yes'])
    expect(code).toBe(0)
    expect(writes(trial.sandbox)).toBe(2)
  })
})

describe.concurrent('a record that cannot be believed is left alone, and the others are changed:', () => {
  const cases: [what: string, body: (record: object) => unknown, code: string, message: string][] = [
    [
      'a url that is a number',
      (record) => ({ ...record, url: 8585 }),
      'unreadable',
      'its record is not what LiteLLM sends (field url)',
    ],
    [
      'args that are a text',
      (record) => ({ ...record, args: '--verbose' }),
      'unreadable',
      'its record is not what LiteLLM sends (field args)',
    ],
    ['null', () => null, 'unreadable', 'its record is not what LiteLLM sends'],
    [
      'an error with status 200',
      () => ({ error: 'oops' }),
      'unreadable',
      'its record is not what LiteLLM sends (field server_id)',
    ],
    [
      "another server's",
      (record) => ({ ...record, server_id: 'id-n8n' }),
      'wrong-id',
      'asked for its record, the gateway sent that of id-n8n',
    ],
  ]
  for (const [what, alter, code, message] of cases) {
    test(`${what}: skipped as ${code}, exit 4`, async ({ open }) => {
      const trial = await open({
        servers: TWO,
        quirks: [
          {
            on: { method: 'GET', path: '/v1/mcp/server/id-fetch' },
            do: { alter: (body) => alter(body as object) },
          },
        ],
      })
      const finished = await trial.call(['--yes', '--json'])
      expect(finished.code).toBe(4)
      const { changes, skipped } = documentOf<{
        changes: { server: { id: string }; outcome: string }[]
        skipped: unknown[]
      }>(finished)
      expect(changes.map(({ server, outcome }) => [server.id, outcome])).toEqual([['id-n8n', 'applied']])
      expect(skipped).toEqual([
        {
          server: { id: 'id-fetch', name: 'fetch', alias: 'fetch', source: 'database' },
          matched: true,
          code,
          message,
          url: 'http://localhost:8585/servers/fetch/sse',
          drift: [],
          effects: [],
          patch: null,
          preflight: null,
        },
      ])
      expect(urls(trial.sandbox.rows())).toEqual({
        'id-fetch': 'http://localhost:8585/servers/fetch/sse',
        'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
      })
    })
  }

  test('a listed url of the wrong type is looked up in the record', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [
        {
          on: { method: 'GET', path: '/v1/mcp/server' },
          do: {
            alter: (body) =>
              Array.isArray(body) ? body.map((entry: object) => ({ ...entry, url: 1, alias: [] })) : body,
          },
        },
      ],
    })
    expect((await trial.call(['--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': 'http://mcp-proxy-sse:8080/servers/fetch/sse',
      'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
    })
  })

  test('a record that stalls is given up after the time-out', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      quirks: [{ on: { method: 'GET', path: '/v1/mcp/server/id-fetch' }, do: 'hang' }],
    })
    const finished = await trial.call(['--dry-run', '--json', '--timeout', '2'])
    expect(finished.code).toBe(1)
    const { skipped } = documentOf<{ skipped: { code: string; message: string }[] }>(finished)
    expect(skipped.map(({ code, message }) => [code, message])).toEqual([
      ['unreadable', `its record could not be read (${trial.sandbox.url} did not answer within 2 s)`],
    ])
  })
})

// What a terminal acts on: C0 and C1 controls but the line feed, and what hides or reorders text.
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u202eevil\u2066\u200b\u0000\u2028end'

describe.concurrent('control characters, escape sequences and bidi controls never reach the screen raw:', () => {
  const servers = [
    guideServer('fetch', { server_name: `fetch${EVIL}`, alias: `a${EVIL}`, mcp_access_groups: [`g${EVIL}`] }),
    guideServer('n8n', {
      server_id: `id${EVIL}`,
      args: ['http://localhost:8585/'],
      env: { [`http://localhost:8585/${EVIL}`]: '1' },
    }),
    guideServer('odd', { url: `http://localhost:8585/${EVIL}` }),
    guideServer('near', { url: 'http://localhost:8586/\u202ex' }),
  ]

  for (const how of [['--dry-run'], ['--dry-run', '--json'], ['--yes', '--verbose'], ['--yes', '--json']]) {
    test(`names, ids and URLs, with ${how.join(' ')}`, async ({ open }) => {
      const trial = await open({ servers, version: '1.81.14' })
      const { stdout, stderr } = await trial.call(how)
      expect(RAW.exec(stdout)).toBeNull()
      expect(RAW.exec(stderr)).toBeNull()
      expect(stdout).toContain(how.includes('--json') ? 'fetch\\u001b[2J' : 'fetch\\x1b[2J')
    })
  }

  test('what the gateway says of itself: its release', async ({ open }) => {
    const trial = await open({
      servers: TWO,
      version: '1.87.5',
      quirks: [
        {
          on: { method: 'GET', path: '/health/readiness' },
          do: { alter: (body) => ({ ...(body as object), litellm_version: `1.87.5${EVIL}` }) },
        },
      ],
    })
    const { code, stdout, stderr } = await trial.call(['--yes'])
    expect(code).toBe(0)
    expect(RAW.exec(stdout)).toBeNull()
    expect(RAW.exec(stderr)).toBeNull()
    const history = await trial.call(['history'])
    expect(RAW.exec(history.stdout)).toBeNull()
  })

  test('what the gateway says when it refuses', async ({ open }) => {
    const refusal = { status: 400, body: { detail: { error: `no${EVIL}` } } }
    const trial = await open({
      servers: TWO,
      quirks: [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: refusal }],
    })
    const { code, stdout, stderr } = await trial.call(['--yes'])
    expect(code).toBe(1)
    expect(sentence(stdout)).toContain('(HTTP 400: no\\x1b[2J')
    expect(RAW.exec(stdout + stderr)).toBeNull()
    const one = await trial.call(['history'])
    expect(RAW.exec(one.stdout)).toBeNull()
  })

  test('a name that is suggested for a pattern that selects nothing', async ({ open }) => {
    const trial = await open({
      servers: [guideServer('near', { server_name: 'ne\u202ear\u001bby', alias: null })],
    })
    const { code, stderr } = await trial.call(['--dry-run', '--only', 'nearby'])
    expect(code).toBe(64)
    expect(stderr).toContain('Did you mean ne\\u202ear\\x1bby?')
    expect(RAW.exec(stderr)).toBeNull()
  })
})
