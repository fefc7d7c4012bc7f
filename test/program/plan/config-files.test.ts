import { readFile, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxServer } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  newestFile,
  sentence,
  test,
  type Trial,
  TWO,
  urls,
  vouching,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers'
const NEW = 'http://mcp-proxy-sse:8080/servers'

const CONFIG = `# LiteLLM of the house
model_list: []
mcp_servers:
  inventory: # counts screws
    url: "${OLD}/inventory/sse" # the port on the host
    transport: sse
  mail: {transport: sse, url: ${OLD}/mail/sse}
  elsewhere:
    url: https://mcp.example.com/sse
    transport: sse
`

/** As a gateway that was started with that file lists them. */
const CONFIGURED: SandboxServer[] = [
  { server_name: 'inventory', url: `${OLD}/inventory/sse`, transport: 'sse', auth_type: null, alias: null },
  { server_name: 'mail', url: `${OLD}/mail/sse`, transport: 'sse', auth_type: null, alias: null },
  {
    server_name: 'elsewhere',
    url: 'https://mcp.example.com/sse',
    transport: 'sse',
    auth_type: null,
    alias: null,
  },
]

interface Document {
  changes: {
    server: { id: string; name: string; source: string }
    file: { path: string; variable: string | null } | null
    edits: { field: string; before: string | null; after: string | null }[]
    effects: { code: string; message: string }[]
    outcome?: string
    awaiting?: string[]
    reason?: string | null
  }[]
  skipped: { server: { name: string }; code: string; message: string; patch: string[] | null }[]
  restartRequired?: boolean
}

/** Writes a file of a trial and returns its path. */
async function put(trial: Trial, name: string, text: string): Promise<string> {
  const path = join(trial.folder, name)
  await writeFile(path, text, { mode: 0o640 })
  return path
}

const reading = (path: string): Promise<string> => readFile(path, 'utf8')

