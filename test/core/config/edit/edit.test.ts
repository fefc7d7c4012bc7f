import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { type ConfigEdit, editConfig } from '../../../../src/core/config/edit/edit.ts'
import { readConfig } from '../../../../src/core/config/read/servers.ts'

const OLD = 'http://localhost:8585'
const NEW = 'http://mcp-proxy-sse:8080'
const ID = '31cf01df22a36c761cdd19e8389d4537'

const fixture = async (file: string): Promise<string> =>
  readFile(new URL(`../files/${file}`, import.meta.url), 'utf8')

/** The one place of a text that reads so, replaced: what a careful person with an editor would do. */
function byHand(text: string, from: string, to: string): string {
  expect(text.split(from)).toHaveLength(2)
  return text.replace(from, () => to)
}

const reversed = (edits: readonly ConfigEdit[]): ConfigEdit[] =>
  edits
    .map(({ field, before, after }) => ({ field, before: after, after: before }) as ConfigEdit)
    .toReversed()

function move(text: string, name: string, pin: boolean): { edited: string; edits: ConfigEdit[] } {
  const url = readConfig(text, 'f').servers.find((server) => server.name === name)?.entry.url
  const before = String(url)
  const edits: ConfigEdit[] = [{ field: 'url', before, after: before.replace(OLD, NEW) }]
  if (pin) edits.push({ field: 'server_id', before: null, after: ID })
  return { edited: editConfig(text, 'f', name, edits), edits }
}

const pinned = `server_id: ${ID}`

