import { link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyPatch } from 'diff'
import { describe, expect, vi } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  configured,
  documentOf,
  sentence,
  test,
  type Trial,
  TWO,
  vouching,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers'
const NEW = 'http://mcp-proxy-sse:8080/servers'

const ENTRY = `  fetch:\n    transport: sse\n    url: ${OLD}/fetch/sse\n`

interface Document {
  changes: { server: { name: string } }[]
  skipped: { server: { name: string; id: string }; message: string; patch: string[] | null }[]
  notes: { code: string; message: string }[]
}

async function put(trial: Trial, text: string, name = 'config.yaml'): Promise<string> {
  const path = join(trial.folder, name)
  await writeFile(path, text)
  return path
}

describe.concurrent('a file that does not fit', () => {
  for (const [what, text, said] of [
    [
      'a ConfigMap whose text has none',
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: litellm\ndata:\n  config.yaml: |\n    model_list: []\n`,
      'holds no MCP servers',
    ],
    [
      'the file of another gateway',
      `mcp_servers:\n  other:\n    url: ${OLD}/other/sse\n`,
      'holds the MCP servers other, and no fetch',
    ],
    ['a file without servers', 'model_list: []\n', 'holds no MCP servers'],
    ['an empty file', '', 'holds no MCP servers'],
    ['a Deployment', 'apiVersion: apps/v1\nkind: Deployment\n', 'it is a Kubernetes Deployment'],
    ['a text that LiteLLM refuses', `mcp_servers:\n${ENTRY}  broken: [\n`, 'config.yaml, line'],
    ['servers that are a list', 'mcp_servers: [fetch]\n', 'line 1: mcp_servers is not a mapping'],
    ['no mapping', '- fetch\n', 'line 1: the file is not a mapping'],
  ] as const)
    test(`${what} is told of by what was read in it, and servers of the database move`, async ({ open }) => {
      const trial = await open({ servers: [...TWO], configServers: [configured('fetch')] })
      const path = await put(trial, text)
      const { code, stdout } = await trial.call(['--yes', '--no-wait', '--litellm-config', path])
      expect([code, writes(trial.sandbox), await readFile(path, 'utf8')]).toEqual([4, 2, text])
      expect(sentence(stdout)).toContain(`it stands in no file that was given. ${path}`)
      expect(sentence(stdout)).toContain(said)
      expect(sentence(stdout)).not.toContain('give the file with --litellm-config')
    })

  for (const option of ['--litellm-config', '--litellm-env'])
    for (const [what, make, reason] of [
      ['missing', async () => {}, 'there is no such file'],
      ['a folder', (path: string) => mkdir(path), 'it is a folder'],
    ] as const)
      test(`${option}: ${what} is wrong usage, before the gateway hears of it`, async ({ open }) => {
        const trial = await open({ servers: [...TWO] })
        const path = join(trial.folder, 'given')
        await make(path)
        const config = await put(trial, 'model_list: []\n')
        const args = option === '--litellm-env' ? ['--litellm-config', config] : []
        const { code, stderr } = await trial.call(['--yes', ...args, option, path])
        expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(path)])
        expect(sentence(stderr)).toContain(reason)
        // No name of a system's error; the folder's own may look like one.
        expect(stderr.replaceAll(trial.folder, '')).not.toMatch(/E[A-Z]{4,}/)
        expect(trial.sandbox.requests).toEqual([])
      })

  test('--litellm-env alone is wrong usage, too, and says first what cannot be read', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const path = join(trial.folder, 'given')
    const missing = await trial.call(['--dry-run', '--litellm-env', path])
    expect([missing.code, sentence(missing.stderr)]).toEqual([64, `${path}: there is no such file`])
    const env = await put(trial, 'A=1\n', 'litellm.env')
    for (const args of [['--dry-run'], ['--revert', '--yes']]) {
      const { code, stderr } = await trial.call([...args, '--litellm-env', env])
      expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining('--litellm-env')])
    }
    expect(trial.sandbox.requests).toEqual([])
  })

  test('a .env file that is no text stops no server but those that need it', async ({ open }) => {
    const trial = await open({ servers: [...TWO], configServers: [configured('fetch')] })
    const config = await put(
      trial,
      'mcp_servers:\n  fetch:\n    transport: sse\n    url: os.environ/FETCH_URL\n',
    )
    const env = join(trial.folder, 'litellm.env')
    await writeFile(env, Buffer.from('A=1\nFETCH_URL=\xff\n', 'latin1'))
    const args = ['--yes', '--no-wait', '--litellm-config', config, '--litellm-env', env]
    const { code, stdout } = await trial.call(args)
    expect([code, writes(trial.sandbox)]).toEqual([4, 2])
    expect(sentence(stdout)).toContain(
      'its URL comes from the variable FETCH_URL, which no --litellm-env holds',
    )
    expect(sentence(stdout)).toContain(`${env}, line 2: the file is not UTF-8; its servers are left alone`)
  })

  test('a part of it that is no server of ours stops nobody', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const text = `model_list: {}\nmodel_list: []\nlitellm_settings: 3\nmcp_servers:\n${ENTRY}  odd: 7\n`
    const path = await put(trial, text)
    await trial.setUp(['--yes', '--no-wait', '--litellm-config', path])
    expect((await readFile(path, 'utf8')).replace(/ +server_id: [\da-f]+\n/, '')).toBe(text.replace(OLD, NEW))
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    expect(await readFile(path, 'utf8')).toBe(text)
  })
})

describe.concurrent('a file that cannot be replaced', () => {
  test('is told of in the plan, and is the failure of the run, not of the gateway', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const path = await put(trial, `mcp_servers:\n${ENTRY}`)
    await link(path, join(trial.folder, 'second'))
    const said = `${path} has another name (the hard link ${join(trial.folder, 'second')})`
    const shown = await trial.call(['--dry-run', '--litellm-config', path])
    expect([shown.code, sentence(shown.stdout)]).toEqual([0, expect.stringContaining(said)])
    const { code, stdout } = await trial.call(['--yes', '--litellm-config', path])
    expect(code).toBe(1)
    expect(sentence(stdout)).toContain(`fetch: not written, its file could not be changed (${said}`)
    expect(stdout).not.toContain('the gateway')
  })
})

/** A file with the patch applied that is printed for a server which is left alone, and what was printed. */
async function patched(trial: Trial, text: string, args: readonly string[] = []): Promise<[string, string]> {
  const path = await put(trial, text)
  const { code, stdout } = await trial.call(['--dry-run', '--litellm-config', path, ...args])
  expect(code).toBe(1)
  const lines = stdout.slice(stdout.indexOf('      --- config.yaml')).split('\n')
  const patch = lines.slice(
    0,
    lines.findIndex((line) => !/^ {6}[-+@\\ ]/.test(line)),
  )
  const after = applyPatch(text, `${patch.map((line) => line.slice(6)).join('\n')}\n`)
  return [after === false ? 'the patch does not apply' : after, stdout]
}

describe.concurrent('the printed patch is made from the text of the file', () => {
  const ID = /server_id: ([\da-f]{32})/

  test('where a server_id stands there and holds nothing', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const text = `mcp_servers:\n  fetch:\n    server_id:\n    transport: sse\n    url: ${OLD}/fetch/sse\n`
    const [after, shown] = await patched(trial, text)
    const [, id] = ID.exec(after) ?? []
    expect(after).toBe(text.replace('server_id:', `server_id: ${id}`).replace(OLD, NEW))
    expect(sentence(shown)).toContain('its server_id is there and is empty')
  })

  test('where the URL is a variable: the id alone', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const text = `mcp_servers:\n  fetch:\n    transport: sse\n    url: os.environ/FETCH_URL # set elsewhere\n`
    const [after, shown] = await patched(trial, text)
    const [, id] = ID.exec(after) ?? []
    expect(after).toBe(text.replace('    url', `    server_id: ${id}\n    url`))
    expect(sentence(shown)).toContain(`change it where it is set, to ${NEW}/fetch/sse`)
  })

  test('where a merge key brings the URL, and the others that have it stay', async ({ open }) => {
    const url = `${OLD}/fetch/sse`
    const trial = await open({
      servers: [],
      configServers: [configured('fetch'), configured('again', { url })],
    })
    const text = `mcp_servers:\n  fetch: &fetch\n    transport: sse\n    url: ${url}\n  again:\n    <<: *fetch\n    description: same\n`
    const [after] = await patched(trial, text, ['--only', 'again'])
    const [, id] = ID.exec(after) ?? []
    expect(after).toBe(
      text.replace('    <<', `    server_id: ${id}\n    url: ${url.replace(OLD, NEW)}\n    <<`),
    )
  })

  test('where the URL is written over two lines', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const text = `mcp_servers:\n  fetch:\n    transport: sse\n    url: "${OLD}/\\\n      fetch/sse"\n`
    const [after] = await patched(trial, text)
    const [, id] = ID.exec(after) ?? []
    expect(after).toBe(
      `mcp_servers:\n  fetch:\n    transport: sse\n    server_id: ${id}\n    url: ${NEW}/fetch/sse\n`,
    )
  })

  for (const [what, text] of [
    [
      'other settings on its line',
      `mcp_servers:\n  fetch: {transport: sse, authentication_token: hunter2-hunter2, server_id: , url: ${OLD}/fetch/sse}\n`,
    ],
    [
      'a comment on its line',
      `mcp_servers:\n  fetch:\n    transport: sse\n    server_id:\n    url: ${OLD}/fetch/sse # hunter2-hunter2\n`,
    ],
    [
      'the line ends of another system',
      `mcp_servers:\r\n  fetch:\r\n    transport: sse\r\n    server_id:\r\n    url: ${OLD}/fetch/sse\r\n`,
    ],
  ] as const)
    test(`but is words where there is ${what}`, async ({ open }) => {
      const trial = await open({ servers: [], configServers: [configured('fetch')] })
      const path = await put(trial, text)
      const { code, stdout, stderr } = await trial.call(['--dry-run', '--litellm-config', path])
      expect([code, stdout.includes('--- config.yaml')]).toEqual([1, false])
      expect(stdout + stderr).not.toContain('hunter2')
      const said = /By hand, in its entry: server_id: [\da-f]{32}, url: (\S+)/.exec(sentence(stdout))
      expect(said?.[1]).toBe(`${NEW}/fetch/sse`)
    })

  test('where the URL is a block of text, and where spaces end its line', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const block = `mcp_servers:\n  fetch:\n    server_id:\n    transport: sse\n    url: |-\n      ${OLD}/fetch/sse\n`
    const [first] = await patched(trial, block)
    expect(first).toMatch(
      /^mcp_servers:\n  fetch:\n    server_id: [\da-f]{32}\n    transport: sse\n    url: \S+\n$/,
    )
    const [second] = await patched(
      trial,
      `mcp_servers:\n  fetch:\n    server_id:\n    transport: sse\n    url: ${OLD}/fetch/sse   \n`,
    )
    expect(second).toMatch(/url: \S+ {3}\n$/)
  })

  test('and there is none for a server that stands in no given file', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const path = await put(trial, 'mcp_servers: {}\n')
    const { skipped } = documentOf<Document>(
      await trial.call(['--dry-run', '--json', '--litellm-config', path]),
    )
    expect(skipped.map(({ server, patch }) => [server.name, patch])).toEqual([['fetch', null]])
  })
})

