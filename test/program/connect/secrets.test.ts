import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, vi } from 'vitest'
import type { Sandbox, SandboxRow } from '../../../src/sandbox/index.ts'
import { journalWithoutUrls, leaksIn, secret, watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, sentence, test, type Trial } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const IN_QUERY = secret('geheim-query-4711')
const IN_PATH = secret('0f8fad5b-d9cb-469f-a165-70867728950e')
const IN_USER_INFO = secret('geheim-pass-4711')
const IN_FRAGMENT = secret('geheim-fragment-4711')
const IN_VENDOR_PATH = secret('sk-vendor-Zx81kQ0pLmN42')

const SERVERS = [
  guideServer('fetch', { url: `http://localhost:8585/sse?token=${IN_QUERY}&b=2#${IN_FRAGMENT}` }),
  guideServer('n8n', { url: `http://localhost:8585/mcp/${IN_PATH}/sse` }),
  guideServer('vendor', { url: `http://localhost:8585/${IN_VENDOR_PATH}/sse` }),
  guideServer('user', { url: `http://me:${IN_USER_INFO}@localhost:8585/sse` }),
  guideServer('near', { url: `http://localhost:8586/sse?api_key=${IN_QUERY}` }),
]

interface Edits {
  changes: { edits: { before: string; after: string; masked: boolean }[] }[]
}

const MASKED = [
  [
    'http://localhost:8585/sse?token=***&b=***#***',
    'http://mcp-proxy-sse:8080/sse?token=***&b=***#***',
    true,
  ],
  ['http://localhost:8585/mcp/***/sse', 'http://mcp-proxy-sse:8080/mcp/***/sse', true],
  ['http://localhost:8585/***/sse', 'http://mcp-proxy-sse:8080/***/sse', true],
]

const editsOf = ({ changes }: Edits) =>
  changes.flatMap(({ edits }) => edits.map(({ before, after, masked }) => [before, after, masked]))

describe.concurrent('secrets inside URLs', () => {
  test('are masked on the screen, in every document and in the history, and whole in the journal', async ({
    open,
  }) => {
    const trial = await open({ servers: SERVERS })
    const dry = await trial.call(['--dry-run'])
    expect(dry.stdout).toContain('fetch   /sse?token=***&b=***#***')
    const diff = await trial.call(['--dry-run', '--diff'])
    expect(diff.stdout).toContain('-url: http://localhost:8585/sse?token=***&b=***#***\n')
    expect(dry.stdout).toContain('http://***@localhost:8585/sse')
    expect(editsOf(documentOf<Edits>(await trial.call(['--dry-run', '--json'])))).toEqual(MASKED)
    const run = documentOf<Edits & { run: { id: string } }>(
      await trial.call(['--yes', '--json', '--verbose']),
    )
    expect(editsOf(run)).toEqual(MASKED)
    const { runs } = documentOf<{ runs: Edits[] }>(await trial.call(['history', run.run.id, '--json']))
    expect(runs.flatMap(editsOf)).toEqual(MASKED)
    const shown = await trial.call(['history', run.run.id])
    expect(shown.stdout).toContain('- http://localhost:8585/mcp/***/sse\n')
    const [file = ''] = await trial.journalFiles()
    const journal = await readFile(join(trial.journal, file), 'utf8')
    for (const { url } of SERVERS.slice(0, 3)) expect(journal).toContain(String(url))
    // What was not written has no business there.
    expect(journal).not.toContain(IN_USER_INFO)
    const back = await trial.call(['--revert', '--yes'])
    expect(back.code).toBe(0)
    expect(trial.sandbox.rows().map(({ url }) => url)).toEqual(SERVERS.map(({ url }) => url))
  })

  test('are masked where the URL is none that could be taken apart, on the screen and in the document', async ({
    open,
  }) => {
    const pass = secret('hunter2pw-malformed')
    const texts = [
      `admin:${pass}@localhost:8585/sse`,
      `http:/admin:${pass}@localhost:8585/sse`,
      `http:\\\\admin:${pass}@localhost:8585/sse`,
      `http://admin:a/${pass}@localhost:8585/sse`,
      `http://admin:${pass}?a@localhost:8585/sse`,
      `localhost:8585/${IN_VENDOR_PATH}/sse`,
    ]
    const servers = texts.map((url, i) => guideServer(`odd-${i}`, { url }))
    const trial = await open({ servers: [guideServer('fetch'), ...servers] })
    for (const args of [
      ['--dry-run'],
      ['--dry-run', '--json'],
      ['--yes', '--verbose'],
      ['--dry-run', '--thorough'],
    ]) {
      const { code, stdout } = await trial.call(args)
      expect(code).toBe(0)
      expect(stdout).toContain('odd-0')
    }
  })

  test('are masked in the line that would move servers elsewhere', async ({ open }) => {
    const trial = await open({ servers: SERVERS.slice(3) })
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(0)
    expect(stdout).toContain(
      'npx mcp-url-migrate --from http://localhost:8586 --to http://mcp-proxy-sse:8080',
    )
  })

  test('are masked when a server has drifted to such a URL', async ({ open }) => {
    const trial = await open({ servers: SERVERS.slice(0, 1) })
    await trial.setUp(['--yes'])
    trial.sandbox.edit('id-fetch', { url: `http://third/sse?token=${secret('geheim-third-4711')}` })
    const { code, stdout } = await trial.call(['--revert', '--yes'])
    expect(code).toBe(3)
    expect(sentence(stdout)).toContain('changed since then, to http://third/sse?token=***')
  })
})

