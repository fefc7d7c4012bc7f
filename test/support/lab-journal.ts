import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** One run's file in a journal, as text and lines, with the permission bits of file and folder. */
export interface JournalFile {
  readonly name: string
  readonly mode: number
  readonly folderMode: number
  readonly text: string
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

const permissions = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

/** The files of a journal in the order of their names, read without the program's own code. */
export async function journalFiles(folder: string): Promise<JournalFile[]> {
  const names = (await readdir(folder)).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      const text = await readFile(path, 'utf8')
      const lines = text.split('\n').filter(Boolean)
      return {
        name,
        mode: await permissions(path),
        folderMode: await permissions(folder),
        text,
        lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
      }
    }),
  )
}

/** SHA-256 of each line, in hex, over its text without the hash that it carries itself at its end. */
const hashes = ({ text }: JournalFile): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      createHash('sha256')
        .update(line.replace(/,"sha256":"[0-9a-f]{64}"\}$/, '}'))
        .digest('hex'),
    )

/** What the lines of a file should hold: each the hash of itself, and that of the line before it. */
export function expectedHashes(file: JournalFile): { prev: string | null; sha256: string }[] {
  const own = hashes(file)
  return own.map((sha256, i) => ({ prev: own[i - 1] ?? null, sha256 }))
}

/** SHA-256 of a file's last line: the head that reports and `history` name. */
export function headOf(file: JournalFile): string | undefined {
  return hashes(file).at(-1)
}

/** A journal's text without the URLs before and after: all that may stand in it in clear for the owner alone. */
export function withoutUrls({ text }: JournalFile): string {
  return text.replaceAll(/"(before|after)":"https?:[^"]*"/g, '"$1":"URL"')
}
