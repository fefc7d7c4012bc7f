import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))
const TEST = fileURLToPath(new URL('.', import.meta.url))

/** The rooms that speak with something outside, each with one thing. */
const OUTSIDE = ['files', 'mcp', 'gateway', 'journal', 'docker', 'machine']

/** Which rooms a room may import from, besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  sandbox: [],
  core: [],
  files: ['core'],
  mcp: ['core'],
  gateway: ['core', 'mcp'],
  journal: ['core', 'machine'],
  docker: ['core', 'files'],
  machine: ['core'],
  runs: ['core', ...OUTSIDE],
  cli: ['core', ...OUTSIDE, 'runs', 'sandbox'],
}

const room = (file: string): string => relative(SRC, file).split('/')[0] ?? ''

async function sources(): Promise<{ file: string; text: string }[]> {
  const names = (await readdir(SRC, { recursive: true })).filter((name) => name.endsWith('.ts'))
  return Promise.all(
    names.map(async (name) => ({
      file: resolve(SRC, name),
      text: await readFile(resolve(SRC, name), 'utf8'),
    })),
  )
}

test('imports point one way: core ← files, mcp, gateway, journal, docker, machine ← runs ← cli, and none leads out of the sandbox', async () => {
  const files = await sources()
  expect(files.length).toBeGreaterThan(40)
  const wrong = files.flatMap(({ file, text }) =>
    [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)]
      .map(([, target = '']) => resolve(dirname(file), target))
      .filter((target) => room(target) !== room(file) && !MAY_IMPORT[room(file)]?.includes(room(target)))
      .map((target) => `${relative(SRC, file)} imports ${relative(SRC, target)}`),
  )
  expect(wrong).toEqual([])
})

/** All folders below one, by their paths from there, with the names of the files in each. */
async function folders(root: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const folder = relative(root, entry.parentPath)
    if (entry.isFile()) found.set(folder, [...(found.get(folder) ?? []), entry.name])
  }
  return found
}

test('every room is known, and no folder holds more files than one reads at a glance', async () => {
  const found = await folders(SRC)
  const rooms = new Set([...found.keys()].map((folder) => folder.split('/')[0]))
  expect(rooms).toEqual(new Set(Object.keys(MAY_IMPORT)))
  const crowded = [...found].filter(([, files]) => files.length > 14)
  expect(crowded.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([])
})

test('tests of a room stand where what they test stands', async () => {
  const own = await folders(SRC)
  const known = new Set(
    [...own.keys()].flatMap((folder) => folder.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'))),
  )
  const tests = [...(await folders(TEST))]
    .filter(
      ([folder, files]) =>
        (folder.split('/')[0] ?? '') in MAY_IMPORT && files.some((name) => name.endsWith('.test.ts')),
    )
    .map(([folder]) => folder)
  expect(tests.length).toBeGreaterThan(20)
  expect(tests.filter((folder) => !known.has(folder)).map((folder) => join('test', folder))).toEqual([])
})

test('the core asks nobody: no clock, network, file or console', async () => {
  const files = (await sources()).filter(({ file }) => room(file) === 'core')
  const impure = files.filter(({ text }) =>
    /'node:(?!crypto)|Date\.now|new Date|process\.|console\.|fetch\(/.test(text),
  )
  expect(impure.map(({ file }) => relative(SRC, file))).toEqual([])
})

test('one place ends the process', async () => {
  const files = (await sources()).filter(({ text }) => /process\.(exit|exitCode)\b/.test(text))
  expect(files.map(({ file }) => relative(SRC, file))).toEqual(['cli/ending.ts'])
})
