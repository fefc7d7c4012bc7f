import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { temporaryFolder } from './cli.ts'

/** A module of `src` with all that it needs as one file, built anew: the URL from which a child process imports it. */
export async function compiled(source: string): Promise<string> {
  const input = fileURLToPath(new URL(`../../src/${source}`, import.meta.url))
  const file = join(await temporaryFolder(), 'compiled.mjs')
  await using build = await rolldown({ input, platform: 'node' })
  await build.write({ file, format: 'esm', codeSplitting: false })
  return pathToFileURL(file).href
}
