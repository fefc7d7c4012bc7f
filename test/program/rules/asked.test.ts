import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { KEY } from '../../support/pty.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { test } from '../../support/sitting.ts'
import { guideServer, sentence, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 90_000 })

const OWN = `schema: mcp-url-migrate/migration/2
id: own
title: One rule
rules:
  - { from: 'http://old:1', to: 'http://new:2' }
examples:
  - { before: 'http://old:1', after: 'http://new:2' }
  - { before: 'http://other:1', unchanged: true }
`

const TWELVE = Array.from({ length: 12 }, (_, i) =>
  guideServer(`s${i}`, { url: `http://${i < 5 ? 'old' : 'other'}:1/s${i}` }),
)

describe.concurrent('a rule that reaches far for the first time asks for the number of servers', () => {
  test.for([
    ['5\r', 0, 5],
    ['y\r', 130, 0],
    ['\r', 130, 0],
    [KEY.ctrlC, 130, 0],
  ] as const)('%j', async ([typed, code, n], { sit }) => {
    const trial = await sit({ servers: TWELVE })
    const path = join(trial.folder, 'own.yaml')
    await writeFile(path, OWN)
    const session = trial.start({ args: ['--no-wait', '--migration', path], columns: 80, rows: 24 })
    await session.waitFor('Change 5 servers')
    session.answer('y')
    await session.waitFor('type that number')
    expect(sentence(session.text)).toContain(
      'Migration own is used on this gateway for the first time, and would change 5 of 12 servers.',
    )
    session.press(typed)
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([code, n])
  })
})

describe.concurrent('and another number', () => {
  test('is told to be another one, and asked for again', async ({ sit }) => {
    const trial = await sit({ servers: TWELVE })
    const path = join(trial.folder, 'own.yaml')
    await writeFile(path, OWN)
    const dry = await trial.call(['--dry-run', '--migration', path])
    expect(sentence(dry.stdout)).toContain('would change 5 of 12 servers. Nothing was written')
    expect(dry.stdout).toContain(' --allow 5')
    const few = await trial.call(['--yes', '--no-wait', '--migration', path, '--allow', '4'])
    expect([few.code, sentence(few.stderr)]).toEqual([64, expect.stringContaining('and --allow allows 4')])
    const session = trial.start({ args: ['--no-wait', '--migration', path], columns: 80, rows: 24 })
    await session.waitFor('Change 5 servers')
    session.answer('y')
    await session.waitFor('type that number')
    session.answer('4')
    await session.waitFor('It would change 5, not 4.')
    await session.waitFor('type that number')
    session.answer('5')
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([0, 5])
  })
})