describe.concurrent('what a gateway repeats of secrets', () => {
  for (const version of ['1.77.7', '1.81.14', '1.106.2']) {
    test(`the key in its 401 on ${version}`, async ({ open }) => {
      const trial = await open({ version })
      // The program itself, with the streams that it writes to, on one of them.
      const start = version === '1.106.2' ? trial.run : trial.call
      for (const key of [secret('plain-geheim-0815-key'), secret('sk-unknown-geheim-0815')]) {
        const { code, stderr } = await start(['--yes'], { env: { LITELLM_PROXY_API_KEY: key } })
        expect(code).toBe(1)
        expect(sentence(stderr)).toContain('The gateway does not accept this key (HTTP 401')
        // LiteLLM quotes the tail of a key, or its hash.
        expect(stderr).not.toContain('0815')
      }
    })
  }

  test('the key, whole or in pieces, in an error of a write', async ({ open }) => {
    const state: { trial: Trial | null } = { trial: null }
    const body = {
      detail: {
        get error() {
          const key = state.trial?.sandbox.masterKey ?? ''
          return `token ${key} and header Bearer ${key} and url http://me:${IN_USER_INFO}@db/x?y=${IN_QUERY}`
        },
      },
    }
    const trial = await open({
      servers: SERVERS.slice(0, 1),
      quirks: [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: { status: 400, body } }],
    })
    state.trial = trial
    const { code, stdout } = await trial.run(['--yes'])
    expect(code).toBe(1)
    expect(sentence(stdout)).toContain(
      '(HTTP 400: token *** and header Bearer *** and url http://***@db/x?y=***)',
    )
  })

  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  /** How a gateway may write a key that it refuses. */
  const ECHOES: ((key: string) => string)[] = [
    (key) => `key ${encodeURIComponent(key)} rejected`,
    (key) => `key ${base64(key)} rejected`,
    (key) => `Authorization ${base64(`Bearer ${key}`)}`,
    (key) => JSON.stringify(JSON.stringify({ key })),
    (key) => `key ${key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&#34;')}`,
    (key) => `key ${key.slice(0, key.length / 2)}\n${key.slice(key.length / 2)} rejected`,
    (key) => `key ${[...key].join('\u200b')} rejected`,
    (key) => `key ${key.toUpperCase()} rejected`,
    (key) => `key ${Buffer.from(key).toString('hex')}`,
    (key) => `key ${[...key].map((each) => `\\u00${each.charCodeAt(0).toString(16)}`).join('')}`,
    (key) => `key ${key.slice(0, -2)}... rejected`,
    (key) => `key ...${key.slice(4)} rejected`,
    (key) => `key ${base64(encodeURIComponent(base64(key)))} rejected`,
    (key) => `${key} `.repeat(20_000 / key.length),
  ]

  for (const key of ['Zq7!x"p\\w%2F&<Kv#9mT', 'hunter2-Correct.Horse_Battery', 'sk-1234'])
    test(`the key in whatever form, in errors of writes: ${key}`, async ({ open }) => {
      const trial = await open({
        masterKey: secret(key),
        servers: ECHOES.map((_, i) =>
          guideServer(`s${i}`, { url: `http://localhost:8585/servers/s${i}/sse` }),
        ),
        quirks: ECHOES.map((echo, i) => ({
          on: { method: 'PUT', path: '/v1/mcp/server', nth: i + 1 },
          do: { status: 400, body: { error: { message: echo(key) } } },
        })),
      })
      const { code, stdout } = await trial.call(['--yes', '--json', '--on-failure', 'continue'])
      expect(code).toBe(1)
      const { changes } = documentOf<{ changes: { error: string }[] }>({ code, stdout, stderr: '' })
      const errors = changes.map(({ error }) => error)
      const history = await trial.call(['history', '--json'])
      const journal = await Promise.all(
        (await trial.journalFiles()).map((file) => readFile(join(trial.journal, file), 'utf8')),
      )
      expect(errors).toHaveLength(ECHOES.length)
      for (const error of errors) expect(error).toMatch(/^HTTP 400: .*\*\*\*/)
      const journalled = journal.flatMap((text) =>
        text.split('\n').flatMap((line) => /"error":"(HTTP 400.*?)","sha256"/.exec(line)?.[1] ?? []),
      )
      expect(journalled).toHaveLength(ECHOES.length)
      for (const text of [...errors, ...journalled, history.stdout])
        for (const write of [String, base64, encodeURIComponent])
          expect(text.toLowerCase()).not.toContain(write(key).slice(0, 10).toLowerCase())
    })

  test('the key in whatever it lists: names, aliases, addresses', async ({ open }) => {
    const key = secret('Zk4711_in_a_name_of_a_server')
    const listed = [
      guideServer('one', { alias: key, description: `at http://localhost:8585/ ${base64(key)}` }),
      guideServer(key, { url: `http://localhost:8585/servers/${encodeURIComponent(base64(key))}/sse` }),
    ]
    const trial = await open({ masterKey: key, servers: listed })
    const rule = ['--migration', 'localhost-8585-to-mcp-proxy-sse-everywhere']
    for (const args of [
      ['--dry-run', ...rule],
      ['--dry-run', '--json', ...rule],
      ['--dry-run', '--verbose', '--thorough', ...rule],
      ['status'],
      ['status', '--json'],
    ]) {
      const { stdout, stderr } = await trial.call(args)
      expect(stdout).toContain('***')
      expect(leaksIn(stdout + stderr, [key])).toEqual([])
      if (args.includes('--json')) expect(() => void JSON.parse(stdout)).not.toThrow()
    }
  })

  // What LiteLLM's own errors, pydantic's and a proxy's quote of a record, in the forms of Python, JSON and a shell.
  const quoting = (row: SandboxRow): string => {
    const { env, args, static_headers: headers } = row as Record<string, Record<string, string>>
    const [first = ''] = Object.values(env ?? {})
    return `1 validation error for env input_value={'A': '${first}'}, input_type=dict] row ${JSON.stringify({ env, headers })} started with DB_PASSWORD=${first} ${Object.values(args ?? {}).join(' ')} and ${Object.values(headers ?? {}).join()}`
  }
  const HOLDING = guideServer('fetch', {
    env: { DB_PASSWORD: secret('geheim-env-0815'), PLAIN: secret('weather-in-env') },
    args: ['--dsn', secret('geheim-dsn-0815')],
    static_headers: { 'X-Backend': secret('geheim-kopf-0815') },
  })
  const WHERE = {
    put: { method: 'PUT', path: '/v1/mcp/server' },
    read: { method: 'GET', path: /\/id-fetch$/ },
  }
  // Its answer does not show what it wrote, so that it has to be read.
  const MUTE = { on: WHERE.put, do: { alter: () => ({}) } }
  const BOTH = ['1.81.14', '1.106.2']
  for (const [what, on, code, versions] of [
    ['a failed write', WHERE.put, 1, BOTH],
    ['the first read by id', { ...WHERE.read, nth: 1 }, 4, BOTH],
    ['the read by id after the question', { ...WHERE.read, nth: 2 }, 1, ['1.81.14']],
    ['the read by id after a write', { ...WHERE.read, nth: 3 }, 4, ['1.81.14']],
    ['the read by id after a write', { ...WHERE.read, nth: 2 }, 4, ['1.106.2']],
  ] as const) {
    for (const version of versions) {
      test(`the record, in an error of ${what} on ${version}`, async ({ open }) => {
        const body = { error: { message: quoting(HOLDING as SandboxRow) } }
        const quirks = [{ on, do: { status: 500, body } }, ...(what.endsWith('after a write') ? [MUTE] : [])]
        const trial = await open({ version, servers: [HOLDING, guideServer('n8n')], quirks })
        const finished = await trial.call(['--yes', '--thorough', '--verbose', '--patience', '0', '--json'])
        expect(finished.code).toBe(code)
        expect(finished.stdout).toContain('1 validation error for env input_value=***, input_type=dict]')
        expect((await trial.call(['history', '--json'])).code).toBe(0)
      })
    }
  }

  test('the values of headers and environment that a write reset', async ({ open }) => {
    const state: { sandbox: Sandbox | null } = { sandbox: null }
    const fields = { static_headers: {}, env: {} }
    const alter = (body: unknown): unknown => {
      state.sandbox?.edit('id-fetch', fields)
      return { ...(body as SandboxRow), ...fields }
    }
    const trial = await open({
      servers: [
        guideServer('fetch', {
          static_headers: { Authorization: `Bearer ${secret('geheim-header-4711')}` },
          env: { TOKEN: secret('geheim-env-4711') },
        }),
      ],
      quirks: [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: { alter } }],
    })
    state.sandbox = trial.sandbox
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('static_headers changed with it: (hidden) → (hidden); NOT PUT BACK')
  })
})

