import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import { MigrateError } from '../../../src/core/errors.ts'
import { readWorld } from '../../../src/cli/commands/sandbox-gateway/world-file.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts'
import { invoke } from '../../prove/kill-recovery.ts'
import { bareEnvironment, BIN, runCli, temporaryFolder } from '../../support/cli.ts'
import { ODD_NUMBERS } from '../../support/json-texts.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { makePipe } from '../../support/system.ts'
import { sentence } from '../../support/trial.ts'

watchForLeaks()

const execute = promisify(execFile)
const folder = await temporaryFolder()
const file = join(folder, 'world.json')

async function worldIn(content: string | Uint8Array | object): Promise<string> {
  const isText = typeof content === 'string' || content instanceof Uint8Array
  await writeFile(file, isText ? content : JSON.stringify(content))
  return file
}

/** Plays a world until the end of the use. */
async function play<T>(
  world: string | object,
  use: (sandbox: Sandbox) => Promise<T>,
  release?: string,
): Promise<T> {
  const sandbox = await startSandbox(await readWorld(await worldIn(world), release))
  secret(sandbox.masterKey)
  try {
    return await use(sandbox)
  } finally {
    await sandbox.close()
  }
}

/** What is said of a world that cannot be: place, sentence, and what may have been meant. */
async function refusal(world: string | Uint8Array | object): Promise<string> {
  try {
    const taken = await readWorld(await worldIn(world), undefined)
    return `taken as ${JSON.stringify(taken)}`
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    expect(['usage', 'file-unreadable']).toContain(error.code)
    const near = /^Did you mean [^?]+\?/.exec(error.hint ?? '')?.[0] ?? ''
    return `${error.message.replace(`World file ${file}`, '')} ${near}`.trim()
  }
}

const quirk = (action: unknown, on: object = {}): object => ({
  quirks: [{ on: { method: 'PUT', path: '/v1/mcp/server', ...on }, do: action }],
})

