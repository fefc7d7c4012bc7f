import { type ParsedTarFileItem, parseTar } from 'nanotar'
import { z } from 'zod'
import { parsedJson } from '../../core/parsed-json.ts'

/** What is at a path: a file's text, or where a link leads. */
export type Unpacked = { kind: 'file'; text: string } | { kind: 'link'; to: string } | { kind: 'other' }

/** What an engine sent for one path. `stat`: its header about the path, empty where it sent none. `isCut`: at the limit. */
export interface Archive {
  stat: string
  tar: Buffer
  isCut: boolean
}

/** This tool reads no file that is longer. */
const FILE_LIMIT = 1024 * 1024

/** The longest archive that is read, in bytes: such a file with what stands before and after it. */
export const ARCHIVE_LIMIT = FILE_LIMIT + 64 * 1024

// As Go's os.FileMode has them.
const SYMLINK = 1 << 27
const NO_FILE = (1 << 31) | (1 << 26) | (1 << 25) | (1 << 24) | (1 << 21) | (1 << 19)

const pathStat = z.object({ mode: z.number().int(), linkTarget: z.string().default('') })

const readStat = (header: string): z.infer<typeof pathStat> | undefined =>
  pathStat.safeParse(parsedJson(Buffer.from(header, 'base64').toString('utf8'))).data

function entriesIn(tar: Buffer): ParsedTarFileItem[] {
  try {
    // A copy: the library reads the memory under a buffer from its beginning, and small buffers share theirs.
    return parseTar(new Uint8Array(tar))
  } catch {
    throw new Error('its archive is damaged')
  }
}

/**
 * Reads the answer to `GET /containers/{id}/archive`. Throws for a file that is longer than 1 MB, and for what is no
 * archive.
 *
 * The header X-Docker-Container-Path-Stat says what stands at the path, as seen on Docker 20.10 and Podman 4.3. For a
 * link both say so in `mode`, and in `linkTarget` where it leads to in the end, as an absolute path. For anything else
 * Docker leaves `linkTarget` empty, and Podman repeats the path. The archive holds a link on Docker, on Podman the file
 * behind it. A dangling link is 404 on Podman.
 */
export function unpack({ stat, tar, isCut }: Archive, path: string): Unpacked {
  const found = readStat(stat)
  if (found && found.mode & SYMLINK)
    return found.linkTarget ? { kind: 'link', to: found.linkTarget } : { kind: 'other' }
  if (found && found.mode & NO_FILE) return { kind: 'other' }
  const tooLong = new Error(`${path} is longer than 1 MB`)
  if (isCut) throw tooLong
  const [entry] = entriesIn(tar)
  if (entry?.type !== 'file') return { kind: 'other' }
  const { size, data = new Uint8Array() } = entry
  if (size > FILE_LIMIT) throw tooLong
  // A size that is no number is read as none.
  if (data.length !== size) throw new Error('its archive is damaged')
  return { kind: 'file', text: Buffer.from(data).toString('utf8') }
}
