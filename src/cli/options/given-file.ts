import { constants, type Stats } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type Owned, takeOver, whyNotOwn } from '../../core/ownership.ts'
import { mend } from '../../core/show/remedy.ts'
import { shellQuoted } from '../../core/show/shell.ts'
import { fileWords } from '../../core/show/system-words.ts'
import { decoded, fileUnreadable, readRegular, SMALL_LIMIT } from '../../files/text-file.ts'
import { thisUser } from '../../journal/trust/own-file.ts'

/** Do these words mean standard input? */
export const isStandardInput = (file: string): boolean =>
  ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'].includes(file)

type Read = { bytes: Buffer; owned: Owned | null } | { why: string }

async function readStream(stream: Readable): Promise<Read> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part)
      size += part.length
      if (size > SMALL_LIMIT) return { why: 'it is larger than 1 MB' }
    }
    return { bytes: Buffer.concat(parts), owned: null }
  } catch (error) {
    return { why: fileWords(error, 'read') }
  }
}

/** The number of a descriptor that a shell handed over under this name, as `<(pass show key)` does; `null` where it is none. */
function descriptorIn(file: string): number | null {
  const [, descriptor] = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(file) ?? []
  return descriptor === undefined ? null : Number(descriptor)
}

/**
 * Can this process write to that pipe, as to those that Node has opened for itself? Its end would never come, and whoever
 * reads from those takes signals away from Node. Linux alone tells.
 */
async function isWrittenHere({ dev, ino }: Stats): Promise<boolean> {
  for (const fd of await readdir('/proc/self/fd').catch(() => [])) {
    const found = await stat(`/proc/self/fd/${fd}`).catch(() => null)
    if (found?.ino !== ino || found.dev !== dev) continue
    const about = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => '')
    const flags = parseInt(/^flags:\s*([0-7]+)/m.exec(about)?.[1] ?? '0', 8)
    if ((flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0) return true
  }
  return false
}

/** The pipe at the other end of such a descriptor; some shells take a pair of sockets. `null` where it is none. */
async function handedOver(file: string): Promise<Socket | null> {
  const fd = descriptorIn(file)
  const found = fd === null ? null : await stat(file).catch(() => null)
  if (fd === null || !(found?.isFIFO() || found?.isSocket())) return null
  if (found.isFIFO() && (await isWrittenHere(found))) return null
  try {
    return new Socket({ fd, readable: true, writable: false })
  } catch {
    // It is one of this process's own.
    return null
  }
}

/** What a file that was given holds, and who may write to it: `null` where that is the business of who handed it over. */
export type Given = { text: string; owned: Owned | null } | { why: string }

/**
 * Reads a small file that was named on the command line, as text: a regular file, standard input, or a pipe from the shell.
 * Any other pipe, a device or a folder is told of, and never waited for. Never throws for what is wrong with it.
 */
export async function readGiven(file: string): Promise<Given> {
  const stream = isStandardInput(file) ? process.stdin : await handedOver(file)
  const contents: Read = stream ? await readStream(stream) : await readRegular(file, SMALL_LIMIT)
  if ('why' in contents) return { why: contents.why }
  const text = decoded(contents.bytes)
  if (text === null) return { why: 'it is not UTF-8' }
  return { text, owned: descriptorIn(file) === null ? contents.owned : null }
}

/**
 * Refuses a file that somebody else may have written: who writes it decides as whom this program signs in. Root is trusted,
 * who hands out the secrets of containers. `what`: the beginning of the sentence; `otherwise`: another way to give it. Throws
 * `file-unreadable`, with what mends it.
 */
export function requireGuarded(file: string, owned: Owned | null, what: string, otherwise = ''): void {
  const user = thisUser()
  const why = owned === null ? null : whyNotOwn(owned, [0, user.uid])
  if (owned === null || why === null) return
  const close = `chmod go-w -- ${shellQuoted(file)}`
  const command = owned.uid === 0 && user.uid !== 0 ? `sudo ${close}` : takeOver(file, owned, user)
  throw fileUnreadable(`${what}: ${why}`, mend(`If what it holds is right${otherwise}:`, command))
}