describe('a world', () => {
  test('says what the gateway is like', async () => {
    const world = {
      version: 'v1.81.14',
      rootPath: '/litellm',
      masterKey: 'sk-world-master',
      servers: [{ server_id: 'id-a', server_name: 'a', url: null, mcp_info: { ['__proto__']: 1 } }],
      configServers: [{ server_name: 'b', url: 'http://localhost:8000/mcp', auth_type: null }],
      keys: [{ key: 'sk-world-dev', objectPermission: { mcp_servers: ['id-a'] } }],
    }
    await play(world, async (sandbox) => {
      const { url, version, masterKey } = sandbox
      expect([version, url.endsWith('/litellm'), masterKey]).toEqual(['v1.81.14', true, 'sk-world-master'])
      expect(sandbox.rows()).toMatchObject([{ server_id: 'id-a', transport: 'sse', url: null }])
      const listed = await fetch(`${url}/v1/mcp/server`, {
        headers: { authorization: 'Bearer sk-world-dev' },
      })
      expect(await listed.json()).toMatchObject([{ server_id: 'id-a' }])
    })
  })

  test('keeps numbers and names that JavaScript would alter', async () => {
    const odd = `{"n":[${ODD_NUMBERS.join(',')}],"__proto__":{"x":1.0}}`
    const [server, edit] = [
      `{"server_id":"id-a","mcp_info":${odd},"env":${odd},"timeout":30.0}`,
      `{"static_headers":${odd}}`,
    ]
    const on = '{"method":"PUT","path":"*","nth":1.0}'
    const world = `{"servers":[${server}],"quirks":[{"on":${on},"do":{"rowEdit":${edit}}}]}`
    await play(world, async (sandbox) => {
      const { url, masterKey } = sandbox
      const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' }
      const body = '{"server_id":"id-a","url":"http://localhost:8000/sse"}'
      await fetch(`${url}/v1/mcp/server`, { method: 'PUT', headers, body })
      const [row] = sandbox.rows()
      expect(['mcp_info', 'env', 'static_headers', 'timeout'].map((name) => stringify(row?.[name]))).toEqual([
        odd,
        odd,
        odd,
        '30.0',
      ])
    })
  })

  test('may say nothing at all, and then is the usual one', async () => {
    await play('\ufeff{}', async (sandbox) => {
      expect([sandbox.version, sandbox.rows().length]).toEqual(['1.106.2', 7])
    })
  })

  test('with a path of many stars is matched as fast as any other', async () => {
    const quirks = [{ on: { method: 'GET', path: `${'*a'.repeat(20)}b` }, do: { status: 418 } }]
    await play({ quirks }, async ({ url }) => {
      const status = async (path: string): Promise<number> => (await fetch(url + path)).status
      expect([await status(`/${'a'.repeat(5000)}`), await status(`/${'a'.repeat(30)}b`)]).toEqual([404, 418])
    })
  })

  test('gives way to --release on the command line', async () => {
    const twins = { release: '1.106.2', servers: [{ server_name: 'a' }, { alias: 'A' }] }
    await play(
      twins,
      async (sandbox) => expect([sandbox.version, sandbox.rows().length]).toEqual(['1.81.14', 2]),
      '1.81.14',
    )
  })

  test('has quirks: an answer, headers, a row that somebody else edits, any path', async () => {
    const quirks = [
      {
        on: { method: 'GET', path: '/v1/mcp/*r/id-a?x=*' },
        do: { status: 503, headers: { 'Retry-After': '7' } },
      },
      { on: { method: 'GET', path: '/v1/mcp/server/id-a', nth: 2 }, do: { rowEdit: { alias: 'other' } } },
    ]
    await play({ quirks, servers: [{ server_id: 'id-a', alias: 'own' }] }, async (sandbox) => {
      const { url, masterKey } = sandbox
      const ask = (path: string): Promise<Response> =>
        fetch(url + path, { headers: { authorization: `Bearer ${masterKey}` } })
      const refused = await ask('/v1/mcp/server/id-a?x=.')
      expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
        503,
        '7',
        '',
      ])
      await ask('/v1/mcp/server/id-a')
      expect(sandbox.rows()).toMatchObject([{ alias: 'own' }])
      await ask('/v1/mcp/server/id-a')
      expect(sandbox.rows()).toMatchObject([{ alias: 'other' }])
    })
  })

  test('of the documentation shows its fault', async () => {
    const docs = await readFile(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8')
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(docs) ?? []
    await play(example, async (sandbox) => {
      const env = {
        LITELLM_PROXY_URL: sandbox.url,
        LITELLM_PROXY_API_KEY: sandbox.masterKey,
        MCP_URL_MIGRATE_JOURNAL: join(folder, 'journal'),
        MCP_URL_MIGRATE_LOCKS: join(folder, 'locks'),
      }
      const args = ['--yes', '--accept', 'unreachable', '--no-wait']
      const { code, output } = await invoke({ env, preflight: true }, args)
      expect(sentence(output)).toContain('2 servers do not work at the new URL')
      expect([code, sentence(output)]).toEqual([0, expect.stringContaining('2 of 2 servers changed')])
      const writes = sandbox.requests.filter(({ method }) => method === 'PUT')
      expect(writes.map(({ status }) => status)).toEqual([0, 202])
    })
  })
})

const PLACES: [said: string, text: string][] = [
  [', line 1, column 22: the JSON ends too early', '{"release": "1.81.14"'],
  [', line 1, column 1: this is not JSON: a value is expected here', 'release: 1.81.14'],
  [
    ', line 2, column 1: this name appears here a second time',
    '{"release": "1.81.14",\n"release": "1.82.0"}',
  ],
  [', line 2, column 3: server is not known Did you mean servers?', '{\n  "server": []}'],
  [', line 1, column 2: __proto__ is not known', '{"__proto__": {}}'],
  [', line 3, column 4: servers[1].url must be text or null', '{"servers": [{},\n  {\n   "url": 5}]}'],
  [', line 2, column 3: keys[0].key is missing', '{"keys": [\n  {"role": null}]}'],
  [', line 1, column 1: the JSON ends too early', ''],
]

