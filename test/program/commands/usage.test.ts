import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, vi } from 'vitest'
import { SCRIPT } from '../../support/cli.ts'
import { guideServer, sentence, test, TWO, writes } from '../../support/trial.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

describe.concurrent('wrong usage is 64, told in a sentence, before the gateway is asked anything:', () => {
  const cases: [args: string[], message: string][] = [
    [['--key-file', 'a', '--username', 'b'], '--key-file and --username exclude each other'],
    [['--key-file', 'a', '--password-file', 'b'], '--key-file and --password-file exclude each other'],
    [['--quiet', '--verbose'], '--quiet and --verbose exclude each other'],
    [['--sandbox', '--url', 'http://127.0.0.1:1'], '--sandbox and --url exclude each other'],
    [['--revert', '--from', 'http://a', '--to', 'http://b'], '--revert and --from exclude each other'],
    [['--from', 'http://a'], '--from and --to go together'],
    [['--to', 'http://a'], '--from and --to go together'],
    [['--exit-code'], '--exit-code goes with --dry-run'],
    [['--timeout', 'soon'], '--timeout'],
    [['--timeout', '0'], '--timeout'],
    [['--key-header', 'a b'], '--key-header: is not the name of a header'],
    [['--from', 'http://a/path', '--to', 'http://b'], '--from is not an origin'],
    [['--from', 'http://a?x=1', '--to', 'http://b'], '--from is not an origin'],
    [['--from', 'http://user:pass@a', '--to', 'http://b'], '--from is not an origin'],
    [['--from', 'http://a', '--to', 'http://b/#x'], '--to is not an origin'],
    [['--from', 'http://a:80', '--to', 'http://A'], '--from and --to are the same origin'],
    [['--no-such-option'], 'Unknown option --no-such-option'],
    [['--api-key', 'x'], 'Unknown option --api-key'],
    [['--dry-rnu'], 'Unknown option --dry-rnu. Did you mean --dry-run?'],
    [['surplus'], 'Unknown command surplus'],
    [['rollback'], 'Unknown command rollback. Did you mean mcp-url-migrate --revert?'],
    [['migrate'], 'Unknown command migrate. Did you mean mcp-url-migrate?'],
    [['--only'], '--only takes a value'],
    [['--only', ''], '--only: takes patterns, with a comma between two'],
    [['--except', 'a,,b'], '--except: takes patterns, with a comma between two'],
  ]
  for (const [args, message] of cases) {
    test(args.join(' '), async ({ open }) => {
      const trial = await open()
      // What commander refuses is told before there is anything to call.
      const start = /^Unknown|takes a value/.test(message) ? trial.run : trial.call
      const { code, stdout, stderr } = await start(['--yes', ...args])
      expect(sentence(stderr)).toContain(message)
      expect({ code, stdout, requests: trial.sandbox.requests }).toEqual({
        code: 64,
        stdout: '',
        requests: [],
      })
      expect(await trial.journalFiles()).toEqual([])
    })
  }

  test('--json without --yes or --dry-run: the sentence on standard error, the document on standard output', async ({
    open,
  }) => {
    const trial = await open()
    const { code, stdout, stderr } = await trial.run(['--json'])
    expect({ code, stderr, requests: trial.sandbox.requests }).toEqual({
      code: 64,
      stderr: '--json never asks, so it needs --yes or --dry-run\n',
      requests: [],
    })
    expect(JSON.parse(stdout)).toEqual({
      schema: 'mcp-url-migrate/error/1',
      code: 'consent-missing',
      message: '--json never asks, so it needs --yes or --dry-run',
      hint: null,
    })
  })

  for (const args of [
    ['--journal', 'elsewhere', 'history'],
    ['--json', 'history'],
    ['--no-color', 'history'],
    ['--yes', 'sandbox'],
  ]) {
    test(`${args.join(' ')}: an option before a command is not ignored`, async ({ open }) => {
      const trial = await open()
      const { code, stdout, stderr } = await trial.run(args)
      expect(code).toBe(64)
      expect(sentence(stderr)).toContain(`${args[0]} comes before the command: put it after ${args.at(-1)}`)
      if (args[0] === '--json') expect(JSON.parse(stdout)).toMatchObject({ code: 'usage' })
      else expect(stdout).toBe('')
    })
  }

  test('--json with an unknown option says so in a document, too', async ({ open }) => {
    const trial = await open()
    const { code, stdout } = await trial.run(['--json', '--yes', '--no-such-option'])
    expect(code).toBe(64)
    expect(JSON.parse(stdout)).toEqual({
      schema: 'mcp-url-migrate/error/1',
      code: 'usage',
      message: 'Unknown option --no-such-option',
      hint: 'Try --help.',
    })
  })

  test('--sandbox where TMPDIR names no folder', async ({ open }) => {
    const trial = await open()
    const { code, stderr } = await trial.run(['--sandbox', '--yes'], { env: { TMPDIR: '/dev/null' } })
    expect([code, sentence(stderr)]).toEqual([
      64,
      'The sandbox cannot keep its journal in /dev/null: part of its path is not a folder Set TMPDIR to a folder in which you may write.',
    ])
  })

  for (const args of [[], ['--revert'], ['--sandbox']]) {
    test(`no terminal and no --yes: ${args.join(' ') || 'the main job'} is refused, and --yes is named`, async ({
      open,
    }) => {
      const trial = await open()
      // A "y" on standard input is no consent.
      const { code, stdout, stderr } = await trial.run(args, { stdin: 'y\n' })
      expect({ code, stdout, requests: trial.sandbox.requests }).toEqual({
        code: 64,
        stdout: '',
        requests: [],
      })
      expect(sentence(stderr)).toBe(
        'There is no terminal to ask in, so nothing is changed Add --yes to write without a question, or --dry-run to look first.',
      )
      expect(await trial.journalFiles()).toEqual([])
    })
  }
})

