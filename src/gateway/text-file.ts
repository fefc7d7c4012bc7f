import { readFile, stat } from 'node:fs/promises'
import { configFault } from '../core/config/fault.ts'

/** The code of a failed system call, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}

/** The bytes of a file. Throws `config-invalid` with its path where there is none, or no right to read it. */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    // A pipe would be waited for without end.
    if (!(await stat(path)).isFile()) throw Object.assign(new Error('no file'), { code: 'no regular file' })
    return await readFile(path)
  } catch (error) {
    throw configFault(path, null, `the file cannot be read (${codeOf(error)})`)
  }
}

// `ignoreBOM` keeps the mark in the text, so that encoding it again gives the same bytes.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes)
  } catch {
    return null
  }
}

/** The first line, counted from 1, whose bytes are no UTF-8. A line end is never part of a longer character. */
function firstBadLine(bytes: Buffer): number {
  let [line, start] = [1, 0]
  for (;;) {
    const end = bytes.indexOf(0x0a, start)
    if (end === -1 || decoded(bytes.subarray(start, end)) === null) return line
    line += 1
    start = end + 1
  }
}

/** Bytes as text, a byte order mark included. Throws `config-invalid` with the line where they are no UTF-8. */
export function decodeText(bytes: Buffer, path: string): string {
  const text = decoded(bytes)
  if (text === null) throw configFault(path, firstBadLine(bytes), 'the file is not UTF-8')
  return text
}

/** The text of a file, a byte order mark included. Throws `config-invalid` as `readBytes` and `decodeText` do. */
export async function readText(path: string): Promise<string> {
  return decodeText(await readBytes(path), path)
}
