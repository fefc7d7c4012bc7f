import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/core/config/read.ts'
import { MigrateError } from '../../../src/core/errors.ts'

const fixture = async (file: string): Promise<string> =>
  readFile(new URL(`files/${file}`, import.meta.url), 'utf8')

const urls = (text: string): Record<string, unknown> =>
  Object.fromEntries(readConfig(text, 'f').servers.map(({ name, url }) => [name, url]))

describe('reading a config.yaml', () => {
  test('finds the servers with their lines, and keeps every field', async () => {
    const { servers, includes, aliases, declaresServers } = readConfig(await fixture('guide.yaml'), 'f')
    expect(servers.map(({ name, line }) => [name, line])).toEqual([
      ['filesystem', 31],
      ['github', 39],
      ['remote', 48],
    ])
    expect(servers[1]?.entry).toEqual({
      transport: 'sse',
      url: 'http://localhost:8585/servers/github/sse',
      extra_headers: ['Authorization'],
      access_groups: ['dev', 'ops'],
    })
    expect({ includes, aliases, declaresServers }).toEqual({
      includes: [],
      aliases: { fs: 'filesystem' },
      declaresServers: true,
    })
  })

  test('says of each URL what can be done with it', async () => {
    expect(urls(await fixture('anchors.yaml'))).toMatchInlineSnapshot(`
      {
        "base": {
          "kind": "here",
          "value": "http://localhost:8585/servers/base/sse",
        },
        "child": {
          "kind": "elsewhere",
          "reason": "it comes through a merge key",
        },
        "derived": {
          "kind": "here",
          "value": "http://localhost:8585/servers/derived/sse",
        },
        "filesystem": {
          "kind": "here",
          "value": "http://localhost:8585/servers/filesystem/sse",
        },
        "inherits": {
          "kind": "elsewhere",
          "reason": "it comes through a merge key",
        },
        "named": {
          "kind": "elsewhere",
          "reason": "another place of the file refers to it",
        },
        "parent": {
          "kind": "elsewhere",
          "reason": "another place of the file refers to it",
        },
        "pointer": {
          "kind": "elsewhere",
          "reason": "it is an alias",
        },
        "twin": {
          "kind": "elsewhere",
          "reason": "its entry is an alias of another one",
        },
      }
    `)
    expect(urls(await fixture('quotes.yaml'))).toMatchInlineSnapshot(`
      {
        "double": {
          "kind": "here",
          "value": "http://localhost:8585/servers/a/sse?x=1&y=%20#top",
        },
        "doubled": {
          "kind": "elsewhere",
          "reason": "it is written with escapes or over several lines, so that its characters are not its value",
        },
        "empty": {
          "kind": "absent",
        },
        "escaped": {
          "kind": "elsewhere",
          "reason": "it is written with escapes or over several lines, so that its characters are not its value",
        },
        "folded": {
          "kind": "elsewhere",
          "reason": "it is written with escapes or over several lines, so that its characters are not its value",
        },
        "nothing": {
          "kind": "absent",
        },
        "null_url": {
          "kind": "absent",
        },
        "number": {
          "kind": "elsewhere",
          "reason": "it is no text",
        },
        "plain": {
          "kind": "here",
          "value": "http://localhost:8585/servers/a/sse",
        },
        "single": {
          "kind": "here",
          "value": "http://localhost:8585/servers/a/sse",
        },
        "spaced": {
          "kind": "here",
          "value": "http://localhost:8585/servers/a/sse",
        },
        "tagged": {
          "kind": "here",
          "value": "http://localhost:8585/servers/a/sse",
        },
      }
    `)
    expect(urls(await fixture('environ.yaml'))).toMatchInlineSnapshot(`
      {
        "filesystem": {
          "kind": "env",
          "name": "MCP_URL",
        },
        "half": {
          "kind": "here",
          "value": "http://os.environ/HOST/sse",
        },
        "quoted": {
          "kind": "env",
          "name": "MCP_URL",
        },
        "vault": {
          "kind": "elsewhere",
          "reason": "it refers to something that is no environment variable",
        },
      }
    `)
    expect(urls(await fixture('complex.yaml'))).toMatchInlineSnapshot(`
      {
        "filesystem": {
          "kind": "here",
          "value": "http://localhost:8585/servers/filesystem/sse",
        },
        "git": {
          "kind": "here",
          "value": "http://localhost:8585/servers/git/sse",
        },
        "github": {
          "kind": "elsewhere",
          "reason": "it is written with a complex key (a question mark)",
        },
      }
    `)
    expect(urls(await fixture('blocks.yaml'))).toMatchInlineSnapshot(`
      {
        "below": {
          "kind": "here",
          "value": "http://localhost:8585/servers/below/sse",
        },
        "folded": {
          "kind": "here",
          "value": "http://localhost:8585/servers/folded/sse",
        },
        "kept": {
          "kind": "here",
          "value": "http://localhost:8585/servers/kept/sse
      ",
        },
        "literal": {
          "kind": "here",
          "value": "http://localhost:8585/servers/literal/sse",
        },
        "several": {
          "kind": "elsewhere",
          "reason": "it is written with escapes or over several lines, so that its characters are not its value",
        },
      }
    `)
  })

  test('follows merge keys as PyYAML does: own keys win, the first of a list wins', () => {
    const text =
      'a: &a {transport: sse, x: 1}\nb: &b {transport: http, y: 2}\nmcp_servers:\n  s:\n    x: 3\n    <<: [*a, *b]\n    url: http://h\n'
    expect(readConfig(text, 'f').servers[0]?.entry).toEqual({
      transport: 'sse',
      x: 3,
      y: 2,
      url: 'http://h',
    })
  })

  test('finds servers that come through a merge key or an alias', () => {
    const merged = 'a: &a\n  s: {url: http://h}\nmcp_servers:\n  <<: *a\n'
    expect(urls(merged)).toEqual({ s: { kind: 'elsewhere', reason: 'its entry comes through a merge key' } })
    const alias = 'a: &a\n  s: {url: http://h}\nmcp_servers: *a\n'
    expect(urls(alias)).toEqual({ s: { kind: 'elsewhere', reason: 'mcp_servers is an alias' } })
    const root = 'a: &a\n  mcp_servers: {s: {url: http://h}}\n<<: *a\n'
    expect(urls(root)).toEqual({
      s: { kind: 'elsewhere', reason: 'mcp_servers comes through a merge key' },
    })
    const used = 'mcp_servers: &a\n  s: {url: http://h}\nb: *a\n'
    expect(urls(used)).toEqual({
      s: { kind: 'elsewhere', reason: 'another place of the file refers to it' },
    })
  })

  test('takes YAML 1.1 for granted, as LiteLLM does', () => {
    const text = '%YAML 1.2\n---\nd: &d {on: yes}\nmcp_servers:\n  s: {<<: *d, url: http://h}\n'
    expect(readConfig(text, 'f').servers[0]?.entry).toEqual({ true: true, url: 'http://h' })
  })

  test.each(['', '# nothing\n', 'model_list: []\n', '{}', '---\n...\n'])('finds nothing in %j', (text) => {
    expect(readConfig(text, 'f')).toEqual({
      includes: [],
      servers: [],
      aliases: null,
      declaresServers: false,
    })
  })

  test('tells a key without servers from no key', () => {
    expect(readConfig('mcp_servers:\n', 'f')).toMatchObject({ servers: [], declaresServers: true })
  })
})

