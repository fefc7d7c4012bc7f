import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from './cli.ts'

const run = promisify(execFile)

/** What a browser finds on a page: see `page-facts.mjs`. */
export interface PageFacts {
  /** Of each container, its name, and whether all of its box can be seen. */
  containers: { name: string; visible: boolean }[]
  /** Texts that are wider or higher than the box around them. */
  overflowing: string[]
  /** Texts that lie over another text. */
  overlapping: string[]
  /** The lowest contrast of a text with what is behind it, and that text. */
  contrast: { ratio: number; text: string }
  background: string
}

const MEASURE = await readFile(new URL('page-facts.mjs', import.meta.url), 'utf8')

/** Opens a page in Chromium and looks at how it is laid out. Rejects where there is no Chromium. */
export async function factsOf(page: string, scheme: 'light' | 'dark', width = 1200): Promise<PageFacts> {
  const file = join(await temporaryFolder(), 'page.html')
  // The page itself forbids all scripts.
  const open = page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
  await writeFile(file, open.replace('</body>', `<script type="module">${MEASURE}</script></body>`))
  const { stdout } = await run(process.env['CHROMIUM'] || 'chromium', [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
    `--window-size=${width},1000`,
    '--dump-dom',
    `file://${file}`,
  ])
  const [, facts = ''] = /<pre id="facts">(.*?)<\/pre>/s.exec(stdout) ?? []
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }
  return JSON.parse(facts.replace(/&(amp|lt|gt);/g, (entity) => entities[entity] ?? '')) as PageFacts
}
