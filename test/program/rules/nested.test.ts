import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  configured,
  documentOf,
  guideServer,
  sentence,
  test,
  type Trial,
  vouching,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers'
const NEW = 'http://mcp-proxy-sse:8080/servers'

const INNER = `# the proxy's own\nmcp_servers:\n  fetch:   # first\n    transport: sse\n    url: "${OLD}/fetch/sse" # here\n\n  n8n:\n    url: ${OLD}/n8n/sse\n    transport: sse\n`
const indented = (text: string, by: string, end = '\n'): string =>
  text.replaceAll(/^(?=.)/gm, by).replaceAll('\n', end)

const CONFIG_MAP = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: litellm}   # odd  spaces\ndata:\n  other.txt: "x: [1"\n  config.yaml: |\n${indented(INNER, '    ')}  last: |-\n    {{ not yaml }}\n`

/** Files that hold LiteLLM's configuration, with a pointer to it. */
const FILES: readonly (readonly [what: string, text: string, pointer: string])[] = [
  ['a ConfigMap', CONFIG_MAP, '/data/config.yaml'],
  ['a ConfigMap with the line ends of Windows', CONFIG_MAP.replaceAll('\n', '\r\n'), '/data/config.yaml'],
  [
    'the second of two documents',
    `kind: Service\nspec: {ports: [1]}\n---\n${CONFIG_MAP}`,
    '/data/config.yaml',
  ],
  ['values of a chart', `replicas: 2\nproxy_config:\n${indented(INNER, '  ')}image: x\n`, '/proxy_config'],
  [
    'the configs of Compose',
    `services:\n  litellm: {image: x}\nconfigs:\n  litellm:\n    content: |\n${indented(INNER, '      ')}`,
    '/configs/litellm/content',
  ],
]

async function put(trial: Trial, text: string): Promise<string> {
  const path = join(trial.folder, 'given.yaml')
  await writeFile(path, text)
  return path
}

describe.concurrent("LiteLLM's configuration inside another file is changed there, and back byte for byte:", () => {
  for (const [what, text, pointer] of FILES)
    for (const version of ['1.81.14', '1.106.2'])
      for (const isNamed of [true, false])
        test(`${what}, ${isNamed ? 'by a pointer' : 'found by itself'}: ${version}`, async ({ open }) => {
          const trial = await open({
            version,
            servers: [guideServer('time')],
            configServers: ['fetch', 'n8n'].map((name) => configured(name)),
          })
          const path = await put(trial, text)
          const args = ['--litellm-config', isNamed ? `${path}#${pointer}` : path]
          const accept = version === '1.81.14' ? ['--accept', 'grants'] : []
          await trial.setUp(['--yes', '--no-wait', ...args, ...accept])
          const after = await readFile(path, 'utf8')
          expect(after.replace(/ *server_id: [\da-f]+\r?\n/g, '')).toBe(text.replaceAll(OLD, NEW))
          expect(writes(trial.sandbox)).toBe(1)
          await trial.setUp([...(await vouching(trial, ['--revert', '--yes', '--no-wait'])), ...accept])
          expect(await readFile(path, 'utf8')).toBe(text)
        })

  test('what is beside it may change before the revert, what is in it may not', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'n8n'].map((name) => configured(name)) })
    const path = await put(trial, CONFIG_MAP)
    const { code: done, stdout: report } = await trial.call(['--yes', '--no-wait', '--litellm-config', path])
    expect(done).toBe(0)
    expect(sentence(report)).toContain('Next: apply the file where it is used (kubectl apply, ')
    await writeFile(path, (await readFile(path, 'utf8')).replace('odd  spaces', 'by somebody else'))
    await trial.setUp(await vouching(trial, ['--revert', '--yes', '--no-wait']))
    expect(await readFile(path, 'utf8')).toBe(CONFIG_MAP.replace('odd  spaces', 'by somebody else'))
    await trial.setUp(['--yes', '--no-wait', '--litellm-config', path])
    await writeFile(path, (await readFile(path, 'utf8')).replace(`${NEW}/n8n/sse`, 'http://third:1/n8n'))
    const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes', '--no-wait']))
    expect([code, sentence(stdout)]).toEqual([4, expect.stringContaining('n8n')])
    expect(await readFile(path, 'utf8')).toContain('http://third:1/n8n')
  })

  test('servers in it that the gateway does not list are told', async ({ open }) => {
    const trial = await open({ servers: [guideServer('time')], configServers: [configured('fetch')] })
    const path = await put(trial, CONFIG_MAP)
    const { stdout } = await trial.call(['--dry-run', '--only', 'time', '--litellm-config', path])
    expect(sentence(stdout)).toContain(
      `${path}#/data/config.yaml holds MCP servers to move that this gateway does not list, and that stay: n8n.`,
    )
    expect(sentence(stdout)).not.toContain('stay: fetch')
  })

  test('a text that it includes stands beside it', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [configured('fetch')] })
    const text = `data:\n  config.yaml: |\n    include: [servers.yaml]\n  servers.yaml: |\n    mcp_servers:\n      fetch:\n        url: ${OLD}/fetch/sse\n        transport: sse\n`
    const path = await put(trial, text)
    await trial.setUp(['--yes', '--no-wait', '--litellm-config', `${path}#/data/config.yaml`])
    expect((await readFile(path, 'utf8')).replace(/ *server_id: .*\n/, '')).toBe(text.replace(OLD, NEW))
  })

  for (const [what, text, pointer, said] of [
    ['is not there', CONFIG_MAP, '#/data/nothing', '/data/nothing does not exist'],
    ['is a number', 'a: 1\n', '#/a', '/a is no block of text that begins with |; write it as one'],
    [
      'is quoted',
      `a: "mcp_servers:\\n  fetch: {url: x}\\n"\n`,
      '',
      '/a is no block of text that begins with |',
    ],
    ['is folded', `a: >\n${indented(INNER, '  ')}`, '#/a', '/a is no block of text that begins with |'],
    [
      'is repeated by an alias',
      `a: &a |\n${indented(INNER, '  ')}b: *a\n`,
      '#/a',
      '/a holds what an alias elsewhere in the file repeats',
    ],
    [
      'holds what an alias repeats',
      `a:\n${indented(INNER, '  ').replace('url: "', 'url: &u "')}b: *u\n`,
      '#/a',
      '/a holds what an alias elsewhere in the file repeats',
    ],
    [
      'stands in what an alias repeats',
      `x: &x\n  a: |\n${indented(INNER, '    ')}b: *x\n`,
      '#/x/a',
      '/x/a holds what an alias elsewhere in the file repeats',
    ],
    [
      'has line ends of both kinds',
      CONFIG_MAP.replace('# here\n', '# here\r\n'),
      '#/data/config.yaml',
      '/data/config.yaml has lines that end in two ways (LF and CRLF)',
    ],
    [
      'stands twice under one key',
      `${CONFIG_MAP}  config.yaml: |\n    mcp_servers: {}\n`,
      '#/data/config.yaml',
      '/data/config.yaml is written twice in it',
    ],
    [
      'is nearly right',
      CONFIG_MAP,
      '#/data/config.yml',
      '/data/config.yml does not exist; did you mean /data/config.yaml?',
    ],
    ['is an alias', `b: &b\n  mcp_servers: {}\na: *b\n`, '#/a', '/a is an alias'],
    [
      'is one of two',
      `${CONFIG_MAP}---\n${CONFIG_MAP}`,
      '#/data/config.yaml',
      'exists in more than one of its documents',
    ],
    [
      'may be either',
      `a:\n${indented(INNER, '  ')}b:\n${indented(INNER, '  ')}`,
      '',
      'it holds several configurations: name one of',
    ],
    ['is in no YAML', 'a: [\n', '#/a', '/a is not YAML'],
  ] as const)
    test(`where it ${what}, that is said before the gateway hears of it: exit 64`, async ({ open }) => {
      const trial = await open({ servers: [guideServer('time')], configServers: [configured('fetch')] })
      const path = await put(trial, text)
      const { code, stderr } = await trial.call(['--yes', '--litellm-config', `${path}${pointer}`])
      expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(said)])
      expect([trial.sandbox.requests, await readFile(path, 'utf8')]).toEqual([[], text])
    })
})

