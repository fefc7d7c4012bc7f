import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** Are pages to be written anew, as `npm run docs` does, where they are otherwise only compared? */
export const isUpdating = process.env['UPDATE_DOCS'] === '1'

/** Holds a file of the docs to what is made of the source, or writes it anew. `name`: below `docs`. */
export async function expectGenerated(name: string, text: string): Promise<void> {
  const file = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url))
  if (isUpdating) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const there = await readFile(file, 'utf8').catch(() => 'nothing')
  expect(there, `docs/${name} is not what the source says: run npm run docs`).toBe(text)
}