/** File, server, the piece of the file round its URL, that piece moved, and moved with the id pinned. */
const CASES: [file: string, server: string, piece: string, moved: string, pinned: string][] = [
  [
    'guide.yaml',
    'filesystem',
    `# read-only\n    url: ${OLD}/servers/filesystem/sse   #`,
    `# read-only\n    url: ${NEW}/servers/filesystem/sse   #`,
    `# read-only\n    ${pinned}\n    url: ${NEW}/servers/filesystem/sse   #`,
  ],
  [
    'guide.yaml',
    'github',
    `vault\n\n    url: ${OLD}/servers/github/sse\n`,
    `vault\n\n    url: ${NEW}/servers/github/sse\n`,
    `vault\n\n    ${pinned}\n    url: ${NEW}/servers/github/sse\n`,
  ],
  [
    'anchors.yaml',
    'filesystem',
    `    url: ${OLD}/servers/filesystem/sse`,
    `    url: ${NEW}/servers/filesystem/sse`,
    `    ${pinned}\n    url: ${NEW}/servers/filesystem/sse`,
  ],
  [
    'anchors.yaml',
    'derived',
    `    url: &own ${OLD}/servers/derived/sse`,
    `    url: &own ${NEW}/servers/derived/sse`,
    `    ${pinned}\n    url: &own ${NEW}/servers/derived/sse`,
  ],
  [
    'quotes.yaml',
    'plain',
    `plain:\n    url: ${OLD}/`,
    `plain:\n    url: ${NEW}/`,
    `plain:\n    ${pinned}\n    url: ${NEW}/`,
  ],
  [
    'quotes.yaml',
    'single',
    `    url: '${OLD}/servers/a/sse'   # 'quoted'`,
    `    url: '${NEW}/servers/a/sse'   # 'quoted'`,
    `    ${pinned}\n    url: '${NEW}/servers/a/sse'   # 'quoted'`,
  ],
  [
    'quotes.yaml',
    'double',
    `    "url": "${OLD}/servers/a/sse?x=1`,
    `    "url": "${NEW}/servers/a/sse?x=1`,
    `    ${pinned}\n    "url": "${NEW}/servers/a/sse?x=1`,
  ],
  [
    'quotes.yaml',
    'spaced',
    `    'url' :    "${OLD}/servers/a/sse"   \n`,
    `    'url' :    "${NEW}/servers/a/sse"   \n`,
    `    ${pinned}\n    'url' :    "${NEW}/servers/a/sse"   \n`,
  ],
  [
    'quotes.yaml',
    'tagged',
    `    url: !!str ${OLD}/`,
    `    url: !!str ${NEW}/`,
    `    ${pinned}\n    url: !!str ${NEW}/`,
  ],
  [
    'flow.yaml',
    'filesystem',
    `filesystem: {url: ${OLD}/servers/filesystem/sse, `,
    `filesystem: {url: ${NEW}/servers/filesystem/sse, `,
    `filesystem: {${pinned}, url: ${NEW}/servers/filesystem/sse, `,
  ],
  [
    'flow.yaml',
    'github',
    `sse , url : "${OLD}/servers/github/sse" }`,
    `sse , url : "${NEW}/servers/github/sse" }`,
    `sse , ${pinned}, url : "${NEW}/servers/github/sse" }`,
  ],
  [
    'flow.yaml',
    'git',
    `{"url":"${OLD}/servers/git/sse",`,
    `{"url":"${NEW}/servers/git/sse",`,
    `{${pinned}, "url":"${NEW}/servers/git/sse",`,
  ],
  [
    'flow.yaml',
    'wide',
    `# first\n      url: '${OLD}/servers/wide/sse', # then`,
    `# first\n      url: '${NEW}/servers/wide/sse', # then`,
    `# first\n      ${pinned}, url: '${NEW}/servers/wide/sse', # then`,
  ],
  [
    'document.json.yaml',
    'filesystem',
    `      "url": "${OLD}/`,
    `      "url": "${NEW}/`,
    `      ${pinned}, "url": "${NEW}/`,
  ],
  [
    'blocks.yaml',
    'literal',
    `    url: |-\n      ${OLD}/servers/literal/`,
    `    url: |-\n      ${NEW}/servers/literal/`,
    `    ${pinned}\n    url: |-\n      ${NEW}/servers/literal/`,
  ],
  [
    'blocks.yaml',
    'folded',
    `    url: >-   # stripped\n        ${OLD}/servers/folded/`,
    `    url: >-   # stripped\n        ${NEW}/servers/folded/`,
    `    ${pinned}\n    url: >-   # stripped\n        ${NEW}/servers/folded/`,
  ],
  [
    'blocks.yaml',
    'kept',
    `    url: |\n      ${OLD}/servers/kept/`,
    `    url: |\n      ${NEW}/servers/kept/`,
    `    ${pinned}\n    url: |\n      ${NEW}/servers/kept/`,
  ],
  [
    'blocks.yaml',
    'below',
    `    url:\n      # the address stands on a line of its own\n      ${OLD}/`,
    `    url:\n      # the address stands on a line of its own\n      ${NEW}/`,
    `    ${pinned}\n    url:\n      # the address stands on a line of its own\n      ${NEW}/`,
  ],
  [
    'tabs.yaml',
    'filesystem',
    `    url: "${OLD}/servers/filesystem/sse?q=\ta"`,
    `    url: "${NEW}/servers/filesystem/sse?q=\ta"`,
    `    ${pinned}\n    url: "${NEW}/servers/filesystem/sse?q=\ta"`,
  ],
  [
    'tabs.yaml',
    'github',
    `    url: ${OLD}/servers/github/sse #\tbehind`,
    `    url: ${NEW}/servers/github/sse #\tbehind`,
    `    ${pinned}\n    url: ${NEW}/servers/github/sse #\tbehind`,
  ],
  [
    'complex.yaml',
    'filesystem',
    `  : url: ${OLD}/servers/filesystem/sse`,
    `  : url: ${NEW}/servers/filesystem/sse`,
    'refused: its URL does not stand on a line of its own',
  ],
  [
    'complex.yaml',
    'git',
    `      url: ${OLD}/servers/git/sse\n...`,
    `      url: ${NEW}/servers/git/sse\n...`,
    `      ${pinned}\n      url: ${NEW}/servers/git/sse\n...`,
  ],
  [
    'crlf.yaml',
    'filesystem',
    `    url: ${OLD}/servers/filesystem/sse   \r\n`,
    `    url: ${NEW}/servers/filesystem/sse   \r\n`,
    `    ${pinned}\r\n    url: ${NEW}/servers/filesystem/sse   \r\n`,
  ],
  [
    'crlf.yaml',
    'github',
    `    url: >-\r\n      ${OLD}/servers/github/sse\r\n`,
    `    url: >-\r\n      ${NEW}/servers/github/sse\r\n`,
    `    ${pinned}\r\n    url: >-\r\n      ${NEW}/servers/github/sse\r\n`,
  ],
  [
    'crlf.yaml',
    'flow',
    `sse, url: '${OLD}/servers/flow/sse'}`,
    `sse, url: '${NEW}/servers/flow/sse'}`,
    `sse, ${pinned}, url: '${NEW}/servers/flow/sse'}`,
  ],
  [
    'mixed.yaml',
    'filesystem',
    `transport: sse\n    url: ${OLD}/servers/filesystem/sse\r\n`,
    `transport: sse\n    url: ${NEW}/servers/filesystem/sse\r\n`,
    `transport: sse\n    ${pinned}\n    url: ${NEW}/servers/filesystem/sse\r\n`,
  ],
  [
    'mixed.yaml',
    'github',
    `transport: sse\r\n    url: ${OLD}/servers/github/sse\n`,
    `transport: sse\r\n    url: ${NEW}/servers/github/sse\n`,
    `transport: sse\r\n    ${pinned}\r\n    url: ${NEW}/servers/github/sse\n`,
  ],
  [
    'mixed.yaml',
    'last',
    `last:\r\n    url: ${OLD}/`,
    `last:\r\n    url: ${NEW}/`,
    `last:\r\n    ${pinned}\r\n    url: ${NEW}/`,
  ],
  [
    'unicode.yaml',
    'dateien_für_alle',
    `    url: ${OLD}/servers/größe/sse   # ←`,
    `    url: ${NEW}/servers/größe/sse   # ←`,
    `    ${pinned}\n    url: ${NEW}/servers/größe/sse   # ←`,
  ],
  [
    'unicode.yaml',
    '日本語',
    `    url: "${OLD}/servers/日本語/sse"`,
    `    url: "${NEW}/servers/日本語/sse"`,
    `    ${pinned}\n    url: "${NEW}/servers/日本語/sse"`,
  ],
  [
    'no-newline.yaml',
    'filesystem',
    `    url: ${OLD}/`,
    `    url: ${NEW}/`,
    `    ${pinned}\n    url: ${NEW}/`,
  ],
]