describe.concurrent('servers of config.yaml', () => {
  test('are moved in their file with their id pinned, byte for byte besides, and back', async ({ open }) => {
    const trial = await open({ servers: [...TWO], configServers: CONFIGURED })
    const path = await put(trial, 'config.yaml', CONFIG)
    const before = trial.sandbox.rows()
    const finished = await trial.call(['--yes', '--json', '--litellm-config', path])
    const document = documentOf<Document>(finished)
    expect(document.changes.map(({ server, outcome }) => [server.name, server.source, outcome])).toEqual([
      ['fetch', 'database', 'applied'],
      ['inventory', 'config', 'applied'],
      ['mail', 'config', 'applied'],
      ['n8n', 'database', 'applied'],
    ])
    const [inventory, mail] = document.changes.slice(1, 3).map(({ server }) => server.id)
    expect(await reading(path)).toBe(
      CONFIG.replace(
        `    url: "${OLD}/inventory`,
        `    server_id: ${inventory}\n    url: "${NEW}/inventory`,
      ).replace(`url: ${OLD}/mail`, `server_id: ${mail}, url: ${NEW}/mail`),
    )
    expect((await stat(path)).mode & 0o777).toBe(0o640)
    expect([finished.code, document.restartRequired]).toEqual([0, true])
    const back = await trial.call(await vouching(trial, ['--revert', '--yes']))
    expect([back.code, sentence(back.stdout)]).toEqual([
      0,
      expect.stringContaining('it reads its files when it starts.'),
    ])
    expect(await reading(path)).toBe(CONFIG)
    expect(urls(trial.sandbox.rows())).toEqual(urls(before))
  })

  test('are shown with file, place and both lines beforehand; a dry run writes nothing', async ({ open }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED.slice(0, 1) })
    const path = await put(trial, 'config.yaml', CONFIG)
    const { code, stdout } = await trial.call(['--dry-run', '--litellm-config', path])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain(`in ${path}, mcp_servers.inventory`)
    expect(stdout).toContain(`-url: ${OLD}/inventory/sse`)
    expect(stdout).toContain(`+url: ${NEW}/inventory/sse`)
    expect(stdout).toMatch(/^\+server_id: [\da-f]{32}$/m)
    expect(sentence(stdout)).toContain('! Restart LiteLLM afterwards, all its workers and replicas')
    expect(await reading(path)).toBe(CONFIG)
  })

  test('without their file are left alone, and the patch is printed: exit 1', async ({ open }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED.slice(0, 1) })
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(1)
    expect(sentence(stdout)).toContain('give the file with --litellm-config FILE')
    expect(stdout).toMatch(
      new RegExp(
        ` mcp_servers:\\n.* inventory:\\n.*\\+ +server_id: [\\da-f]{32}\\n.*- +url: ${OLD}/inventory/sse\\n.*\\+ +url: ${NEW}/inventory/sse`,
      ),
    )
  })

  for (const [version, pins] of [
    ['1.77.1', false],
    ['1.77.7', false],
    ['1.81.14', false],
    ['1.100.5', false],
    ['1.102.4', true],
    ['1.105.7', true],
    ['1.106.2', true],
  ] as const)
    test(`that leave out transport, auth type and alias keep their id on ${version}: ${pins}`, async ({
      open,
    }) => {
      const configServers = [{ server_name: 'tools', url: `${OLD}/tools/mcp` }]
      const trial = await open({ version, servers: [], configServers })
      const text = `mcp_servers:\n  tools:\n    url: ${OLD}/tools/mcp\n`
      const path = await put(trial, 'config.yaml', text)
      const done = await trial.call(['--yes', '--json', '--litellm-config', path, '--accept', 'grants'])
      const [change] = documentOf<Document>(done).changes
      const told = change?.effects.map(({ code, message }) => `${code} ${message}`).join('\n') ?? ''
      expect([done.code, change?.outcome]).toEqual([0, 'applied'])
      expect(told.includes('its id becomes')).toBe(!pins)
      const after = text.replace(OLD, NEW)
      const pin = `    server_id: ${change?.server.id}\n    url`
      expect(await reading(path)).toBe(pins ? after.replace('    url', pin) : after)
      // What LiteLLM makes of the file when it starts with it.
      const next = { server_name: 'tools', url: `${NEW}/tools/mcp` }
      const again = await open({
        version,
        servers: [],
        configServers: [pins ? { ...next, server_id: change?.server.id } : next],
      })
      const answer = await fetch(`${again.sandbox.url}/v1/mcp/server`, {
        headers: { authorization: `Bearer ${again.sandbox.masterKey}` },
      })
      const [listed] = (await answer.json()) as { server_id: string }[]
      if (pins) expect(listed?.server_id).toBe(change?.server.id)
      else expect(told).toContain(`its id becomes ${listed?.server_id}`)
    })

  test('where no id can be pinned need --accept grants, and those who hold the id are named', async ({
    open,
  }) => {
    const options = { version: '1.81.14', servers: [], configServers: CONFIGURED.slice(0, 1) }
    const bare = await open(options)
    const id = documentOf<Document>(await bare.call(['--dry-run', '--json'])).skipped[0]
    const found = await bare.call(['--dry-run', '--json', '--thorough'])
    const listed = documentOf<{ skipped: { server: { id: string } }[] }>(found).skipped[0]?.server.id ?? ''
    expect(id?.code).toBe('config-defined')
    const trial = await open({
      ...options,
      keys: [
        {
          key: 'sk-holder-of-a-config-server',
          userId: 'ci',
          role: 'internal_user',
          alias: 'ci-key',
          objectPermission: { mcp_servers: [listed] },
        },
      ],
    })
    const path = await put(trial, 'config.yaml', CONFIG)
    const refused = await trial.call(['--yes', '--json', '--litellm-config', path])
    const [left] = documentOf<Document>(refused).changes
    expect([refused.code, left?.reason, left?.awaiting]).toEqual([1, 'awaiting', ['grants']])
    expect(left?.effects.map(({ message }) => message).join()).toMatch(
      /its id becomes [\da-f]{32}, and who holds [\da-f]{32} loses access.*key ci-key/,
    )
    expect(await reading(path)).toBe(CONFIG)
    const done = await trial.call(['--yes', '--json', '--litellm-config', path, '--accept', 'grants'])
    expect(done.code).toBe(0)
    expect(await reading(path)).toBe(CONFIG.replace(`"${OLD}/inventory`, `"${NEW}/inventory`))
    expect((await trial.call(await vouching(trial, ['--revert', '--yes']))).code).toBe(0)
    expect(await reading(path)).toBe(CONFIG)
  })

  test('whose file somebody edited meanwhile are left alone, and taking back leaves later edits', async ({
    open,
  }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED.slice(0, 1) })
    const path = await put(trial, 'config.yaml', CONFIG)
    await trial.setUp(['--yes', '--litellm-config', path])
    const commented = (await reading(path)).replace('# counts screws', '# counts nails')
    await writeFile(path, commented)
    expect((await trial.call(await vouching(trial, ['--revert', '--yes']))).code).toBe(0)
    expect(await reading(path)).toBe(CONFIG.replace('# counts screws', '# counts nails'))
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    await writeFile(path, CONFIG.replace(`${OLD}/inventory`, 'http://other.example/inventory'))
    const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes']))
    expect([code, sentence(stdout)]).toEqual([3, expect.stringContaining('inventory [drifted]')])
    expect(await reading(path)).toContain('http://other.example/inventory')
  })

  test('a run cut short after the file is finished or taken back', async ({ open }) => {
    for (const way of ['finish', 'revert']) {
      const trial = await open({ servers: [], configServers: CONFIGURED.slice(0, 2) })
      const path = await put(trial, 'config.yaml', CONFIG)
      await trial.setUp(['--yes', '--litellm-config', path])
      const file = await newestFile(trial)
      const lines = (await reading(file)).split('\n')
      // The start, the first server, and the intent for the second.
      await writeFile(file, `${lines.slice(0, 4).join('\n')}\n`)
      const moved = await reading(path)
      expect((await trial.call(await vouching(trial, ['--unfinished', way, '--yes']))).code).toBe(0)
      expect(await reading(path)).toBe(way === 'finish' ? moved : CONFIG)
    }
  })

  test('of a file that is not the one LiteLLM was started with are left alone', async ({ open }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED.slice(0, 1) })
    const path = await put(trial, 'config.yaml', CONFIG.replace('transport: sse', 'transport: http'))
    const { code, stdout } = await trial.call(['--yes', '--litellm-config', path])
    expect([code, sentence(stdout)]).toEqual([
      1,
      expect.stringContaining('is this the file that LiteLLM was started with?'),
    ])
  })

  test('a key that stands twice counts as LiteLLM counts it, with its last value, and is told of', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO], configServers: CONFIGURED.slice(0, 1) })
    const text = `${CONFIG.replace('    url: "', '    url: http://first.example/\n    url: "')}model_list: []\n`
    const path = await put(trial, 'config.yaml', text)
    const { code, stdout } = await trial.call(['--yes', '--litellm-config', path])
    expect([code, sentence(stdout)]).toEqual([
      0,
      expect.stringContaining(`${path}, line 6: a key appears a second time; LiteLLM takes the last`),
    ])
    expect((await reading(path)).replace(/ +server_id: [\da-f]{32}\n/, '')).toBe(
      text.replace(`"${OLD}/inventory`, `"${NEW}/inventory`),
    )
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    expect(await reading(path)).toBe(text)
  })
})

