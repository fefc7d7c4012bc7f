import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import { configured, documentOf, sentence, test, type Trial, vouching } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const OLD = 'http://localhost:8585'
const NEW = 'http://mcp-proxy-sse:8080'

const NAMES = ['fetch', 'n8n', 'time']
const BASE = `# Where the proxy is\nBASE=${OLD} # for all\n`
const URLS = NAMES.map((name) => `${name.toUpperCase()}_URL="\${BASE}/servers/${name}/sse"\n`).join('')

const entry = (name: string): string =>
  `  ${name}:\n    url: os.environ/${name.toUpperCase()}_URL\n    transport: sse\n`

/** The files of servers that have their URLs from a variable each, and the options that name them. */
async function filesOf(trial: Trial, env: string, more = '') {
  const [config, path] = [join(trial.folder, 'config.yaml'), join(trial.folder, 'litellm.env')]
  await writeFile(config, `mcp_servers:\n${NAMES.map(entry).join('')}${more}`)
  await writeFile(path, env)
  return {
    args: ['--litellm-config', config, '--litellm-env', path],
    text: () => readFile(path, 'utf8'),
    path,
  }
}

interface Document {
  changes: { server: { name: string }; file: object | null; effects: { code: string; message: string }[] }[]
  skipped: { server: { name: string }; message: string }[]
  summary: Record<string, number>
}

describe.concurrent('servers whose variables are made of one', () => {
  test('move by a change of that one, and back byte for byte', async ({ open }) => {
    const trial = await open({ servers: [], configServers: NAMES.map((name) => configured(name)) })
    const { args, text, path } = await filesOf(trial, BASE + URLS)
    const plan = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
    expect(plan.summary).toMatchObject({ servers: 3, changes: 3, skipped: 0 })
    expect(plan.changes.flatMap(({ effects }) => effects)).toEqual(
      expect.arrayContaining([
        {
          code: 'shared-variable',
          message: 'n8n, time have their URL from this variable, too',
          reversible: true,
        },
      ]),
    )
    expect(plan.changes.map(({ file }) => file)).toContainEqual(
      expect.objectContaining({ variable: 'FETCH_URL', place: 'BASE' }),
    )
    await trial.setUp(['--yes', '--no-wait', ...args])
    expect(await text()).toBe((BASE + URLS).replace(OLD, NEW))
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    expect(await text()).toBe(BASE + URLS)
    // Somebody made another one of it since.
    await trial.setUp(['--yes', '--no-wait', ...args])
    await writeFile(path, `${await text()}HEALTH=\${BASE}/health\n`)
    const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes']))
    expect([code, sentence(stdout)]).toEqual([1, expect.stringContaining('HEALTH')])
    expect(await text()).toContain(NEW)
  })

  test.for([
    ['others are not selected', '', '', ['--only', 'fetch'], 'BASE is the URL of n8n, time, too, which'],
    [
      'something else is made of it',
      'HEALTH=${BASE}/health\n',
      '',
      [],
      'BASE would have to change, of which it is made; HEALTH is made of it, too, and is the URL of no server',
    ],
    [
      'other settings have their value from it',
      '',
      'general_settings:\n  x: os.environ/BASE\n',
      [],
      'have their value from BASE, too',
    ],
    [
      'another server would get a URL that no rule gives it',
      'ODD_URL=${BASE}:1/x\n',
      `  odd:\n    url: os.environ/ODD_URL\n    transport: sse\n`,
      [],
      'BASE is the URL of odd, too, which LiteLLM does not list',
    ],
  ] as const)('stay where %s, and it is said', async ([_why, env, config, more, said], { open }) => {
    const trial = await open({ servers: [], configServers: NAMES.map((name) => configured(name)) })
    const { args, text } = await filesOf(trial, BASE + URLS + env, config)
    const { code, stdout } = await trial.call(['--yes', '--no-wait', ...args, ...more])
    expect([code, await text()]).toEqual([1, BASE + URLS + env])
    expect(sentence(stdout)).toContain(said)
  })

  test('stay where host and port stand in two of them, which are named', async ({ open }) => {
    const trial = await open({ servers: [], configServers: NAMES.map((name) => configured(name)) })
    const env = `HOST=localhost\nPORT=8585\n${URLS.replaceAll('${BASE}', 'http://${HOST}:${PORT}')}`
    const { args, text } = await filesOf(trial, env)
    const { code, stdout } = await trial.call(['--yes', '--no-wait', ...args])
    expect([code, await text()]).toEqual([1, env])
    expect(sentence(stdout)).toContain('would have to change in several places: in HOST, FETCH_URL, PORT')
  })
})