describe('a server of a config.yaml', () => {
  test.each(CASES)('%s: %s moves, and nothing else', async (file, server, piece, moved) => {
    const text = await fixture(file)
    const { edited, edits } = move(text, server, false)
    expect(edited).toBe(byHand(text, piece, moved))
    expect(editConfig(edited, 'f', server, reversed(edits))).toBe(text)
  })

  const pinnable = CASES.filter(([, , , , both]) => !both.startsWith('refused: '))
  test.each(pinnable)('%s: %s moves and keeps its id', async (file, server, piece, _, both) => {
    const text = await fixture(file)
    const { edited, edits } = move(text, server, true)
    expect(edited).toBe(byHand(text, piece, both))
    expect(parse(edited.replace('\uFEFF', ''), { merge: true }).mcp_servers[server].server_id).toBe(ID)
    expect(editConfig(edited, 'f', server, reversed(edits))).toBe(text)
  })

  test('has an id on a line of its own, or none', async () => {
    const text = await fixture('complex.yaml')
    expect(() => move(text, 'filesystem', true)).toThrow(
      'f, line 5: its URL does not stand on a line of its own',
    )
  })

  test('can be pinned where its URL comes from the environment', async () => {
    const text = await fixture('environ.yaml')
    const edit: ConfigEdit = { field: 'server_id', before: null, after: ID }
    const edited = editConfig(text, 'f', 'filesystem', [edit])
    expect(edited).toBe(
      byHand(text, '    url: os.environ/MCP_URL ', `    ${pinned}\n    url: os.environ/MCP_URL `),
    )
    expect(editConfig(edited, 'f', 'filesystem', reversed([edit]))).toBe(text)
  })

  test.each([
    '12345678901234567890123456789012',
    '1234567890e',
    '0b1',
    'true',
    'on',
    "it's",
    '2001-12-14',
    ' x',
  ])('keeps %j as a text when it is pinned', async (id) => {
    const text = await fixture('guide.yaml')
    const edit: ConfigEdit = { field: 'server_id', before: null, after: id }
    const edited = editConfig(text, 'f', 'github', [edit])
    const quoted = `'${id.replace("'", "''")}'`
    expect(edited).toBe(byHand(text, 'vault\n\n', `vault\n\n    server_id: ${quoted}\n`))
    expect(editConfig(edited, 'f', 'github', reversed([edit]))).toBe(text)
  })

  test('is taken back in a file that somebody else went on editing', async () => {
    const text = await fixture('crlf.yaml')
    const { edited, edits } = move(text, 'filesystem', true)
    const others = (before: string): string =>
      byHand(before, "description: 'Dateien'", 'description: Ordner # neu').replace(
        '# Written',
        '\r\n\n# Written',
      )
    expect(editConfig(others(edited), 'f', 'filesystem', reversed(edits))).toBe(others(text))
  })
})

