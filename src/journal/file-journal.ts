import { randomBytes } from 'node:crypto'
import { constants, type FileHandle, open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, MigrateError } from '../core/errors.ts'
import { fileWords } from '../core/system-words.ts'
import { chained, type Head, type ReadRun, readChain } from './chain.ts'
import { JournalDamage } from './damage.ts'
import { makeFolder } from './folder.ts'
import { foldRun, type RecordedRun } from './fold.ts'
import type { Journal, JournalProblem, RunRecorder } from './port.ts'
import type { JournalEvent, RunStarted } from './records.ts'

const EXTENSION = '.jsonl'

const unwritable = (location: string, error: unknown): MigrateError =>
  new MigrateError(
    'journal-unwritable',
    `The journal in ${location} cannot be written (${fileWords(error, 'write')})`,
    'Without a journal nothing could be taken back, so nothing more is written. Make room or give access there, or name another folder with --journal DIR.',
  )

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Where a recorder has got to: the file that it made or took up, and its bytes so far. */
interface Place {
  inode: number
  device: number
  size: number
}

/** A file that was deleted, replaced or written by somebody else meanwhile would take every record and keep none. */
async function requireInPlace(handle: FileHandle, place: Place): Promise<void> {
  const { ino, dev, size } = await handle.stat()
  if (ino !== place.inode || dev !== place.device || size !== place.size)
    throw Object.assign(new Error('replaced'), { code: 'ESTALE' })
}

async function newFile(file: string): Promise<Place> {
  const handle = await open(file, 'ax', 0o600)
  try {
    const { ino, dev } = await handle.stat()
    return { inode: ino, device: dev, size: 0 }
  } finally {
    await handle.close()
  }
}

/** Opened for each record anew: between two of them nothing is held that a crash or a lost recorder could leave open. */
class FileRecorder implements RunRecorder {
  readonly #folder: string
  readonly #file: string
  #waiting: JournalEvent[]
  #head: Head = { length: 0, hash: null }
  #place: Place | null = null
  #broken: MigrateError | null = null

  constructor(folder: string, run: string, waiting: JournalEvent[]) {
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
    let text = ''
    for (const happened of events) {
      const next = chained(head, new Date().toISOString(), happened)
      text += next.line
      head = next.head
    }
    const handle = await open(this.#file, constants.O_WRONLY | constants.O_APPEND)
    try {
      await requireInPlace(handle, place)
      await handle.appendFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    place.size += Buffer.byteLength(text)
    this.#head = head
    if (fresh) await syncFolder(this.#folder)
  }

  async finish(happened: JournalEvent): Promise<string | null> {
    if (this.#place) await this.record(happened)
    return this.#head.hash
  }

  /** Takes up a file where its last whole line ends; a torn one behind it is cut off. */
  async takeUp({ head, torn }: ReadRun, intactBytes: number): Promise<void> {
    const handle = await open(this.#file, 'r+')
    try {
      if (torn) {
        await handle.truncate(intactBytes)
        await handle.sync()
      }
      const { ino, dev, size } = await handle.stat()
      if (size !== intactBytes) throw Object.assign(new Error('replaced'), { code: 'ESTALE' })
      this.#place = { inode: ino, device: dev, size }
      this.#head = head
    } finally {
      await handle.close()
    }
  }
}

function problem(file: string, error: unknown): JournalProblem {
  if (error instanceof JournalDamage)
    return { code: error.code, file, line: error.line, message: error.message }
  const message =
    error instanceof MigrateError ? error.message : `${file} cannot be read (${fileWords(error, 'read')})`
  return { code: 'journal-damaged', file, line: null, message }
}

/** What tells that a file is as it was: nobody writes to one without changing some of it. */
type Stamp = Record<'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs', bigint>

const sameStamp = (a: Stamp, b: Stamp): boolean =>
  a.dev === b.dev &&
  a.ino === b.ino &&
  a.size === b.size &&
  a.mtimeNs === b.mtimeNs &&
  a.ctimeNs === b.ctimeNs

// The clock of a file system may tick so slowly that a write right behind a read leaves the time as it was.
const SETTLED_NS = 2_000_000_000n

const isSettled = ({ mtimeNs, ctimeNs }: Stamp): boolean => {
  const now = BigInt(Date.now()) * 1_000_000n
  return now - mtimeNs > SETTLED_NS && now - ctimeNs > SETTLED_NS
}

/** The journal as a folder with one append-only file of JSON Lines for each run, readable by its owner only. */
export class FileJournal implements Journal {
  readonly location: string
  /** What was read of each file, for as long as that is as it was: large journals are asked several times. */
  readonly #read = new Map<string, { stamp: Stamp; run: RecordedRun | null }>()

  constructor(folder: string) {
    this.location = folder
  }

  async requireWritable(): Promise<void> {
    const trial = join(this.location, `.writable-${randomBytes(6).toString('hex')}`)
    try {
      await makeFolder(this.location, 0o700)
      const handle = await open(trial, 'wx', 0o600)
      try {
        await handle.writeFile('x'.repeat(4096))
        await handle.sync()
      } finally {
        await handle.close()
        await unlink(trial)
      }
    } catch (error) {
      throw unwritable(this.location, error)
    }
  }

  begin(started: RunStarted): RunRecorder {
    return new FileRecorder(this.location, started.run, [started])
  }

  async resume({ id, head }: RecordedRun): Promise<RunRecorder> {
    const file = join(this.location, id + EXTENSION)
    const recorder = new FileRecorder(this.location, id, [])
    try {
      const text = await readFile(file, 'utf8')
      const read = readChain(text, file)
      if (read.head.hash !== head) throw Object.assign(new Error('replaced'), { code: 'ESTALE' })
      await recorder.takeUp(read, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)))
    } catch (error) {
      throw error instanceof MigrateError ? error : unwritable(this.location, error)
    }
    return recorder
  }

  async runs(): Promise<{ runs: RecordedRun[]; problems: JournalProblem[] }> {
    const runs: RecordedRun[] = []
    const problems: JournalProblem[] = []
    for (const name of await this.#files()) {
      const file = join(this.location, name)
      try {
        const run = await this.#runIn(file)
        if (run) runs.push(run)
      } catch (error) {
        problems.push(problem(file, error))
      }
    }
    return { runs: runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1)), problems }
  }

  async #runIn(file: string): Promise<RecordedRun | null> {
    // A pipe of that name is not waited for.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stamp = await handle.stat({ bigint: true })
      if (!stamp.isFile()) throw Object.assign(new Error('no file'), { code: 'ENODEV' })
      const known = this.#read.get(file)
      if (known && sameStamp(known.stamp, stamp)) return known.run
      const run = foldRun(readChain(await handle.readFile('utf8'), file), file)
      if (isSettled(stamp)) this.#read.set(file, { stamp, run })
      return run
    } finally {
      await handle.close()
    }
  }

  async #files(): Promise<string[]> {
    try {
      return (await readdir(this.location)).filter((name) => name.endsWith(EXTENSION)).toSorted()
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw unreadable(this.location, error)
    }
  }
}

function unreadable(location: string, error: unknown): MigrateError {
  return new MigrateError(
    'journal-damaged',
    `The journal in ${location} cannot be read (${fileWords(error, 'read')})`,
    'Name another folder with --journal DIR, or give access to this one.',
  )
}
