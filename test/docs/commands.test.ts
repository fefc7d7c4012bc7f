import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts'
import { invoke } from '../prove/kill-recovery.ts'
import { temporaryFolder } from '../support/cli.ts'
import { answerAll, playPage, shimNpx } from '../support/doc-sessions.ts'
import { Screen } from '../support/screen.ts'
import { secret, watchForLeaks } from '../support/secrets.ts'
import { argumentsIn } from '../support/shell-words.ts'
import { guideServer } from '../support/trial.ts'
import { allPages, blocks, linesOf, type Page, placeOf, readPage } from './pages.ts'

watchForLeaks()

const pages = await allPages()

/** Beginnings of commands that cannot run here, or that this test is part of, and what runs them. */
const ELSEWHERE: Record<string, string> = {
  'npm ci && npx mcp-url-migrate --sandbox': 'test/docs/picture/picture.test.ts',
  'npm ci': '.ci/run',
  'npm test': '.ci/run',
  'npm run format': 'package.json',
  'npm run build': '.ci/run',
  'npm run bench': 'test/bench/bench.test.ts',
  'npm pack': '.ci/pack',
  'npm install --global ./mcp-url-migrate-': '.ci/try-packed',
  'npx mcp-url-migrate sandbox ': 'test/program/commands/world.test.ts',
  'jq ': 'test/docs/json.test.ts',
}

const runsElsewhere = (line: string): boolean =>
  Object.keys(ELSEWHERE).some((beginning) => line.startsWith(beginning))

const NAMES = ['filesystem', 'postgres', 'fetch', 'monitoring', 'n8n', 'playwright', 'timescaledb']
const KEYS = { ADMIN_KEY: secret('sk-docs-admin-1'), DEV_KEY: secret('sk-docs-dev-1') }

const virtualKey = (key: string, names: readonly string[]) => ({
  key,
  userId: 'anna',
  role: 'internal_user' as const,
  objectPermission: { mcp_servers: names.map((name) => `id-${name}`) },
})

const CTRL_C = '\u0003'

const OLD = 'http://localhost:8585'
const NEW = 'http://mcp-proxy-sse:8080'

/** The guide's gateway, with its two keys. A page about proofs begins when the servers have moved. */
const gateway = ({ path }: Page): SandboxOptions => ({
  servers: NAMES.map((name) => {
    const url = `${path === 'docs/verify-and-status.md' ? NEW : OLD}/servers/${name}/sse`
    return guideServer(name, { url })
  }),
  keys: [
    virtualKey(KEYS.ADMIN_KEY, NAMES),
    virtualKey(
      KEYS.DEV_KEY,
      NAMES.filter((name) => name !== 'filesystem'),
    ),
  ],
})

/** A folder in which `npx mcp-url-migrate` is this build, with the files that the pages name. */
async function checkout(): Promise<string> {
  const folder = await temporaryFolder()
  await shimNpx({ folder })
  const [keys = ''] = blocks(await readPage('docs/verify-and-status.md'), 'yaml')
  await writeFile(join(folder, 'keys.yaml'), keys, { mode: 0o600 })
  await writeFile(join(folder, 'config.yaml'), 'model_list: []\n')
  const [sixHosts = ''] = blocks(await readPage('README.md'), 'yaml')
  await writeFile(join(folder, 'six-hosts.yaml'), sixHosts)
  const configMap = 'kind: ConfigMap\ndata:\n  config.yaml: |\n    mcp_servers: {}\n'
  await writeFile(join(folder, 'configmap.yaml'), configMap)
  await writeFile(join(folder, 'litellm.env'), 'LITELLM_LOG=INFO\n')
  return folder
}

/** What a shell has in whose environment the pages' variables are set. No engine of this machine is asked. */
const environment = (folder: string, sandbox: Sandbox): Record<string, string> => ({
  PATH: `${folder}:${process.env['PATH']}`,
  NO_COLOR: '1',
  DOCKER_HOST: 'unix:///there-is-none.sock',
  HOME: folder,
  LITELLM_PROXY_URL: sandbox.url.replace('127.0.0.1', 'localhost'),
  LITELLM_PROXY_API_KEY: secret(sandbox.masterKey),
  CHAT_MODEL: 'fake-gpt',
  ...KEYS,
})

const isEndless = (line: string): boolean => line.includes('# until Ctrl-C')

