import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../src/cli/exit.ts'
import { ERROR_CODES } from '../src/core/errors.ts'
import { CHECK_IDS } from '../src/core/verify/check.ts'
import { readKeysFile } from '../src/core/verify/keys-file.ts'
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts'
import { BIN, runCli, temporaryFolder } from './support/cli.ts'
import { KEY, PtySession } from './support/pty.ts'

const README = await readFile(new URL('../README.md', import.meta.url), 'utf8')

const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text)

const commands = blocks('sh').flatMap((block) => block.trim().split('\n'))

/** What differs from run to run: ids, ports, times and hashes; and how the lines are broken. */
const normalised = (text: string): string =>
  text
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, '<server>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<gateway>')
    .replaceAll(/\d{8}T\d{6}Z-[\da-f]{6}/g, '<run>')
    .replaceAll(/[\da-f]{64}/g, '<hash>')
    .trim()

let folder: string
let sandbox: Sandbox
let session: PtySession | null = null

/** A folder in which `npx mcp-url-migrate` is this build: what npx itself does is tried with the packed package, in CI. */
async function shims(): Promise<void> {
  const npx = `#!/bin/sh\n[ "$1" = mcp-url-migrate ] || exit 99\nshift\nexec "${process.execPath}" "${BIN}" "$@"\n`
  await writeFile(join(folder, 'npx'), npx)
  await chmod(join(folder, 'npx'), 0o755)
  // What some commands name.
  await writeFile(join(folder, 'config.yaml'), 'model_list: []\n')
  await writeFile(join(folder, 'litellm.env'), 'LITELLM_LOG=INFO\n')
}

function start(command: string, env: Record<string, string> = {}): PtySession {
  const PATH = `${folder}:${process.env['PATH']}`
  session = new PtySession({
    shell: `cd "${folder}" && ${command}`,
    columns: 80,
    env: { PATH, NO_COLOR: '1', ...env },
  })
  return session
}

const ownGateway = (): Record<string, string> => ({
  LITELLM_PROXY_URL: sandbox.url,
  LITELLM_PROXY_API_KEY: sandbox.masterKey,
  MCP_URL_MIGRATE_JOURNAL: join(folder, 'journal'),
})

/** Runs a line of the README as a person would: where it asks, the answer is "all". */
async function typed(line: string): Promise<number> {
  const running = start(line, ownGateway())
  if (/^npx mcp-url-migrate( --revert)?$/.test(line)) {
    await running.waitFor('? [n]')
    running.answer('y')
  }
  return running.exit()
}

beforeEach(async () => {
  folder = await temporaryFolder()
  await shims()
  sandbox = await startSandbox()
})

afterEach(async () => {
  session?.close()
  await sandbox.close()
})

describe('the README', () => {
  test('sets everything up in two lines', () => {
    expect(commands.slice(0, 2)).toEqual(['npm ci && npx mcp-url-migrate --sandbox', 'npm ci && npm test'])
  })

  test('shows commands that do what it says, in their order', async () => {
    const lines = commands.slice(2).filter((line) => !line.startsWith('export '))
    expect(lines.length).toBeGreaterThan(6)
    const before = sandbox.rows().map(({ url }) => url)
    for (const line of lines) expect([line, await typed(line)]).toEqual([line, 0])
    const moved = sandbox.rows().filter(({ url }, i) => url !== before[i])
    expect(moved.map(({ server_name, url }) => [server_name, url])).toEqual([
      ['filesystem', 'https://mcp.example.com/servers/filesystem/sse'],
    ])
    expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))).toMatchObject({
      schema: 'mcp-url-migrate/run/1',
      summary: { applied: 7 },
    })
  }, 60_000)

  test('names the variables that it exports', () => {
    const names = commands.filter((line) => line.startsWith('export ')).map((line) => line.split(/[ =]/)[1])
    expect(Object.keys(ownGateway())).toEqual(expect.arrayContaining(names))
  })

  test('shows a session as it goes', async () => {
    const [shown = ''] = blocks('console')
    const [command = '', ...lines] = shown.trim().split('\n')
    const running = start(command.replace('$ ', ''))
    await running.waitFor('? [n]')
    running.answer('y')
    await running.waitFor('Take the run back first')
    running.press(KEY.enter)
    expect(await running.exit()).toBe(0)
    const screen = normalised(running.text)
    let seen = 0
    for (const line of lines.map(normalised)) {
      expect(screen.slice(seen)).toContain(line)
      seen = screen.indexOf(line, seen) + line.length
    }
  })

  test('tells how to start a sandbox that stays up', async () => {
    const [, command = ''] = /`(npx mcp-url-migrate sandbox [^`]+)`/.exec(README.replaceAll('\n', ' ')) ?? []
    const running = start(`exec ${command}`)
    await running.waitFor('export LITELLM_PROXY_API_KEY=')
    await running.waitFor('behaves as LiteLLM 1.81.14')
    running.press(KEY.ctrlC)
    expect(await running.exit()).toBe(130)
  })

  test('names every option, and no other', async () => {
    const all = [
      ['--all'],
      ...['history', 'verify', 'status', 'sandbox', 'completion', 'help'].map((name) => [name]),
    ]
    const help = (await Promise.all(all.map((words) => runCli(['help', ...words]))))
      .map(({ stdout }) => stdout)
      .join('')
    const options = (text: string) =>
      new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option))
    const own = options(help)
    for (const option of ['--version', '--help', '--all']) own.delete(option)
    expect([...options(README)].toSorted()).toEqual([...own].toSorted())
  })

  test('shows a keys file that says what the guide expects', () => {
    const [text = ''] = blocks('yaml')
    expect(readKeysFile(text, 'README.md')).toEqual([
      { name: 'admin', secret: { env: 'ADMIN_KEY' }, reaches: ['*'], denied: [] },
      { name: 'dev', secret: { env: 'DEV_KEY' }, reaches: ['*'], denied: ['filesystem'] },
    ])
  })

  test('tells of every check of verify', () => {
    for (const id of CHECK_IDS) expect(README).toMatch(new RegExp(`^\\| \`${id}\` +\\| \\S`, 'm'))
  })

  test('names every exit code and every code of an error', () => {
    for (const [code] of EXIT_CODES) expect(README).toMatch(new RegExp(`^\\| .*\\b${code}\\b.* \\| \\S`, 'm'))
    expect(ERROR_CODES.filter((code) => !README.includes(`\`${code}\``))).toEqual([])
  })
})