describe.concurrent('init migration', () => {
  const token = secret('geheim-init-1')
  const inPath = secret('9f8e7d6c5b4a39281706f5e4d3c2b1a0')
  const SERVERS = [
    guideServer('fetch'),
    guideServer('n8n', { url: 'http://127.0.0.1:8585/servers/n8n/sse' }),
    guideServer('time', { url: `http://time:9000/mcp?api_key=${token}` }),
    guideServer('odd', { url: 'http://odd:1/mcp' }),
    guideServer('bridge', { url: null, transport: 'stdio', command: 'x' }),
  ]

  test('asks where each address goes, and writes a file that does it', async ({ sit }) => {
    const trial = await sit({ servers: SERVERS })
    const path = join(trial.folder, 'mine.yaml')
    const session = trial.start({ args: ['init', 'migration', '--out', path], columns: 80, rows: 24 })
    await session.waitFor('http://localhost:8585 (2 servers) goes to')
    session.answer('http://localhost:8585')
    await session.waitFor('is where they are now')
    await session.waitFor('goes to')
    session.answer('http://mcp-proxy-sse:8080/x')
    await session.waitFor('has a path')
    await session.waitFor('goes to')
    session.answer('http://mcp-proxy-sse:8080')
    await session.waitFor('http://odd:1 (1 server) goes to')
    session.answer('')
    await session.waitFor('http://time:9000 (1 server) goes to')
    session.answer('http://time.internal:80/')
    expect(await session.exit()).toBe(0)
    expect(sentence(session.text)).toContain(`Written: ${path}, 2 rules.`)
    const text = await readFile(path, 'utf8')
    expect(text).toContain('http://localhost:8585/servers/fetch/sse')
    expect(text).not.toContain(token)
    expect((await trial.call(['lint', path])).code).toBe(0)
    await trial.setUp(['--yes', '--no-wait', '--migration', path])
    const urls = Object.fromEntries(trial.sandbox.rows().map((row) => [row['server_name'], row['url']]))
    expect(urls).toEqual({
      fetch: 'http://mcp-proxy-sse:8080/servers/fetch/sse',
      n8n: 'http://mcp-proxy-sse:8080/servers/n8n/sse',
      time: `http://time.internal/mcp?api_key=${token}`,
      odd: 'http://odd:1/mcp',
      bridge: null,
    })
  })

  test('writes nothing where all stay, where it is cut short, and over no file', async ({ sit }) => {
    const trial = await sit({ servers: SERVERS.slice(0, 1) })
    const path = join(trial.folder, 'mine.yaml')
    const args = ['init', 'migration', '--out', path]
    for (const [typed, said] of [
      ['\r', 'All stay where they are: there is nothing to write.'],
      [KEY.ctrlC, ''],
      [KEY.ctrlD, ''],
    ] as const) {
      const session = trial.start({ args })
      await session.waitFor('goes to')
      session.press(typed)
      expect(await session.exit()).toBe(130)
      expect(sentence(session.text)).toContain(said)
    }
    expect(await readdir(trial.folder)).not.toContain('mine.yaml')
    await writeFile(path, 'mine\n')
    const move = ['--move', 'http://localhost:8585=http://new:1']
    const { code, stderr } = await trial.call([...args, ...move])
    expect([code, sentence(stderr)]).toEqual([
      64,
      expect.stringContaining(`${path}: such a file exists already`),
    ])
    const unasked = trial.start({ args })
    expect(await unasked.exit()).toBe(64)
    expect(unasked.text).not.toContain('goes to')
    expect([await readFile(path, 'utf8'), writes(trial.sandbox)]).toEqual(['mine\n', 0])
  })

  test('names the file after what it does, and with a number where that name is taken', async ({ sit }) => {
    const trial = await sit({ servers: SERVERS.slice(0, 1) })
    const args = ['init', 'migration', '--move', 'http://localhost:8585=http://new:1']
    for (const name of ['localhost-8585-to-new-1.yaml', 'localhost-8585-to-new-1-2.yaml']) {
      const { code, stdout } = await trial.run(args, { cwd: trial.folder })
      expect([code, stdout]).toEqual([0, expect.stringContaining(`Written: ${name}, 1 rule.`)])
    }
  })

  test.for([
    [['--move', 'nonsense'], '--move takes an origin and where its servers go'],
    [['--move', 'http://a:1='], '--move http://a:1: the new address'],
    [['--move', 'http://a:1=http://new/x'], 'no server is there whose path that would replace'],
    [['--move', 'http://localhost:8585=http://new/x'], 'the servers there have several (/servers/'],
    [['--move', 'http://odd:1=http://new/{x}'], 'the new address holds a variable'],
    [['--move', 'http://localhost:8585=http://localhost:8585'], 'the new address is where they are now'],
    [
      ['--move', 'http://localhost:8585=http://me:geheim-pw@new'],
      'the new address holds a user name or password',
    ],
    [
      ['--move', 'http://localhost:8585=http://odd:1', '--move', 'http://odd:1=http://localhost:8585'],
      'These moves make no migration',
    ],
    [[], 'There is no terminal to ask in'],
    [['nothing'], 'init takes migration Try init --help.'],
  ] as const)('says what is wrong with %j, and writes nothing', async ([words, said], { sit }) => {
    const trial = await sit({ servers: SERVERS })
    const path = join(trial.folder, 'mine.yaml')
    const { code, stderr } = await trial.call([
      'init',
      ...(words[0] === 'nothing' ? words : ['migration', ...words]),
      '--out',
      path,
    ])
    expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(said)])
    expect(stderr).not.toContain('geheim-pw')
    expect(await readdir(trial.folder)).not.toContain('mine.yaml')
  })

  test('gives the servers of an address another path, where all of them have the same', async ({ sit }) => {
    const trial = await sit({
      servers: [
        guideServer('fetch', { url: 'http://fetch:8000/sse' }),
        guideServer('git', { url: `http://git:8000/sse?key=${token}` }),
        guideServer('time', { url: `http://time:8000/${inPath}` }),
      ],
    })
    const path = join(trial.folder, 'mine.yaml')
    const session = trial.start({ args: ['init', 'migration', '--out', path], columns: 80, rows: 24 })
    for (const [name, to] of [
      ['fetch', 'http://proxy/servers/fetch/sse'],
      ['git', 'http://proxy:80/servers/git/sse'],
      ['time', 'http://proxy/servers/time/sse'],
    ] as const) {
      await session.waitFor(`http://${name}:8000 (1 server) goes to`)
      session.answer(to)
    }
    await session.waitFor('the one that it would replace may hold a secret')
    await session.waitFor('goes to')
    session.answer('')
    expect(await session.exit()).toBe(0)
    const seen = [await readFile(path, 'utf8'), session.text].join()
    for (const hidden of [token, inPath]) expect(seen).not.toContain(hidden)
    await trial.setUp(['--yes', '--no-wait', '--migration', path])
    const urls = Object.fromEntries(trial.sandbox.rows().map((row) => [row['server_name'], row['url']]))
    expect(urls).toEqual({
      fetch: 'http://proxy/servers/fetch/sse',
      git: `http://proxy/servers/git/sse?key=${token}`,
      time: `http://time:8000/${inPath}`,
    })
  })

  test('puts nothing into the file that is secret in a server, or in this invocation', async ({ sit }) => {
    const [inHeader, inHost] = ['topsecretvalue', secret('sk-0123456789abcdef0123456789abcdef')]
    const trial = await sit({
      servers: [
        guideServer('a', {
          url: 'http://h2:9000/staticsecret/sse',
          static_headers: { 'x-key': 'staticsecret' },
        }),
        guideServer('b', { url: `http://h2:9000/${inHeader}/sse` }),
        guideServer('c', { url: 'http://h2:9000/c/sse?x=1' }),
        guideServer('d', { url: `https://${inHost}.example.com/sse` }),
      ],
    })
    const args = ['init', 'migration', '--move', 'http://h2:9000=http://new:1', '--header', 'X-Foo=FOO']
    const { code, stdout, stderr } = await trial.call([...args, '--out', '-'], { env: { FOO: inHeader } })
    expect(code).toBe(0)
    expect(stdout).toContain('  - before: http://h2:9000/c/sse\n    after: http://new:1/c/sse\n')
    expect(stdout).not.toMatch(/staticsecret|topsecretvalue|sk-/)
    expect(sentence(stderr)).toContain('An address whose host may be a secret is left out')
  })

  test('prints the file where that is asked for, without anybody to ask', async ({ sit }) => {
    const trial = await sit({ servers: SERVERS })
    const words = [
      '--move',
      'http://localhost:8585=http://new:1',
      '--move',
      'http://nowhere.example:99=http://new:2',
    ]
    const { code, stdout, stderr } = await trial.call(['init', 'migration', ...words, '--out', '-'])
    expect([code, sentence(stderr)]).toEqual([
      0,
      expect.stringContaining('No server of this gateway is at http://nowhere.example:99.'),
    ])
    expect(stdout).toMatch(/^schema: mcp-url-migrate\/migration\/2\n/)
    const path = join(trial.folder, 'printed.yaml')
    await writeFile(path, stdout)
    expect((await trial.call(['lint', path])).code).toBe(0)
  })
})