const FAULTS: [said: string, world: object][] = [
  ['the file must be an object', []],
  ['["a\\u001b[2J"] is not known', { 'a\u001b[2J': 1 }],
  ['release must be text', { release: 1.81 }],
  ['rootPath must begin with a slash, as in /litellm', { rootPath: '/a/../b' }],
  ['keyHeader must not be a header that HTTP needs for itself', { keyHeader: 'Host' }],
  ['release must be a release of LiteLLM such as 1.81.14', { release: 'latest' }],
  ['release 1.106.3 is not known to the sandbox; nearest: 1.106.2', { release: 'v1.106.3-stable' }],
  ['version is another name for release: one of them is enough', { release: '1.81.14', version: '1.81.14' }],
  ['servers[0] must be an object', { servers: ['a'] }],
  ['servers[2].ulr is not known Did you mean url?', { servers: [{}, {}, { ulr: 'x' }] }],
  [
    'servers[0].teams is not known, nor is status, is_config',
    { servers: [{ teams: [], status: null, is_config: false }] },
  ],
  ['servers[0].url must be text or null', { servers: [{ url: 5 }] }],
  ['servers[0].mcp_access_groups must be a list of texts', { servers: [{ mcp_access_groups: null }] }],
  ['servers[0].mcp_info must be an object or null', { servers: [{ mcp_info: 'x' }] }],
  [
    'servers[0].transport must be one of sse, http, stdio Did you mean http?',
    { servers: [{ transport: 'htpp' }] },
  ],
  ['configServers[0].server_name is missing', { configServers: [{ url: 'http://x' }] }],
  [
    'configServers[0].server_id is the id of a server before it, too',
    { servers: [{ server_id: 'a' }], configServers: [{ server_name: 'x', server_id: 'a' }] },
  ],
  [
    'configServers[1].server_name is the name of a server before it, too',
    { configServers: [{ server_name: 'a' }, { server_name: 'a' }] },
  ],
  [
    'servers[1] has the name or alias of a server before it, which LiteLLM refuses from 1.105.7 on',
    { servers: [{ server_name: 'a' }, { alias: 'A' }] },
  ],
  [
    'servers stands beside database: false, and a LiteLLM without a database has none',
    { database: false, servers: [{}] },
  ],
  [
    'masterKey must be text that a header can carry: letters, digits and signs of ASCII',
    { masterKey: 'sk-\n' },
  ],
  ['keys[0].key is a key before it, too', { masterKey: 'sk-a', keys: [{ key: 'sk-a' }] }],
  [
    'keys[0].role must be one of proxy_admin, proxy_admin_viewer, internal_user, internal_user_viewer Did you mean proxy_admin?',
    { keys: [{ key: 'sk-b', role: 'proxyadmin' }] },
  ],
  [
    'keys[0].objectPermission.mcp_server is not known Did you mean mcp_servers?',
    { keys: [{ key: 'sk-b', objectPermission: { mcp_server: [] } }] },
  ],
  [
    'faults["http://***@x"] must be one of 401, 403, 404, 421, 500, refused, unknown-host, silent, endless, no-tools Did you mean refused?',
    { faults: { 'http://u:p@x': 'refuse' } },
  ],
  [
    'quirks[0].do must be an object, or one of hang, silence, reset-before, reset-after Did you mean hang?',
    quirk('hangs'),
  ],
  ['quirks[0].do.stauts is not known Did you mean status?', quirk({ stauts: 400 })],
  ['quirks[0].do must have one of status, delayMs and rowEdit', quirk({ status: 400, delayMs: 3 })],
  ['quirks[0].do.status must be a whole number from 200 to 599', quirk({ status: 99 })],
  [
    'quirks[0].do.headers["a b"] must be the name of a header',
    quirk({ status: 400, headers: { 'a b': 'x' } }),
  ],
  ['quirks[0].do.rowEdit.ulr is not known Did you mean url?', quirk({ rowEdit: { ulr: 'x' } })],
  [
    'quirks[0].on.method must be one of GET, POST, PUT, PATCH, DELETE Did you mean PUT?',
    quirk('hang', { method: 'put' }),
  ],
]

