import { readdir, readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/** The rooms that speak with something outside, each with one thing. */
const OUTSIDE = ['files', 'mcp', 'gateway', 'journal', 'docker', 'machine']

/** Which rooms a room may import from, besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  sandbox: [],
  core: [],
  files: ['core'],
  mcp: ['core'],
  gateway: ['core', 'mcp'],
  journal: ['core'],
  docker: ['core'],
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
