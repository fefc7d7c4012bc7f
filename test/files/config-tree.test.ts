import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfigTree } from '../../src/files/config-tree.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Record<string, string | Buffer>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return join(folder, Object.keys(files)[0] ?? '')
}

const server = (name: string): string => `mcp_servers:\n  ${name}: {url: http://localhost:8585/${name}}\n`

/** Names of the files in LiteLLM's order, the one that holds the servers, and the servers. */
async function shape(path: string): Promise<unknown> {
  const { files, source, servers } = await readConfigTree(path)
  const short = (file: { path: string }): string => file.path.slice(folder.length + 1)
  return [files.map(short), source && short(source), servers.map(({ name }) => name)]
}

describe('a config.yaml with includes', () => {
  test('is one file where nothing is included', async () => {
    const path = await write({ 'config.yaml': server('a') })
    expect(await shape(path)).toEqual([['config.yaml'], 'config.yaml', ['a']])
    expect((await readConfigTree(path)).files[0]?.text).toBe(server('a'))
  })

  test('takes its servers from the last file that has the key: mappings are replaced, not merged', async () => {
    const path = await write({
      'config.yaml': `include:\n- one.yaml\n- sub/two.yaml\n- three.yaml\n${server('a')}`,
      'one.yaml': server('b'),
      'sub/two.yaml': server('c'),
      'three.yaml': 'model_list: []\n',
    })
    const all = ['config.yaml', 'one.yaml', 'sub/two.yaml', 'three.yaml']
    expect(await shape(path)).toEqual([all, 'sub/two.yaml', ['c']])
  })

  test('has no servers where the last file with the key has none', async () => {
    const path = await write({
      'config.yaml': `include: [one.yaml]\n${server('a')}`,
      'one.yaml': 'mcp_servers:\n',
    })
    expect(await shape(path)).toEqual([['config.yaml', 'one.yaml'], 'one.yaml', []])
  })

  test('reads what an included file includes after all others', async () => {
    const path = await write({
      'config.yaml': 'include: [one.yaml, two.yaml]\n',
      'one.yaml': `include: [deep.yaml]\n${server('a')}`,
      'two.yaml': server('b'),
      'deep.yaml': server('c'),
    })
    const all = ['config.yaml', 'one.yaml', 'two.yaml', 'deep.yaml']
    expect(await shape(path)).toEqual([all, 'deep.yaml', ['c']])
  })

  test('takes the aliases of the last file with litellm_settings', async () => {
    const path = await write({
      'config.yaml': 'include: [one.yaml]\nlitellm_settings: {mcp_aliases: {x: a}}\n',
      'one.yaml': 'litellm_settings: {drop_params: true}\n',
    })
    expect((await readConfigTree(path)).aliases).toEqual({})
    await write({ 'one.yaml': 'general_settings: {}\n' })
    expect((await readConfigTree(path)).aliases).toEqual({ x: 'a' })
  })

  test('is found from the place of a symbolic link, as LiteLLM does', async () => {
    await write({ 'real/config.yaml': 'include: [one.yaml]\n', 'etc/one.yaml': server('a') })
    await symlink(join(folder, 'real/config.yaml'), join(folder, 'etc/config.yaml'))
    const all = ['etc/config.yaml', 'etc/one.yaml']
    expect(await shape(join(folder, 'etc/config.yaml'))).toEqual([all, 'etc/one.yaml', ['a']])
  })

  test('may name one beside the included file (1.106.2) or beside the first (older)', async () => {
    const path = await write({
      'config.yaml': 'include: [sub/one.yaml]\n',
      'sub/one.yaml': 'include: [two.yaml]\n',
    })
    await write({ 'sub/two.yaml': server('a') })
    expect(await shape(path)).toEqual([
      ['config.yaml', 'sub/one.yaml', 'sub/two.yaml'],
      'sub/two.yaml',
      ['a'],
    ])
    await rm(join(folder, 'sub/two.yaml'))
    await write({ 'two.yaml': server('b') })
    expect(await shape(path)).toEqual([['config.yaml', 'sub/one.yaml', 'two.yaml'], 'two.yaml', ['b']])
    await write({ 'sub/two.yaml': server('a') })
    await expect(readConfigTree(path)).rejects.toThrow('depending on the release of LiteLLM')
  })

  test('may include a file twice where that changes nothing', async () => {
    const files = { 'config.yaml': 'include: [one.yaml, two.yaml, one.yaml]\n', 'one.yaml': server('a') }
    const path = await write({ ...files, 'two.yaml': 'model_list: []\n' })
    expect(await shape(path)).toEqual([['config.yaml', 'one.yaml', 'two.yaml'], 'one.yaml', ['a']])
    await write({ 'two.yaml': server('b') })
    await expect(readConfigTree(path)).rejects.toThrow('one.yaml: it is included twice')
  })
})

describe('what is refused with its path', () => {
  test.each([
    ['includes itself', { 'a.yaml': 'include: [a.yaml]\n' }, 'a.yaml: the file includes itself'],
    [
      'includes itself on a detour',
      { 'a.yaml': 'include: [b.yaml]\n', 'b.yaml': 'include: [./a.yaml]\n' },
      'a.yaml: the file includes itself, through',
    ],
    [
      'includes a broken file',
      { 'a.yaml': 'include: [b.yaml]\n', 'b.yaml': 'a: 1\nb: [\n' },
      'b.yaml, line 3: something stands where a value must be',
    ],
    [
      'is not UTF-8',
      { 'a.yaml': Buffer.from('# a\r\n\r\n# \xfc\n', 'latin1') },
      'a.yaml, line 3: the file is not UTF-8',
    ],
    [
      'is UTF-16',
      { 'a.yaml': Buffer.from('\uFEFFa: 1\n', 'utf16le') },
      'a.yaml, line 1: the file is not UTF-8',
    ],
  ])('a file that %s', async (_, files, message) => {
    const path = await write(files)
    const found: unknown = await readConfigTree(path).catch((error: unknown) => error)
    expect(found).toMatchObject({ code: 'config-invalid', message: expect.stringContaining(message) })
    expect(found).toMatchObject({ message: expect.stringContaining(folder) })
  })

  test.each([
    ['gone.yaml', 'gone.yaml: there is no such file, and '],
    ['.', ': it is a folder, and '],
  ])('a file that includes %s, which cannot be read', async (included, message) => {
    const path = await write({ 'a.yaml': `include: ['${included}']\n` })
    const found: unknown = await readConfigTree(path).catch((error: unknown) => error)
    expect(found).toMatchObject({ code: 'file-unreadable', message: expect.stringContaining(message) })
    expect(found).toMatchObject({ message: expect.stringContaining(`${path} includes it`) })
  })

  test('a file that is not there', async () => {
    const path = join(folder, 'none.yaml')
    await expect(readConfigTree(path)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: `${path}: there is no such file`,
    })
  })
})
