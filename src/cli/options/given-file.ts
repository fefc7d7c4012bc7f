import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileWords } from '../../core/show/system-words.ts'
import { type Contents, decoded, readRegular, SMALL_LIMIT } from '../../files/text-file.ts'

/** Do these words mean standard input? */
export const isStandardInput = (file: string): boolean =>
  ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'].includes(file)

async function readStream(stream: Readable): Promise<Contents> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part)
      size += part.length
      if (size > SMALL_LIMIT) return { kind: 'unreadable', why: 'it is larger than 1 MB' }
    }
    return { kind: 'bytes', bytes: Buffer.concat(parts) }
  } catch (error) {
    return { kind: 'unreadable', why: fileWords(error, 'read') }
  }
}

/** The pipe that a shell handed over under this name, as `<(pass show key)` does; `null` where it is not one. */
async function handedOver(file: string): Promise<Socket | null> {
  const [, descriptor] = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(file) ?? []
  if (descriptor === undefined) return null
  const found = await stat(file).catch(() => null)
  return found?.isFIFO() ? new Socket({ fd: Number(descriptor), readable: true, writable: false }) : null
}

/**
 * Reads a small file that was named on the command line, as text: a regular file, standard input, or a pipe from the shell.
 * Any other pipe, a device or a folder is told of, and never waited for. Never throws for what is wrong with it.
 */
export async function readGiven(file: string): Promise<{ text: string } | { why: string }> {
  const stream = isStandardInput(file) ? process.stdin : await handedOver(file)
  const contents = stream ? await readStream(stream) : await readRegular(file, SMALL_LIMIT)
  if (contents.kind === 'unreadable') return { why: contents.why }
  const text = decoded(contents.bytes)
  return text === null ? { why: 'it is not UTF-8' } : { text }
}