describe.concurrent('before the restart it is said for what LiteLLM will not start', () => {
  for (const [version, name, more, said] of [
    ['1.106.2', 'fetch-it', '', 'fetch-it has a hyphen in its name'],
    ['1.77.7', 'fetch-it', '', 'fetch-it has a hyphen in its name'],
    ['1.106.2', 'other', '    auth_type: oauth2\n', 'other has auth_type oauth2 without oauth2_flow'],
    ['1.92.2', 'other', '    auth_type: oauth2\n', null],
    ['1.106.2', 'other', '    auth_type: oauth2\n    oauth2_flow: client_credentials\n', null],
    ['1.106.2', 'other', "    server_id: ''\n", 'other has a server_id that is empty or not text'],
    ['1.81.14', 'other', "    server_id: ''\n", null],
    ['1.106.2', 'other', '', null],
  ] as const)
    test(`${version}: ${name} ${more.trim()}: ${said ?? 'nothing'}`, async ({ open }) => {
      const trial = await open({ version, servers: [], configServers: [configured('fetch')] })
      const path = await put(
        trial,
        `mcp_servers:\n${ENTRY}  ${name}:\n    url: https://x.example/sse\n${more}`,
      )
      const { stdout } = await trial.call(['--dry-run', '--litellm-config', path])
      const shown = sentence(stdout)
      if (said === null) expect(shown).not.toContain('does not start')
      else expect(shown).toContain(`${path}, line 5: ${said}`)
      if (said !== null) expect(shown.indexOf(said)).toBeLessThan(shown.indexOf('Restart LiteLLM'))
    })
})