describe.concurrent('servers of config.yaml whose URL is a variable', () => {
  const BY_NAME = `mcp_servers:\n  inventory:\n    url: os.environ/INVENTORY_URL\n    transport: sse\n`
  const ENV = `# secrets of the house\nOTHER=1\nexport INVENTORY_URL='${OLD}/inventory/sse' # old\n`

  test('are moved in the .env file, after the pin in config.yaml, and back', async ({ open }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED.slice(0, 1) })
    const [config, env] = [await put(trial, 'config.yaml', BY_NAME), await put(trial, 'litellm.env', ENV)]
    // Named from where the program is started, and kept as absolute paths: a revert may be started elsewhere.
    const here = (path: string): string => relative(process.cwd(), path)
    const files = ['--litellm-config', here(config), '--litellm-env', here(env)]
    const shown = (await trial.call(['--dry-run', ...files])).stdout
    expect(shown).toContain(`-INVENTORY_URL=${OLD}/inventory/sse\n`)
    expect(shown).toContain(`+INVENTORY_URL=${NEW}/inventory/sse\n`)
    const finished = await trial.call(['--yes', '--json', ...files])
    const document = documentOf<Document>(finished)
    expect([finished.code, ...document.changes.map(({ file }) => file?.path)]).toEqual([0, config, env])
    const id = document.changes[0]?.server.id
    expect(await reading(config)).toBe(BY_NAME.replace('    url', `    server_id: ${id}\n    url`))
    expect(await reading(env)).toBe(ENV.replace(OLD, NEW))
    expect((await trial.call(await vouching(trial, ['--revert', '--yes']))).code).toBe(0)
    expect([await reading(config), await reading(env)]).toEqual([BY_NAME, ENV])
  })

  test('without the .env file are told of, with the variable: exit 1', async ({ open }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED.slice(0, 1) })
    const config = await put(trial, 'config.yaml', BY_NAME)
    const { code, stdout } = await trial.call(['--yes', '--litellm-config', config])
    expect([code, sentence(stdout)]).toEqual([
      1,
      expect.stringContaining('its URL comes from the variable INVENTORY_URL, which no --litellm-env holds'),
    ])
  })
})
