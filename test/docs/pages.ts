import { readdir, readFile } from 'node:fs/promises'

const ROOT = new URL('../../', import.meta.url)

/** A page for people, by its path from the root of the project. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** Where a file of the project is, by its path from the root. */
export const placeOf = (path: string): URL => new URL(path, ROOT)

/** One page. */
export const readPage = async (path: string): Promise<Page> => ({
  path,
  text: await readFile(placeOf(path), 'utf8'),
})

/** Every page: the README, SECURITY and all of docs/. */
export async function allPages(): Promise<Page[]> {
  const docs = (await readdir(placeOf('docs'), { recursive: true })).filter((name) => name.endsWith('.md'))
  return Promise.all(
    ['README.md', 'SECURITY.md', ...docs.map((name) => `docs/${name}`).toSorted()].map(readPage),
  )
}

/** What stands in the blocks of one language, in their order. */
export const blocks = ({ text }: Page, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  )

/** The lines of all blocks of one language. */
export const linesOf = (page: Page, language: string): string[] =>
  blocks(page, language).flatMap((block) => block.trimEnd().split('\n'))