test('a program with nothing left to wait for before its end does not end with 0', async () => {
  // The sandbox is up until a signal ends it: what kept it up is let go instead.
  const script = `
    import { main } from ${JSON.stringify(pathToFileURL(join(SCRIPT, '../../dist/main.js')).href)}
    process.stdout.write = () => { for (const each of process._getActiveHandles()) each.unref?.() }
    void main(['sandbox'])`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
  expect(await once(child, 'exit')).toEqual([1, null])
})

describe.concurrent('what is named and is not there:', () => {
  test('a journal that was named, for history: exit 1, and no word of its being intact', async ({ open }) => {
    const trial = await open({ servers: [] })
    const args = ['history', '--check', '--journal', `${trial.folder}/typo`]
    const { code, stdout, stderr } = await trial.call(args)
    expect([code, stdout, sentence(stderr)]).toEqual([
      1,
      '',
      expect.stringContaining('There is no journal in'),
    ])
  })

  test('a release that is none, for the sandbox: 64', async ({ open }) => {
    const trial = await open({ servers: [] })
    const { code, stderr } = await trial.call(['sandbox', '--release', '9.9'])
    expect([code, sentence(stderr)]).toEqual([64, '--release: must be a release of LiteLLM such as 1.81.14'])
  })

  test('a number of seconds: 64, in a sentence', async ({ open }) => {
    const trial = await open({ servers: [] })
    for (const option of ['--patience', '--timeout']) {
      const { code, stderr } = await trial.call(['--dry-run', option, 'x'])
      expect([code, sentence(stderr)]).toEqual([64, `${option}: takes a number of seconds, up to 3600`])
    }
  })
})

