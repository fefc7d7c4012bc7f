import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { MigrateError } from '../core/errors.ts'
import { fileWords } from '../core/show/system-words.ts'
import { chained, type Head, type Line, readChain } from './chain.ts'
import type { RunRecorder } from './port.ts'
import { clearedEvent, type JournalEvent } from './records.ts'
import { openOwnFile } from './trust/own-file.ts'

/** What the names of a journal's files end in. */
export const EXTENSION = '.jsonl'

/** The error for a journal that takes nothing more. */
export const unwritable = (location: string, error: unknown): MigrateError =>
  new MigrateError(
    'journal-unwritable',
    `The journal in ${location} cannot be written (${fileWords(error, 'write')})`,
    'Without a journal nothing could be taken back, so nothing more is written. Make room or give access there, or name another folder with --journal DIR.',
  )

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Where a recorder has got to: the file that it made or took up, and its bytes so far. */
interface Extent {
  inode: number
  device: number
  size: number
}

const replaced = (): Error => Object.assign(new Error('replaced'), { code: 'ESTALE' })

/** A file that was deleted, replaced or written by somebody else meanwhile would take every record and keep none. */
async function requireInPlace(handle: FileHandle, place: Extent): Promise<void> {
  const { ino, dev, size } = await handle.stat()
  if (ino !== place.inode || dev !== place.device || size !== place.size) throw replaced()
}

async function newFile(file: string): Promise<Extent> {
  const handle = await open(file, 'ax', 0o600)
  try {
    // Of what the umask took away, a record needs its own.
    await handle.chmod(0o600)
    const { ino, dev } = await handle.stat()
    return { inode: ino, device: dev, size: 0 }
  } finally {
    await handle.close()
  }
}

// Whatever was put in its place meanwhile is not followed, nor waited for.
const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Opened for each record anew: between two of them nothing is held that a crash or a lost recorder could leave open. */
export class FileRecorder implements RunRecorder {
  readonly #folder: string
  readonly #file: string
  readonly #cleared: (text: string) => string
  #waiting: JournalEvent[]
  #head: Head = { length: 0, hash: null }
  #place: Extent | null = null
  #broken: MigrateError | null = null

  constructor(folder: string, run: string, waiting: JournalEvent[], cleared: (text: string) => string) {
    this.#cleared = cleared
    this.#folder = folder
    this.#file = join(folder, run + EXTENSION)
    this.#waiting = waiting
  }

  note(happened: JournalEvent): void {
    this.#waiting.push(happened)
  }

  async record(happened: JournalEvent): Promise<void> {
    if (this.#broken) throw this.#broken
    try {
      await this.#append([...this.#waiting, happened])
      this.#waiting = []
    } catch (error) {
      this.#broken = unwritable(this.#folder, error)
      throw this.#broken
    }
  }

  async #append(events: readonly JournalEvent[]): Promise<void> {
    const fresh = this.#place === null
    const place = this.#place ?? (await newFile(this.#file))
    this.#place = place
    let head = this.#head
    const lines: Line[] = []
    for (const happened of events) {
      const next = chained(head, new Date().toISOString(), clearedEvent(happened, this.#cleared))
      lines.push(next.line)
      head = next.head
    }
    await this.#appendTo(place, lines)
    place.size += lines.reduce((size, { bytes }) => size + bytes, 0)
    this.#head = head
    if (fresh) await syncFolder(this.#folder)
  }

  async #appendTo(place: Extent, lines: readonly Line[]): Promise<void> {
    const handle = await open(this.#file, APPENDING)
    try {
      await requireInPlace(handle, place)
      try {
        for (const { pieces } of lines) for (const piece of pieces) await handle.appendFile(piece)
        await handle.sync()
      } catch (error) {
        // Whatever stays is a torn line, or an intent of which the gateway is asked: the first error is the one to tell.
        await this.#withdraw(handle, place).catch(() => {})
        throw error
      }
    } finally {
      await handle.close()
    }
  }

  /** What was not recorded as a whole did not happen: half a line is cut off, and a run that never began leaves no file. */
  async #withdraw(handle: FileHandle, { size }: Extent): Promise<void> {
    await handle.truncate(size)
    if (size === 0) await unlink(this.#file)
  }

  async finish(happened: JournalEvent): Promise<string | null> {
    if (this.#place) await this.record(happened)
    return this.#head.hash
  }

  /**
   * Takes up the file where its last whole line ends, if that is the line with this hash; a torn one after it is cut off.
   * Throws `journal-unsafe`, `journal-damaged`, `journal-newer`, and what the system says.
   */
  async takeUp(hash: string | null): Promise<void> {
    const handle = await openOwnFile(this.#file, constants.O_RDWR)
    try {
      const { head, size: intact, torn } = readChain(await handle.readFile(), this.#file)
      if (head.hash !== hash) throw replaced()
      if (torn) {
        await handle.truncate(intact)
        await handle.sync()
      }
      const { ino, dev, size } = await handle.stat()
      if (size !== intact) throw replaced()
      this.#place = { inode: ino, device: dev, size }
      this.#head = head
    } finally {
      await handle.close()
    }
  }
}
