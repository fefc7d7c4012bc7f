import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, MigrateError } from '../core/errors.ts'
import { inOrder } from '../core/run/order.ts'
import { fileWords } from '../core/show/system-words.ts'
import { readChain } from './chain.ts'
import { JournalDamage, UPDATE } from './damage.ts'
import { EXTENSION, FileRecorder, unwritable } from './file-recorder.ts'
import { makeFolder } from './folder.ts'
import { foldRun, type RecordedRun } from './fold.ts'
import type { Journal, JournalProblem, RunRecorder } from './port.ts'
import type { RunStarted } from './records.ts'
import { openOwnFile, requireOwnFile } from './trust/own-file.ts'
import { folderFault, requireRightsKept } from './trust/own-folder.ts'

const isUnsafe = (error: unknown): error is MigrateError =>
  error instanceof MigrateError && error.code === 'journal-unsafe'

function problem(file: string, error: unknown): JournalProblem {
  if (error instanceof JournalDamage) {
    const { code, line, message } = error
    return { code, file, line, message, hint: code === 'journal-newer' ? UPDATE : null }
  }
  if (isUnsafe(error))
    return { code: 'journal-unsafe', file, line: null, message: error.message, hint: error.hint }
  const message =
    error instanceof MigrateError ? error.message : `${file} cannot be read (${fileWords(error, 'read')})`
  return { code: 'journal-damaged', file, line: null, message, hint: null }
}

/** What tells that a file is as it was: nobody writes to one without changing some of it. */
type Stamp = Record<'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs', bigint>

const sameStamp = (a: Stamp, b: Stamp): boolean =>
  a.dev === b.dev &&
  a.ino === b.ino &&
  a.size === b.size &&
  a.mtimeNs === b.mtimeNs &&
  a.ctimeNs === b.ctimeNs

// The clock of a file system may tick so slowly that a write right after a read leaves the time as it was.
const SETTLED_NS = 2_000_000_000n

const isSettled = ({ mtimeNs, ctimeNs }: Stamp): boolean => {
  const now = BigInt(Date.now()) * 1_000_000n
  return now - mtimeNs > SETTLED_NS && now - ctimeNs > SETTLED_NS
}

/** The journal as a folder with one append-only file of JSON Lines for each run, readable by its owner only. */
export class FileJournal implements Journal {
  readonly location: string
  readonly #cleared: (text: string) => string
  /** What was read of each file, for as long as that is as it was: large journals are asked several times. */
  readonly #read = new Map<string, { stamp: Stamp; run: RecordedRun | null }>()

  /** `cleared`: takes the secrets out of a message, for whoever reads the journal later. */
  constructor(folder: string, cleared: (text: string) => string = (text) => text) {
    this.location = folder
    this.#cleared = cleared
  }

  async requireWritable(): Promise<void> {
    try {
      await this.#requireOwnFolder()
      await makeFolder(this.location, 0o700)
      await this.#requireOwnFiles()
      await this.#tryWriting()
    } catch (error) {
      throw error instanceof MigrateError ? error : unwritable(this.location, error)
    }
  }

  async #requireOwnFolder(): Promise<void> {
    const fault = await folderFault(this.location)
    if (fault) throw fault
  }

  /** A run that nobody believes may be one that is unfinished, or the newest: nothing is begun beside it. */
  async #requireOwnFiles(): Promise<void> {
    for (const name of await this.#files())
      await requireOwnFile(join(this.location, name)).catch((error: unknown) => {
        if (isUnsafe(error)) throw error
      })
  }

  async #tryWriting(): Promise<void> {
    const trial = join(this.location, `.writable-${randomBytes(6).toString('hex')}`)
    const handle = await open(trial, 'wx', 0o600)
    try {
      await handle.writeFile('x'.repeat(4096))
      await handle.sync()
      await requireRightsKept(this.location, handle)
    } finally {
      await handle.close()
      await unlink(trial)
    }
  }

  begin(started: RunStarted): RunRecorder {
    return new FileRecorder(this.location, started.run, [started], this.#cleared)
  }

  async resume({ id, head }: RecordedRun): Promise<RunRecorder> {
    const recorder = new FileRecorder(this.location, id, [], this.#cleared)
    try {
      await this.#requireOwnFolder()
      await recorder.takeUp(head)
    } catch (error) {
      throw error instanceof MigrateError ? error : unwritable(this.location, error)
    }
    return recorder
  }

  async runs(): Promise<{ runs: RecordedRun[]; problems: JournalProblem[] }> {
    const fault = await folderFault(this.location)
    const runs: RecordedRun[] = []
    const problems: JournalProblem[] = fault ? [problem(this.location, fault)] : []
    const names = await this.#files().catch((error: unknown) => {
      if (!fault) throw error
      return []
    })
    for (const name of names) {
      const file = join(this.location, name)
      try {
        const run = await this.#runIn(file)
        if (run) runs.push(run)
      } catch (error) {
        // What mends the folder mends its files, and is told once.
        if (!fault || !isUnsafe(error)) problems.push(problem(file, error))
      }
    }
    return { runs: inOrder(runs), problems }
  }

  async #runIn(file: string): Promise<RecordedRun | null> {
    const handle = await openOwnFile(file, constants.O_RDONLY)
    try {
      const stamp = await handle.stat({ bigint: true })
      const known = this.#read.get(file)
      if (known && sameStamp(known.stamp, stamp)) return known.run
      const run = foldRun(readChain(await handle.readFile(), file), file)
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