const SECRET = 'sk-secret-value'

describe('what is no config.yaml', () => {
  test.each([
    ['a: [1\n', 'f, line 2: the indentation fits nothing above'],
    [`a: "${SECRET}\n`, 'f, line 2: this is no valid YAML (missing char)'],
    [`a: ${SECRET}: b\n`, 'f, line 1: this is no valid YAML (block as implicit key)'],
    [`a: 1\nb:\n  - ${SECRET}: 1\n    ${SECRET}: 2\n`, 'f, line 4: a key stands twice in one mapping'],
    [`{a: 1, "a": ${SECRET}}`, 'f, line 1: a key stands twice in one mapping'],
    ['mcp_servers: {}\nmcp_servers: {}\n', 'f, line 2: a key stands twice in one mapping'],
    ['a: 1\n---\nb: 2\n', 'f, line 2: a second document begins'],
    [`a: !${SECRET} b\n`, 'f, line 1: it has a tag that LiteLLM does not know'],
    [`a: *${SECRET}\n`, 'f: an alias refers to nothing or to itself'],
    ['a: &a {x: 1}\nb: &b {x: 2}\nc:\n  <<: *a\n  <<: *b\n', 'f, line 5: a key stands twice in one mapping'],
    ['a: &a [*a]\n', 'f: an alias refers to nothing or to itself'],
    [`- ${SECRET}\n`, 'f, line 1: the file is no mapping'],
    [SECRET, 'f, line 1: the file is no mapping'],
    ['a:\n\tb: 1\n', 'f, line 2: a tab stands where YAML wants spaces'],
    ['a: 1\nmcp_servers: [a]\n', 'f, line 2: mcp_servers is no mapping'],
    [`a: 1\nmcp_servers: ${SECRET}\n`, 'f, line 2: mcp_servers is no mapping'],
    [`mcp_servers:\n  a:\n`, 'f, line 2: the entry of this MCP server is no mapping'],
    [`mcp_servers:\n\n  a: [${SECRET}]\n`, 'f, line 3: the entry of this MCP server is no mapping'],
    ['x: 1\ninclude: a.yaml\n', 'f, line 2: include is no list of paths'],
    ['include: [1]\n', 'f, line 1: include is no list of paths'],
    ['include:\n', 'f, line 1: include is no list of paths'],
    ['# a\rb: c\n', 'f, line 1: a line break that readers of YAML understand differently'],
    ['a: 1\n# x\u2028b: c\n', 'f, line 2: a line break that readers of YAML understand differently'],
  ])('%j', (text, message) => {
    let thrown: unknown
    try {
      readConfig(text, 'f')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(MigrateError)
    const { code, message: said, hint } = thrown as MigrateError
    expect(code).toBe('config-invalid')
    expect(said).toContain(message)
    expect(said + String(hint)).not.toContain(SECRET)
  })

  test('a duplicate key far from any server', async () => {
    const text = await fixture('duplicate.yaml')
    expect(() => readConfig(text, 'config.yaml')).toThrow(
      'config.yaml, line 9: a key stands twice in one mapping; LiteLLM would silently take the last',
    )
  })

  test('a file that is built to explode', () => {
    const lines = Array.from(
      { length: 20 },
      (_, i) => `l${i}: &l${i} [${Array.from({ length: 20 }, () => (i ? `*l${i - 1}` : 'x')).join(', ')}]`,
    )
    expect(() => readConfig(lines.join('\n'), 'f')).toThrow('too many')
  })
})