/** Lines that ask nothing, and name no file: as true without a process of their own, and quicker. */
const QUIET_LINE =
  /^npx mcp-url-migrate (?=history|status|verify|.*--(?:dry-run|yes))(?:https?:\/\/[a-z.:\d]+|[^>&|./])*$/

/** Runs a line as a person would: says yes where it asks, and ends what goes on until Ctrl-C. */
async function typed(line: string, folder: string, env: Record<string, string>): Promise<number | null> {
  if (QUIET_LINE.test(line) && !isEndless(line))
    return (await invoke({ env, preflight: true }, await argumentsIn(line, env))).code
  const command = isEndless(line) ? `exec ${line}` : line
  const screen = new Screen({ command, cwd: folder, env })
  try {
    if (isEndless(line)) {
      await screen.until('the first report', () => screen.lines.some((each) => each.includes('Ctrl-C')))
      screen.type(CTRL_C)
    }
    await answerAll(screen, ['y'])
    return screen.exit
  } finally {
    screen.close()
  }
}

/** How a line of a page ends: as it says, or well. */
function expectedExit(line: string): number {
  if (isEndless(line)) return 130
  return Number(/# exits (\d+)/.exec(line)?.[1] ?? 0)
}

/** The commands of a block, each with what it exports beside the variables of every page. */
function commandsIn(block: string): string[] {
  const lines = block.trimEnd().split('\n')
  const own = lines.filter((line) => /^export (?!LITELLM_|CHAT_MODEL)/.test(line))
  return lines
    .filter((line) => line !== '' && !line.startsWith('export ') && !runsElsewhere(line))
    .map((line) => [...own, line].join(' && '))
}

/** Does what a page says, from top to bottom, on one gateway. */
async function followPage(page: Page): Promise<{ folder: string; urls: unknown[] }> {
  const sandbox = await startSandbox(gateway(page))
  try {
    const folder = await checkout()
    const env = environment(folder, sandbox)
    await playPage(placeOf(page.path), { folder, env }, async (block) => {
      for (const line of commandsIn(block))
        expect([line, await typed(line, folder, env)]).toEqual([line, expectedExit(line)])
    })
    return { folder, urls: sandbox.rows().map(({ url }) => url) }
  } finally {
    await sandbox.close()
  }
}

/** Scenarios have sandboxes of their own, and a test. */
const hasCommands = (page: Page): boolean =>
  blocks(page, '(?:sh|console)').length > 0 && !page.path.startsWith('docs/scenarios/')

describe('the commands of a page do what it says, in their order:', () => {
  for (const page of pages.filter(hasCommands))
    test.concurrent(page.path, async () => {
      const { folder, urls } = await followPage(page)
      if (page.path !== 'README.md') return
      // Migrated, taken back, migrated and taken back again.
      expect(urls).toEqual(NAMES.map((name) => `${OLD}/servers/${name}/sse`))
      const run = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
      expect(run).toMatchObject({ schema: 'mcp-url-migrate/run/1', summary: { applied: 7 } })
    })
})

test('the README sets everything up in two lines', () => {
  const readme = pages.find(({ path }) => path === 'README.md')
  expect(readme && linesOf(readme, 'sh').slice(0, 2)).toEqual([
    'npm ci && npx mcp-url-migrate --sandbox',
    'npm ci && npm test',
  ])
})

test('what runs the other commands is there, and they are all named', async () => {
  for (const path of Object.values(ELSEWHERE)) await access(placeOf(path))
  const lines = new Set(pages.flatMap((page) => linesOf(page, 'sh')))
  const unused = Object.keys(ELSEWHERE).filter(
    (beginning) => ![...lines].some((line) => line.startsWith(beginning)),
  )
  expect(unused).toEqual([])
  const { version } = JSON.parse(await readFile(placeOf('package.json'), 'utf8'))
  expect([...lines].filter((line) => /\.tgz/.test(line))).toEqual([
    `npm install --global ./mcp-url-migrate-${version}.tgz`,
  ])
})

test('no command of the program stands where nothing runs it', () => {
  const untried = pages.flatMap((page) =>
    ['text', ''].flatMap((language) =>
      linesOf(page, language)
        .filter((line) => /^(\$ )?(npx )?mcp-url-migrate /.test(line))
        .map((line) => `${page.path}: ${line}`),
    ),
  )
  expect(untried).toEqual([])
})