describe('what is refused rather than guessed', () => {
  const url = (before: string): ConfigEdit => ({ field: 'url', before, after: before.replace(OLD, NEW) })
  const pin: ConfigEdit = { field: 'server_id', before: null, after: ID }
  const unpin: ConfigEdit = { field: 'server_id', before: ID, after: null }
  const below = (entry: string): string => `mcp_servers:\n  a:\n${entry}`

  test.each([
    ['parent', `${OLD}/servers/parent/sse`, 'in one place with that of child, twin'],
    ['twin', `${OLD}/servers/parent/sse`, 'in one place with that of parent, child'],
    ['base', `${OLD}/servers/base/other`, 'its URL is not the expected one'],
    ['named', `${OLD}/servers/named/sse`, 'another place of the file refers to it'],
    ['nobody', OLD, 'there is no MCP server named "nobody" in it'],
  ])('the URL of %s in anchors.yaml', async (name, before, reason) => {
    const text = await fixture('anchors.yaml')
    expect(() => editConfig(text, 'f', name, [url(before)])).toThrow(reason)
  })

  test.each([
    ['inherits', 'default', ['inherits']],
    ['pointer', 'shared', ['pointer']],
    ['child', 'parent', ['parent', 'child', 'twin']],
  ])('but the URL of %s, which stands elsewhere, moves for all that have it', async (name, path, sharers) => {
    const text = await fixture('anchors.yaml')
    const before = `${OLD}/servers/${path}/sse`
    const edit: ConfigEdit = { field: 'url', before, after: before.replace(OLD, NEW), sharers }
    const edited = editConfig(text, 'f', name, [edit])
    expect(edited).toBe(byHand(text, before, edit.after))
    expect(editConfig(edited, 'f', name, [{ ...edit, before: edit.after, after: before }])).toBe(text)
  })

  test('an id that would be inherited', async () => {
    const text = await fixture('anchors.yaml')
    expect(() => editConfig(text, 'f', 'base', [pin])).toThrow(
      'the change would alter mcp_servers.derived.server_id, too',
    )
    expect(() => editConfig(text, 'f', 'twin', [pin])).toThrow('its entry is an alias of another one')
  })

  test('but an id goes before the first line of an entry that has no URL of its own', async () => {
    const text = await fixture('anchors.yaml')
    const edited = editConfig(text, 'f', 'inherits', [pin])
    expect(edited).toBe(byHand(text, 'inherits:\n', `inherits:\n    server_id: ${ID}\n`))
    expect(editConfig(edited, 'f', 'inherits', [unpin])).toBe(text)
  })

  test.each(['escaped', 'doubled', 'folded'])(
    'the URL of %s in quotes.yaml, whose characters are not its value',
    async (name) => {
      const text = await fixture('quotes.yaml')
      const before = String(readConfig(text, 'f').servers.find((server) => server.name === name)?.entry.url)
      expect(() => editConfig(text, 'f', name, [url(before)])).toThrow('escapes or over several lines')
    },
  )

  test('a URL of the environment', async () => {
    const text = await fixture('environ.yaml')
    expect(() => editConfig(text, 'f', 'filesystem', [url('os.environ/MCP_URL')])).toThrow(
      'f, line 4: its URL comes from an environment variable',
    )
  })

  test.each([
    ["    url: 'http://a'\n", { field: 'url', before: 'http://a', after: "http://it's" }],
    ['    url: http://a\n', { field: 'url', before: 'http://a', after: 'http://b #c' }],
    ['    url: "http://a"\n', { field: 'url', before: 'http://a', after: 'http://b\\x20c' }],
    ['    url: |\n      http://a\n', { field: 'url', before: 'http://a\n', after: 'http://a' }],
  ] satisfies [string, ConfigEdit][])(
    'a value that would not be read as it is written: %j',
    (entry, edit) => {
      expect(() => editConfig(below(entry), 'f', 'a', [edit])).toThrow()
    },
  )

  test.each([
    `    server_id: other\n    url: ${OLD}\n`,
    `    url: ${OLD}\n    "server_id": x\n`,
    `    <<: {server_id: x}\n    url: ${OLD}\n`,
  ])('a second id: %j', (entry) => {
    expect(() => editConfig(below(entry), 'f', 'a', [pin])).toThrow('f, line 2: it has a server_id already')
  })

  test('an id where one stands that holds nothing', () => {
    const entry = below(`    url: ${OLD}\n    server_id:\n`)
    expect(() => editConfig(entry, 'f', 'a', [pin])).toThrow('f, line 4: its server_id is there and is empty')
  })

  test.each([
    [`    server_id: ${ID} # ours\n    url: ${OLD}\n`, 'edited by hand'],
    [`    "server_id": ${ID}\n    url: ${OLD}\n`, 'edited by hand'],
    [`    server_id: '${ID}'\n    url: ${OLD}\n`, 'edited by hand'],
    [`    {server_id: ${ID}}\n`, 'edited by hand'],
    [`    {server_id: ${ID} , url: ${OLD}}\n`, 'edited by hand'],
    [`    server_id: other\n    url: ${OLD}\n`, 'not the expected one'],
    [`    url: ${OLD}\n`, 'not the expected one'],
  ])('to take out an id that is not the one put in: %j', (entry, reason) => {
    expect(() => editConfig(below(entry), 'f', 'a', [unpin])).toThrow(reason)
  })
})
