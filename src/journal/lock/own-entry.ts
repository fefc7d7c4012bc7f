import { randomBytes } from 'node:crypto'
import { constants, unlinkSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DRAFT, ENTRY, type Entry, FRESH_MS } from './entries.ts'
import type { LockFolder } from './folders.ts'

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is gone already; or it stays, and holds nothing once this process has ended.
  }
}

/**
 * This process's own entry, in its user's folder of locks, which it closes in the end. All is written through the
 * descriptor that made the file. Its methods throw what the system says.
 */
export class OwnEntry {
  readonly name: string
  readonly path: string
  readonly #folder: LockFolder
  readonly #draft: string
  readonly #content: Omit<Entry, 'state'>
  readonly #atExit = (): void => this.release()
  #file: FileHandle | null = null
  #touching: NodeJS.Timeout | undefined
  #isReleased = false

  constructor(folder: LockFolder, lock: string, content: Omit<Entry, 'state'>) {
    const name = `${lock}.${randomBytes(4).toString('hex')}-${content.pid}`
    this.name = name + ENTRY
    this.path = join(folder.path, this.name)
    this.#folder = folder
    this.#draft = name + DRAFT
    this.#content = content
  }

  async #write(state: Entry['state']): Promise<void> {
    const text = Buffer.from(JSON.stringify({ ...this.#content, state }))
    await this.#file?.write(text, 0, text.length, 0)
  }

  /** Puts the entry in place, as a whole: a reader never sees half of it. Touches it now and then from there on. */
  async announce(): Promise<void> {
    process.once('exit', this.#atExit)
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
    const file = await open(this.#folder.at(this.#draft), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644)
    this.#file = file
    // Whatever the umask is: other users have to see it.
    await file.chmod(0o644)
    await this.#write('waiting')
    await rename(this.#folder.at(this.#draft), this.#folder.at(this.name))
    const touch = (): void => void file.utimes(new Date(), new Date()).catch(() => {})
    this.#touching = setInterval(touch, FRESH_MS.touched).unref()
  }

  /** Says that the lock is held, in place: a rename could hide the entry from somebody who looks in that moment. */
  async hold(): Promise<void> {
    await this.#write('holding')
  }

  /** Takes the entry away, or its draft. Never throws; the end of the process does it, too. */
  release(): void {
    process.removeListener('exit', this.#atExit)
    clearInterval(this.#touching)
    if (this.#isReleased) return
    this.#isReleased = true
    for (const name of [this.name, this.#draft]) remove(this.#folder.at(name))
    for (const open of [this.#file, this.#folder]) open?.close().catch(() => {})
  }
}
