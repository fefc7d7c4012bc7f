import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { extract } from 'tar-stream'

/** The first thing in an archive of one path: a file's text, or where a link leads. */
export type Unpacked = { kind: 'file'; text: string } | { kind: 'link'; to: string } | { kind: 'other' }

/** A file that is longer is none that this tool reads. */
const LIMIT = 1024 * 1024

/** Reads the tar archive that Docker makes of one path inside a container. Rejects what is longer than 1 MB. */
export async function unpack(archive: Readable, path: string): Promise<Unpacked> {
  const entries = archive.pipe(extract())
  archive.once('error', (error) => entries.destroy(error))
  try {
    for await (const entry of entries) {
      const { type, linkname } = entry.header
      if (type === 'symlink' && linkname)
        return { kind: 'link', to: posix.resolve(posix.dirname(path), linkname) }
      if (type !== 'file') return { kind: 'other' }
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of entry) {
        length += (chunk as Buffer).length
        if (length > LIMIT) throw new Error(`${path} is longer than 1 MB`)
        chunks.push(chunk as Buffer)
      }
      return { kind: 'file', text: Buffer.concat(chunks).toString('utf8') }
    }
    return { kind: 'other' }
  } finally {
    archive.destroy()
  }
}