describe('a world that cannot be is told with the place of the fault:', () => {
  test('line and column', async () => {
    for (const [said, text] of PLACES) expect(await refusal(text)).toBe(said)
  })

  for (const [said, world] of FAULTS)
    test(said, async () => {
      expect((await refusal(world)).replace(/^, line 1, column \d+: /, '')).toBe(said)
    })

  test('a file that is not UTF-8', async () => {
    expect(await refusal(Buffer.from('{"username":"\xff"}', 'latin1'))).toBe(': it is not UTF-8')
  })

  test('by the program with exit code 64, as a file that cannot be read is, and before any gateway is there', async () => {
    const given = await worldIn({ server: [] })
    const wrong = await runCli(['sandbox', '--world', given])
    expect([wrong.code, wrong.stdout, sentence(wrong.stderr)]).toEqual([
      64,
      '',
      `World file ${given}, line 1, column 2: server is not known Did you mean servers? docs/sandbox.md, in the package too, has all members and what they may hold.`,
    ])
    await mkdir(join(folder, 'a-folder'))
    makePipe(join(folder, 'pipe'))
    for (const [name, why] of [
      ['gone', 'there is no such file'],
      ['a-folder', 'it is a folder'],
      ['pipe', 'it is not a regular file'],
      ['/dev/zero', 'it is not a regular file'],
    ] as const) {
      const path = resolve(folder, name)
      const { code, output } = await invoke({ env: {} }, ['sandbox', '--world', path])
      expect([code, sentence(output)]).toEqual([64, `World file ${path}: ${why}`])
    }
    for (const args of [
      ['--world', ''],
      ['--release', ' 1.81.14'],
    ]) {
      const { code, output } = await invoke({ env: {} }, ['sandbox', ...args])
      expect([code, sentence(output)]).toEqual([
        64,
        expect.stringMatching(/^--(world: takes a file|release: must be)/),
      ])
    }
  })
})

test('the lines that a sandbox prints are ready for a shell, and it says what else is needed; its journal goes with it', async () => {
  const TMPDIR = join(folder, `it's temporary`)
  await mkdir(TMPDIR)
  const masterKey = `sk-it's "quoted" $HOME`
  const world = {
    masterKey,
    keyHeader: 'X-Key',
    rootPath: '/a',
    username: 'an admin',
    password: 'a b',
    openToAll: true,
  }
  const child = spawn(process.execPath, [BIN, 'sandbox', '--world', await worldIn(world)], {
    env: bareEnvironment({ TMPDIR }),
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  while (!said.stderr.includes('UI_PASSWORD')) await once(child.stderr, 'data')
  const [own = ''] = await readdir(TMPDIR)
  expect((await stat(join(TMPDIR, own))).mode & 0o777).toBe(0o700)
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
  expect(await readdir(TMPDIR)).toEqual([])
  expect(said.stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^export LITELLM_PROXY_URL=http:\/\/127\.0\.0\.1:\d+\/a$/),
    expect.stringMatching(/^export LITELLM_PROXY_API_KEY=/),
    expect.stringMatching(/^export MCP_URL_MIGRATE_JOURNAL=/),
  ])
  const last = said.stderr.split('\n').find((line) => line.includes('UI_PASSWORD')) ?? ''
  const script = `${said.stdout}${last.replace(/unset \w+; /, '')}\nprintf '%s|%s|%s|%s' "$LITELLM_PROXY_API_KEY" "$UI_USERNAME" "$UI_PASSWORD" "$MCP_URL_MIGRATE_JOURNAL"`
  const journal = join(TMPDIR, own, 'journal')
  expect((await execute('sh', ['-c', script])).stdout).toBe(`${masterKey}|an admin|a b|${journal}`)
  expect(sentence(said.stderr)).toContain('Paste the export lines into another terminal, then type:')
  expect(sentence(said.stderr)).toContain(
    'The key goes into a header of its own: add --key-header X-Key. No master key is configured there: it takes any key. To sign in by password, as a key beats a user name: unset LITELLM_PROXY_API_KEY; export',
  )
  // It has no scenario: what is in it nobody knows better than its file.
  expect(said.stderr).not.toContain('Scenario')
})
