import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/core/config/read/servers.ts'
import { MigrateError } from '../../../../src/core/errors.ts'

const fixture = async (file: string): Promise<string> =>
  readFile(new URL(`../files/${file}`, import.meta.url), 'utf8')

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
          "sharers": [
            "base",
          ],
          "value": "http://localhost:8585/servers/base/sse",
        },
        "child": {
          "kind": "here",
          "sharers": [
            "parent",
            "child",
            "twin",
          ],
          "value": "http://localhost:8585/servers/parent/sse",
        },
        "derived": {
          "kind": "here",
          "sharers": [
            "derived",
          ],
          "value": "http://localhost:8585/servers/derived/sse",
        },
        "filesystem": {
          "kind": "here",
          "sharers": [
            "filesystem",
          ],
          "value": "http://localhost:8585/servers/filesystem/sse",
        },
        "inherits": {
          "kind": "here",
          "sharers": [
            "inherits",
          ],
          "value": "http://localhost:8585/servers/default/sse",
        },
        "named": {
          "kind": "elsewhere",
          "reason": "another place of the file refers to it",
        },
        "parent": {
          "kind": "here",
          "sharers": [
            "parent",
            "child",
            "twin",
          ],
          "value": "http://localhost:8585/servers/parent/sse",
        },
        "pointer": {
          "kind": "here",
          "sharers": [
            "pointer",
          ],
          "value": "http://localhost:8585/servers/shared/sse",
        },
        "twin": {
          "kind": "here",
          "sharers": [
            "parent",
            "child",
            "twin",
          ],
          "value": "http://localhost:8585/servers/parent/sse",
        },
      }
    `)
    expect(urls(await fixture('quotes.yaml'))).toMatchInlineSnapshot(`
      {
        "double": {
          "kind": "here",
          "sharers": [
            "double",
          ],
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
          "reason": "it is not text",
        },
        "plain": {
          "kind": "here",
          "sharers": [
            "plain",
          ],
          "value": "http://localhost:8585/servers/a/sse",
        },
        "single": {
          "kind": "here",
          "sharers": [
            "single",
          ],
          "value": "http://localhost:8585/servers/a/sse",
        },
        "spaced": {
          "kind": "here",
          "sharers": [
            "spaced",
          ],
          "value": "http://localhost:8585/servers/a/sse",
        },
        "tagged": {
          "kind": "here",
          "sharers": [
            "tagged",
          ],
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
          "sharers": [
            "half",
          ],
          "value": "http://os.environ/HOST/sse",
        },
        "quoted": {
          "kind": "env",
          "name": "MCP_URL",
        },
        "vault": {
          "kind": "elsewhere",
          "reason": "it refers to something that is not an environment variable",
        },
      }
    `)
    expect(urls(await fixture('complex.yaml'))).toMatchInlineSnapshot(`
      {
        "filesystem": {
          "kind": "here",
          "sharers": [
            "filesystem",
          ],
          "value": "http://localhost:8585/servers/filesystem/sse",
        },
        "git": {
          "kind": "here",
          "sharers": [
            "git",
          ],
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
          "sharers": [
            "below",
          ],
          "value": "http://localhost:8585/servers/below/sse",
        },
        "folded": {
          "kind": "here",
          "sharers": [
            "folded",
          ],
          "value": "http://localhost:8585/servers/folded/sse",
        },
        "kept": {
          "kind": "here",
          "sharers": [
            "kept",
          ],
          "value": "http://localhost:8585/servers/kept/sse
      ",
        },
        "literal": {
          "kind": "here",
          "sharers": [
            "literal",
          ],
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
    expect(urls(merged)).toEqual({ s: { kind: 'here', value: 'http://h', sharers: ['s'] } })
    const alias = 'a: &a\n  s: {url: http://h}\nmcp_servers: *a\n'
    expect(urls(alias)).toEqual({ s: { kind: 'here', value: 'http://h', sharers: ['s'] } })
    const root = 'a: &a\n  mcp_servers: {s: {url: http://h}}\n<<: *a\n'
    expect(urls(root)).toEqual({ s: { kind: 'here', value: 'http://h', sharers: ['s'] } })
    const used = 'mcp_servers: &a\n  s: {url: http://h}\nguardrails: *a\n'
    expect(urls(used)).toEqual({
      s: { kind: 'elsewhere', reason: 'another place of the file refers to it' },
    })
  })

  test('takes YAML 1.1 for granted, as LiteLLM does', () => {
    const text = '%YAML 1.2\n---\nd: &d {on: yes}\nmcp_servers:\n  s: {<<: *d, url: http://h}\n'
    expect(readConfig(text, 'f').servers[0]?.entry).toEqual({ true: true, url: 'http://h' })
  })

  test.each(['', '# nothing\n', 'model_list: []\n', '{}', '---\n...\n'])('finds nothing in %j', (text) => {
    expect(readConfig(text, 'f')).toMatchObject({
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
    ['a: [1\n', 'f, line 2: a list in brackets has no "," or "]" where one must be'],
    [`a: "${SECRET}\n`, 'f, line 2: a quoted text is not closed'],
    [`a: ${SECRET}: b\n`, 'f, line 1: the value of a key is not allowed here'],
    ['a: 1\n---\nb: 2\n', 'f, line 2: a second document begins'],
    [`a: !${SECRET} b\n`, 'f, line 1: it has a tag that LiteLLM does not know'],
    [`a: *${SECRET}\n`, 'f, line 1: an alias refers to nothing'],
    [`a: &${SECRET} 1\nb: &${SECRET} 2\n`, 'f, line 2: an anchor is defined twice'],
    ['a: &a [*a]\n', 'f, line 1: an alias refers to what it stands in'],
    [`- ${SECRET}\n`, 'f, line 1: the file is not a mapping'],
    [SECRET, 'f, line 1: the file is not a mapping'],
    ['a:\n\tb: 1\n', 'f, line 2: a tab stands where YAML wants spaces'],
    ['a: 1\nmcp_servers: [a]\n', 'f, line 2: mcp_servers is not a mapping'],
    [`a: 1\nmcp_servers: ${SECRET}\n`, 'f, line 2: mcp_servers is not a mapping'],
    ['x: 1\ninclude: a.yaml\n', 'f, line 2: include is not a list of paths'],
    ['include: [1]\n', 'f, line 1: include is not a list of paths'],
    ['include:\n', 'f, line 1: include is not a list of paths'],
    ['# a\u2028b: [\n', 'f, line 3: something stands where a value must be'],
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

  test('is read where a key appears twice: the last counts, as for LiteLLM', async () => {
    const { twice, servers } = readConfig(await fixture('duplicate.yaml'), 'config.yaml')
    expect([twice, servers.length]).toEqual([[], 1])
    const text = `mcp_servers:\n  a: {url: http://first}\n  a:\n    url: http://h\n    url: http://last\n`
    const found = readConfig(text, 'f')
    expect(found.servers.map(({ url }) => url)).toEqual([
      { kind: 'here', value: 'http://last', sharers: ['a'] },
    ])
    expect(found.twice).toEqual([3, 5])
  })

  test('has every alias, whatever it is called', () => {
    const text = 'litellm_settings:\n  mcp_aliases: {__proto__: fetch, constructor: fetch}\n'
    expect(Object.entries(readConfig(text, 'f').aliases ?? {})).toEqual([
      ['__proto__', 'fetch'],
      ['constructor', 'fetch'],
    ])
    expect(readConfig('litellm_settings:\n  mcp_aliases: {a: 1}\n', 'f').aliases).toEqual({})
  })

  test('is read where aliases stand for more than any file holds', () => {
    const lines = Array.from(
      { length: 20 },
      (_, i) => `l${i}: &l${i} [${Array.from({ length: 20 }, () => (i ? `*l${i - 1}` : 'x')).join(', ')}]`,
    )
    const text = `${lines.join('\n')}\nmcp_servers:\n  a: {url: http://a}\n  b: {url: http://b, x: *l19}\n`
    expect(urls(text)).toEqual({
      a: { kind: 'here', value: 'http://a', sharers: ['a'] },
      b: { kind: 'elsewhere', reason: 'its entry stands for more values than this program takes' },
    })
  })

  test.each(['mcp_servers:\n  a:\n', `mcp_servers:\n\n  a: [${SECRET}]\n`])(
    'leaves an entry alone that is no mapping: %j',
    (text) => {
      expect(urls(text)).toEqual({
        a: { kind: 'elsewhere', reason: 'the entry of this MCP server is not a mapping' },
      })
    },
  )
})