describe.concurrent('other fields of a server in config.yaml', () => {
  const MORE = `schema: mcp-url-migrate/migration/2
id: more
title: All of a server
rules:
  - when: { transport: sse }
    from: http://localhost:8585/servers/{service}/sse
    to: http://mcp-proxy-sse:8080/servers/{service}/mcp
    set: { transport: http }
  - fields: [authorization_url, token_url, args, static_headers, env, description]
    from: http://localhost:8585/*
    to: https://sso.example.com/mcp/*
examples:
  - before: { url: http://localhost:8585/servers/a/sse, transport: sse }
    after: { url: http://mcp-proxy-sse:8080/servers/a/mcp, transport: http }
  - { field: token_url, before: http://localhost:8585/token, after: https://sso.example.com/mcp/token }
  - { before: http://localhost:8586/servers/a/sse, unchanged: true }
`
  const TEXT = `mcp_servers:
  fetch:
    url: ${OLD}/fetch/sse
    transport: "sse" # for now
    authorization_url: http://localhost:8585/authorize
    token_url: 'http://localhost:8585/token'
    static_headers: { x-back: "http://localhost:8585/back", x-other: one }
    description: see http://localhost:8585/docs, and others
  tool:
    transport: stdio
    command: bridge
    args: ["--url", "http://localhost:8585/a", --quiet]
    env:
      BASE: http://localhost:8585/env
`

  for (const version of ['1.77.7', '1.81.14', '1.106.2'])
    test(`move with its URL and its transport, and back byte for byte: ${version}`, async ({ open }) => {
      const trial = await open({
        version,
        servers: [],
        configServers: [
          configured('fetch', {
            authorization_url: 'http://localhost:8585/authorize',
            token_url: 'http://localhost:8585/token',
            static_headers: { 'x-back': 'http://localhost:8585/back', 'x-other': 'one' },
            description: 'see http://localhost:8585/docs, and others',
          }),
          configured('tool', {
            url: null,
            transport: 'stdio',
            command: 'bridge',
            args: ['--url', 'http://localhost:8585/a', '--quiet'],
            env: { BASE: 'http://localhost:8585/env' },
          }),
        ],
      })
      const path = await put(trial, TEXT)
      const rules = join(trial.folder, 'more.yaml')
      await writeFile(rules, MORE)
      const args = ['--migration', rules, '--litellm-config', path]
      const accept = version === '1.106.2' ? [] : ['--accept', 'grants']
      const plan = await trial.call(['--dry-run', '--json', ...args])
      expect(documentOf(plan)).toMatchObject({ summary: { changes: 2, skipped: 0 } })
      await trial.setUp(['--yes', '--no-wait', ...args, ...accept])
      const wanted = TEXT.replace(`${OLD}/fetch/sse`, `${NEW}/fetch/mcp`)
        .replace('"sse" # for', '"http" # for')
        .replaceAll('http://localhost:8585/', 'https://sso.example.com/mcp/')
      expect((await readFile(path, 'utf8')).replace(/ *server_id: .*\n/, '')).toBe(wanted)
      await trial.setUp([...(await vouching(trial, ['--revert', '--yes', '--no-wait'])), ...accept])
      expect(await readFile(path, 'utf8')).toBe(TEXT)
    })
})
