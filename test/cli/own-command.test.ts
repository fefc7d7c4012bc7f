import { expect, test } from 'vitest'
import { type Given, ownCommands } from '../../src/cli/own-command.ts'
import { readCommandLine } from '../../src/cli/program.ts'
import { ruleOptions } from '../../src/core/show/own-command.ts'

const URL = 'https://gateway.example.com/lite'

/** The commands of an invocation that was given this, without the program's own name and the gateway. */
const made = (given: Given, invoked: 'migrate' | 'verify' = 'migrate', env: Record<string, string> = {}) => {
  const own = ownCommands(given, { context: { startedAs: 'tool', env }, invoked, url: URL })
  return (...words: Parameters<typeof own>): string =>
    own(...words)
      .replace(/^tool /, '')
      .replace(` --url ${URL}`, '')
}

test('a command keeps of the options that were given those that it takes', () => {
  const own = made({
    keyHeader: 'x-key',
    keyFile: '/keys/admin',
    header: ['CF-Access-Client-Id=CF_ID', 'CF-Access-Client-Secret=CF_SECRET'],
    from: 'http://a:1',
    to: 'http://b:2',
    litellmConfig: ['/etc/config.yaml', '/etc/more.yaml'],
    litellmEnv: ['/etc/litellm.env'],
    only: ['f*'],
    journal: '/a journal',
    timeout: 35,
  })
  const signIn =
    "--journal '/a journal' --key-header x-key --key-file /keys/admin --header CF-Access-Client-Id=CF_ID --header CF-Access-Client-Secret=CF_SECRET"
  const rule = '--from http://a:1 --to http://b:2'
  const files =
    '--litellm-config /etc/config.yaml --litellm-config /etc/more.yaml --litellm-env /etc/litellm.env'
  expect(own('revert', 'RUN', '--accept', 'grants')).toBe(`--revert RUN --accept grants ${signIn}`)
  expect(own('verify')).toBe(`verify ${signIn} ${rule}`)
  expect(own('status')).toBe(`status ${signIn} ${rule}`)
  expect(own('unfinished', 'finish')).toBe(`--unfinished finish ${signIn} ${rule} ${files} --only 'f*'`)
  expect(own('history', '--check')).toBe("history --check --journal '/a journal'")
})

test('a command keeps what a check was given, and an option of its own stands in place of that', () => {
  const own = made(
    {
      username: 'admin',
      passwordFile: '/keys/password',
      migration: ['everywhere'],
      keys: '/keys/keys.yaml',
      key: ['dev=DEV_KEY'],
      chat: 'small',
      allowPublished: [4000],
      check: ['published'],
      litellmContainer: 'gateway',
      network: 'tools',
      timeout: 20,
    },
    'verify',
  )
  const signIn = '--username admin --password-file /keys/password'
  const all = `${signIn} --migration everywhere --litellm-container gateway --network tools --keys /keys/keys.yaml --key dev=DEV_KEY --chat small --allow-published 4000`
  expect(own('verify', '--allow-published', '80')).toBe(
    `verify --allow-published 80 ${all} --check published --timeout 20`,
  )
  expect(own('verify', '--check', 'keys', '--timeout', '40')).toBe(`verify --check keys --timeout 40 ${all}`)
  expect(own('migrate', '--from', 'http://a', '--to', 'http://b')).toBe(
    `--from http://a --to http://b ${signIn}`,
  )
})

test('the time for a request is kept by commands whose default is the same', () => {
  const own = made({ timeout: 120 })
  expect(own('revert')).toBe('--revert --timeout 120')
  expect(own('verify')).toBe('verify')
})

test('a file is named in full, and a journal of the environment as if it had been given', () => {
  const own = made({ keyFile: 'key' }, 'migrate', { MCP_URL_MIGRATE_JOURNAL: 'mine' })
  expect(own('revert')).toBe(`--revert --journal ${process.cwd()}/mine --key-file ${process.cwd()}/key`)
})

test('standard input is used up, and a secret in the place of its file is not repeated', () => {
  for (const keyFile of ['-', '/dev/stdin', '/dev/fd/63', '/proc/self/fd/11', 'sk-somebodys-key'])
    expect(made({ keyFile })('revert', 'RUN')).toBe('--revert RUN')
  expect(made({ username: 'admin', passwordFile: '-' })('revert')).toBe('--revert --username admin')
})

test('a sandbox is started anew', () => {
  expect(made({ sandbox: true })('migrate', '--from', 'http://a', '--to', 'http://b')).toBe(
    '--from http://a --to http://b --sandbox',
  )
  expect(made({ sandbox: true, release: '1.81.14', scenario: 'crash' })('unfinished', 'finish')).toBe(
    '--unfinished finish --sandbox --release 1.81.14 --scenario crash',
  )
})

test('the rule of changes is that of --from and --to, or the id of their migration', () => {
  const edits = [{ field: 'url', before: 'http://a:1/x', after: 'https://b/x' }]
  for (const change of [
    { migration: 'from-to', edits, landed: [] },
    { migration: 'from-to', edits: [], landed: edits },
  ])
    expect(ruleOptions([change])).toEqual(['--from', 'http://a:1', '--to', 'https://b'])
  expect(ruleOptions([{ migration: 'guide', edits, landed: [] }])).toEqual(['--migration', 'guide'])
  expect(ruleOptions([])).toEqual([])
})

test('a migration is named by its id where it ships, else by the file that was given, or not at all', () => {
  const [shipped, own] = ['sse-to-streamable-http', '/rules/own.yaml']
  const words = ['--migration', 'six-hosts', '--migration', shipped]
  expect(made({ migration: [own] })('verify', '--migration', shipped)).toBe(`verify --migration ${shipped}`)
  expect(made({ migration: [own, shipped] })('verify', ...words)).toBe(
    `verify --migration ${own} --migration ${shipped}`,
  )
  expect(made({})('verify', ...words)).toBe(`verify --migration ${shipped}`)
  expect(made({ migration: [own, shipped] })('revert', 'RUN')).toBe(`--revert RUN --migration ${own}`)
})

test('every command is read by the program as it was meant', async () => {
  const given: Given = {
    keyHeader: 'x-key',
    username: 'admin',
    passwordFile: '/keys/password',
    from: 'http://a:1',
    to: 'http://b:2',
    litellmConfig: ['/etc/config.yaml'],
    litellmEnv: ['/etc/litellm.env'],
    only: ['fetch'],
    except: ['n8n'],
    keys: '/keys/keys.yaml',
    key: ['dev=DEV_KEY'],
    chat: 'small',
    allowPublished: [4000],
    check: ['keys'],
    litellmContainer: 'gateway',
    proxyContainer: 'tools',
    network: 'net',
    journal: '/journal',
  }
  const own = made(given)
  for (const [command, ...words] of [
    ['migrate'],
    ['revert', 'RUN', '--accept', 'grants'],
    ['unfinished', 'finish'],
    ['verify', '--allow-published', '80'],
    ['status'],
    ['history', '--check'],
  ] as const) {
    const invocation = readCommandLine(
      own(command, ...words)
        .split(' ')
        .filter(Boolean),
      '0',
    )
    const read = await invocation.command.read(invocation.options)
    expect(read).toMatchObject({ journal: '/journal' })
    if (command === 'history') continue
    expect(read).toMatchObject({ keyHeader: 'x-key', username: 'admin', passwordFile: '/keys/password' })
    if (command !== 'revert') expect(read).toMatchObject({ from: 'http://a:1', to: 'http://b:2' })
    if (command === 'verify') expect(read).toMatchObject({ allowPublished: [80, 4000], chat: 'small' })
  }
})
