import { constants, type Stats } from 'node:fs'
import { access, type FileHandle, open, stat } from 'node:fs/promises'
import { configFault } from '../core/config/read/fault.ts'
import { MigrateError } from '../core/errors.ts'
import type { Owned } from '../core/ownership.ts'
import { fileWords } from '../core/show/system-words.ts'

const MB = 1024 * 1024

/** How many bytes a config.yaml or `.env` may have. */
export const CONFIG_LIMIT = 4 * MB
/** How many bytes any other file may have that is named to this program. */
export const SMALL_LIMIT = MB

/** What a file holds and who may write to it, or why it cannot be read, in words. */
export type Contents = { kind: 'bytes'; bytes: Buffer; owned: Owned } | { kind: 'unreadable'; why: string }

const unreadable = (why: string): Contents => ({ kind: 'unreadable', why })

function whyNot(found: Stats): string | null {
  if (found.isDirectory()) return 'it is a folder'
  return found.isFile() ? null : 'it is not a regular file'
}

/** The bytes up to the limit; `null` where there are more. Files such as those in /proc do not tell their size. */
async function upTo(limit: number, handle: FileHandle): Promise<Buffer | null> {
  const parts: Buffer[] = []
  for (let left = limit + 1; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(left, MB)), 0, null, null)
    if (bytesRead === 0) return Buffer.concat(parts)
    parts.push(buffer.subarray(0, bytesRead))
    left -= bytesRead
    if (left === 0) return null
  }
}

async function readOpen(handle: FileHandle, limit: number): Promise<Contents> {
  try {
    const owned = await handle.stat()
    const why = whyNot(owned)
    if (why !== null) return unreadable(why)
    const bytes = await upTo(limit, handle)
    return bytes ? { kind: 'bytes', bytes, owned } : unreadable(`it is larger than ${limit / MB} MB`)
  } finally {
    await handle.close()
  }
}

/**
 * Reads a regular file, also through symbolic links. Waits for no pipe and no device, and takes no more than `limit`
 * bytes. Never throws for what is wrong with the file.
 */
export async function readRegular(path: string, limit: number): Promise<Contents> {
  try {
    // Opening alone means something to a device, and to whoever waits at the other end of a pipe.
    const why = whyNot(await stat(path))
    if (why !== null) return unreadable(why)
    return await readOpen(await open(path, constants.O_RDONLY | constants.O_NONBLOCK), limit)
  } catch (error) {
    return unreadable(fileWords(error, 'read'))
  }
}

/** Is there anything at a path? */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** The error for a file that was named to this program and cannot be read. */
export const fileUnreadable = (message: string, hint: string | null = null): MigrateError =>
  new MigrateError('file-unreadable', message, hint)

// `ignoreBOM` keeps the mark in the text, so that encoding it again gives the same bytes.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as text, a byte order mark included; `null` where they are no UTF-8. */
export function decoded(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes)
  } catch {
    return null
  }
}

/** The first line, counted from 1, whose bytes are no UTF-8. A line end is never part of a longer character. */
export function firstBadLine(bytes: Buffer): number {
  let [line, start] = [1, 0]
  for (;;) {
    const end = bytes.indexOf(0x0a, start)
    if (end === -1 || decoded(bytes.subarray(start, end)) === null) return line
    line += 1
    start = end + 1
  }
}

/**
 * The text of a config.yaml or `.env`, a byte order mark included. Throws `file-unreadable` with its path, the reason and
 * the file that includes it, and `config-invalid` with the line where it is no UTF-8.
 */
export async function readText(path: string, includedBy: string | null = null): Promise<string> {
  const contents = await readRegular(path, CONFIG_LIMIT)
  if (contents.kind === 'unreadable') {
    const via = includedBy === null ? '' : `, and ${includedBy} includes it`
    throw fileUnreadable(`${path}: ${contents.why}${via}`)
  }
  const text = decoded(contents.bytes)
  if (text === null) throw configFault(path, firstBadLine(contents.bytes), 'the file is not UTF-8')
  return text
}