describe('the scan for secrets', () => {
  const KNOWN = ['hunter2-hunter2']

  test('finds a known secret in the clear and encoded', () => {
    const forms = [
      'hunter2-hunter2',
      Buffer.from('hunter2-hunter2').toString('base64'),
      Buffer.from('hunter2-hunter2').toString('base64url'),
    ]
    for (const form of forms) expect(leaksIn(`a ${form} b`, KNOWN)).toEqual(KNOWN)
    expect(leaksIn('p=hunter%2F2', ['hunter/2'])).toEqual(['hunter/2'])
  })

  test('finds keys, tokens and bearer headers that nobody registered', () => {
    expect(leaksIn('key sk-abcdefgh1', [])).toEqual(['sk-abcdefgh1'])
    expect(leaksIn('cookie eyJhbGciOiJIUzI1NiJ9.e30.x', [])).toEqual(['eyJhbGciOiJIUzI1NiJ9'])
    expect(leaksIn('Authorization: Bearer abcd1234', [])).toEqual(['Bearer abcd1234'])
  })

  test('finds nothing in what may be said', () => {
    expect(leaksIn('It should be one line, such as sk-…. Bearer ***, sk-***', KNOWN)).toEqual([])
  })

  test('leaves out whole URLs of a journal, and nothing else', () => {
    const edit = { field: 'url', before: 'http://a?t=hunter2-hunter2', after: 'http://b?t=hunter2-hunter2' }
    const harmless = JSON.stringify({ type: 'run-started', changes: [{ edits: [edit] }] })
    expect(leaksIn(journalWithoutUrls(harmless), KNOWN)).toEqual([])
    const leaking = JSON.stringify({
      type: 'outcome',
      changes: [{ edits: [edit] }],
      error: 'hunter2-hunter2',
    })
    expect(leaksIn(journalWithoutUrls(leaking), KNOWN)).toEqual(KNOWN)
    const other = JSON.stringify({ edits: [{ ...edit, field: 'description' }] })
    expect(leaksIn(journalWithoutUrls(other), KNOWN)).toEqual(KNOWN)
    expect(leaksIn(journalWithoutUrls('torn {"a":"hunter2-hunter2'), KNOWN)).toEqual(KNOWN)
  })

  test('is made by every test file that starts the program', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const files = (await readdir(root, { recursive: true })).filter((file) =>
      /^(program|cli|gateway|runs)\/.*\.test\.ts$/.test(file),
    )
    const texts = await Promise.all(
      files.map(async (file) => [file, await readFile(join(root, file), 'utf8')]),
    )
    const starting = texts.filter(([, text]) =>
      /support\/(cli|pty)\.ts'|\{[^}]*\bopen\b[^}]*\}\) =>/.test(text ?? ''),
    )
    expect(starting.length).toBeGreaterThan(5)
    expect(
      starting.filter(([, text]) => !/^watchForLeaks\(\)$/m.test(text ?? '')).map(([file]) => file),
    ).toEqual([])
  })
})