describe.concurrent('help and version:', () => {
  test('help --all names every option, every exit code, and ends with 0', async ({ open }) => {
    const trial = await open()
    const { code, stdout, stderr } = await trial.run(['help', '--all'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const options = [
      'url',
      'key-file',
      'username',
      'password-file',
      'key-header',
      'timeout',
      'from',
      'to',
      'only',
      'except',
      'thorough',
      'dry-run',
      'exit-code',
      'revert',
      'yes',
      'json',
      'journal',
      'sandbox',
      'quiet',
      'verbose',
      'no-color',
    ]
    for (const option of options) expect(stdout).toMatch(new RegExp(`^ +(-[nyqv], )?--${option}\\b`, 'm'))
    for (const exit of [0, 1, 2, 3, 4, 5, 64, 129, 130, 143])
      expect(stdout).toMatch(new RegExp(`^ +${exit}  \\S`, 'm'))
    for (const command of ['history', 'verify', 'status', 'sandbox'])
      expect(stdout).toContain(`  ${command} `)
  })

  test('--version is that of the package', async ({ open }) => {
    const trial = await open()
    const { code, stdout } = await trial.run(['--version'])
    const { default: about } = (await import('../../../package.json', { with: { type: 'json' } })) as {
      default: { version: string }
    }
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${about.version}\n` })
  })
})

describe.concurrent('where the key comes from:', () => {
  test('--key-file beats the environment, LITELLM_PROXY_API_KEY beats LITELLM_MASTER_KEY, a key beats a user name', async ({
    open,
  }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    const wrong = secret('sk-not-the-one-of-this-gateway')
    const key = trial.sandbox.masterKey
    const file = join(trial.folder, 'key')
    await writeFile(file, `\uFEFF${key}\r\n`)
    const ways: [env: Record<string, string>, args: string[], stdin: string, source: string][] = [
      [{ LITELLM_PROXY_API_KEY: wrong }, ['--key-file', file], '', 'FOLDER/key'],
      [{ LITELLM_PROXY_API_KEY: wrong }, ['--key-file', '-'], `${key}\n`, 'standard input'],
      [{ LITELLM_MASTER_KEY: wrong, UI_USERNAME: 'x', UI_PASSWORD: 'y' }, [], '', 'LITELLM_PROXY_API_KEY'],
      [{ LITELLM_PROXY_API_KEY: '', LITELLM_MASTER_KEY: key }, [], '', 'LITELLM_MASTER_KEY'],
    ]
    for (const [env, args, stdin, source] of ways) {
      const finished = stdin
        ? await trial.run(['--dry-run', ...args], { env, stdin })
        : await trial.call(['--dry-run', ...args], { env })
      expect([source, finished.code]).toEqual([source, 0])
      expect(trial.plain(finished)).toContain(`Signing in to GATEWAY with key from ${source}\n`)
    }
  })

  test('--username with --password-file beats a key in the environment', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    const file = join(trial.folder, 'password')
    await writeFile(file, `${trial.sandbox.password}\n`)
    const finished = await trial.run(['--dry-run', '--username', 'admin', '--password-file', file], {
      env: { LITELLM_PROXY_API_KEY: 'sk-not-the-one', UI_USERNAME: 'somebody' },
    })
    expect(finished.code).toBe(0)
    expect(trial.plain(finished)).toContain('Signing in to GATEWAY with user name from --username\n')
  })

  const useless: [what: string, content: string | null, message: string][] = [
    ['that is not there', null, 'The key could not be read from FOLDER/key: there is no such file'],
    ['that is empty', '', 'The key from FOLDER/key is empty'],
    ['that holds a line break only', '\n', 'The key from FOLDER/key is empty'],
    [
      'with a line break inside the key',
      'sk-geheim-1\nsk-geheim-2\n',
      'The key from FOLDER/key holds characters that no key has',
    ],
    [
      'with a control character in the key',
      'sk-geheim-1\u0007',
      'The key from FOLDER/key holds characters that no key has',
    ],
    ['that is far too long', 'sk-geheim-1'.repeat(10_000), 'What FOLDER/key holds is not a key'],
  ]
  for (const [what, content, message] of useless) {
    test(`a key file ${what}: 64, and nothing of it is shown`, async ({ open }) => {
      secret('sk-geheim-1')
      const trial = await open()
      const file = join(trial.folder, 'key')
      if (content !== null) await writeFile(file, content)
      const finished = await trial.call(['--yes', '--key-file', file])
      expect(finished.code).toBe(64)
      expect(sentence(trial.plain(finished))).toContain(message)
      expect(writes(trial.sandbox)).toBe(0)
    })
  }

  test('no key anywhere, and nobody to ask: 64, with all the ways there are', async ({ open }) => {
    const trial = await open()
    const { code, stderr } = await trial.call(['--yes'], { env: { LITELLM_PROXY_API_KEY: '' } })
    expect(code).toBe(64)
    expect(sentence(stderr)).toContain(
      'There is no admin key to sign in with Set LITELLM_PROXY_API_KEY, or name a file with --key-file; or sign in with --username and --password-file.',
    )
  })

  for (const from of ['-', 'a file'] as const) {
    test(`a password from ${from === '-' ? 'standard input' : from} without a user name: 64, and it is not taken for one`, async ({
      open,
    }) => {
      const trial = await open()
      const file = join(trial.folder, 'password')
      await writeFile(file, trial.sandbox.password)
      const { code, stderr } = await trial.run(['--yes', '--password-file', from === '-' ? from : file], {
        env: { LITELLM_PROXY_API_KEY: '' },
        stdin: from === '-' ? `${trial.sandbox.password}\n` : '',
      })
      expect(code).toBe(64)
      expect(sentence(stderr)).toContain(
        'There is no user name for --password-file Name it with --username or UI_USERNAME.',
      )
      expect(trial.sandbox.requests.filter(({ method }) => method === 'POST')).toEqual([])
    })
  }

  test('a user name without a password: 64', async ({ open }) => {
    const trial = await open()
    const { code, stderr } = await trial.call(['--yes', '--username', 'admin'])
    expect(code).toBe(64)
    expect(sentence(stderr)).toContain('There is no password for --username')
  })
})

describe.concurrent('--only and --except select by name, alias, id or access group:', () => {
  const servers = [
    guideServer('fetch', { mcp_access_groups: ['dev', 'ops'] }),
    guideServer('filesystem', { alias: 'files' }),
    guideServer('n8n', { mcp_access_groups: ['ops'] }),
    guideServer('postgres'),
  ]
  const cases: [args: string[], names: string[]][] = [
    [
      ['--only', 'f*'],
      ['fetch', 'filesystem'],
    ],
    [
      ['--only', 'FETCH', '--only', 'id-n8n'],
      ['fetch', 'n8n'],
    ],
    [['--only', 'files'], ['filesystem']],
    [['--only', 'ops', '--except', 'dev'], ['n8n']],
    [
      ['--only', 'files,n8n', '--only', ' postgres'],
      ['filesystem', 'n8n', 'postgres'],
    ],
    [['--except', 'f*, n8n'], ['postgres']],
  ]
  test('wildcards, letter case, groups; --except wins', async ({ open }) => {
    const trial = await open({ servers })
    for (const [args, names] of cases) {
      const { code, stdout } = await trial.call(['--dry-run', '--json', ...args])
      const plan = JSON.parse(stdout) as {
        changes: { server: { name: string } }[]
        summary: Record<string, number>
      }
      expect([args, plan.changes.map(({ server }) => server.name)]).toEqual([args, names])
      expect(plan.summary).toMatchObject({ servers: 4, changes: names.length, excluded: 4 - names.length })
      expect(code).toBe(0)
    }
  })

  test('a pattern that selects nothing is 64, with a did-you-mean', async ({ open }) => {
    const trial = await open({ servers })
    const { code, stdout, stderr } = await trial.call(['--yes', '--json', '--except', 'postgers'])
    expect(code).toBe(64)
    expect(stderr).toContain('--except postgers selects no server of this gateway\nDid you mean postgres?\n')
    expect(JSON.parse(stdout)).toEqual({
      schema: 'mcp-url-migrate/error/1',
      code: 'usage',
      message: '--except postgers selects no server of this gateway',
      hint: 'Did you mean postgres?',
    })
    expect(writes(trial.sandbox)).toBe(0)
  })

  test('together they have to select a server, else it is 64', async ({ open }) => {
    const trial = await open({ servers })
    for (const [args, message] of [
      [['--only', 'fetch', '--except', 'fetch'], '--except leaves none of what --only selects'],
      [['--only', 'f*,n8n', '--except', 'dev', '--except', 'files'], null],
      [['--only', 'f*', '--except', 'dev,files'], '--except leaves none of what --only selects'],
      [['--except', '*'], '--except leaves no server of this gateway'],
      [['--except', 'f*,n8n', '--except', 'postgres'], '--except leaves no server of this gateway'],
    ] as const) {
      const { code, stderr } = await trial.call(['--dry-run', ...args])
      expect([args, code]).toEqual([args, message === null ? 0 : 64])
      if (message !== null) expect(stderr).toContain(`${message}\nWhere both select a server, --except wins.`)
    }
    await trial.setUp(['--yes', '--only', 'fetch,n8n'])
    const back = await trial.call(['--revert', '--yes', '--only', 'n8n', '--except', 'ops'])
    expect([back.code, writes(trial.sandbox)]).toEqual([64, 2])
    const other = await trial.call(['--revert', '--dry-run', '--only', 'postgres'])
    expect(other.stderr).toMatch(/^--only postgres selects no server of run \S+$/m)
  })

  test('short options are those of the same meaning: -n, -y, -q, -v', async ({ open }) => {
    const trial = await open({ servers })
    const looked = await trial.call(['-nq', '--only', 'fetch'])
    expect([looked.code, looked.stderr, writes(trial.sandbox)]).toEqual([0, '', 0])
    const written = await trial.call(['-y', '-v', '--only', 'fetch'])
    expect([written.code, written.stdout]).toEqual([0, expect.stringContaining('✓ fetch: changed')])
    const again = await trial.call(['-yq', '--only', 'fetch'])
    expect(again.stdout).toMatch(/^Nothing was written: there is nothing to change\.$/m)
    expect((await trial.call(['--revert', '-y'])).code).toBe(0)
  })

  test('only the selected ones are read and written; a pattern is no regular expression', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO, guideServer('a.b')], version: '1.87.5' })
    const { code } = await trial.call(['--yes', '--only', 'a.b', '--only', 'fetch'])
    expect(code).toBe(0)
    const read = trial.sandbox.requests.filter(({ path }) => path.startsWith('/v1/mcp/server/'))
    expect(new Set(read.map(({ path }) => path))).toEqual(
      new Set(['/v1/mcp/server/id-fetch', '/v1/mcp/server/id-a.b']),
    )
  })
})
