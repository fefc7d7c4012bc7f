import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DRAFT, ENTRY, type Entry } from './lock-entries.ts'

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is gone already, or is taken for what it is once this process is: nobody's.
  }
}

/** This process's own entry in the folder of locks. Its methods throw what the system says. */
export class OwnEntry {
  readonly name: string
  readonly #path: string
  readonly #draft: string
  readonly #content: Omit<Entry, 'state'>
  readonly #atExit = (): void => this.release()

  constructor(folder: string, lock: string, content: Omit<Entry, 'state'>) {
    const name = `${lock}.${content.pid}-${randomBytes(4).toString('hex')}`
    this.name = name + ENTRY
    this.#path = join(folder, this.name)
    this.#draft = join(folder, name + DRAFT)
    this.#content = content
  }

  #text(state: Entry['state']): string {
    return JSON.stringify({ ...this.#content, state })
  }

  /** Puts the entry in place, as a whole: a reader never sees half of it. */
  async announce(): Promise<void> {
    process.once('exit', this.#atExit)
    await writeFile(this.#draft, this.#text('waiting'), { mode: 0o644, flag: 'wx' })
    await rename(this.#draft, this.#path)
  }

  /** Says that the lock is held, in place: a rename could hide the entry from somebody who looks in that moment. */
  async hold(): Promise<void> {
    await writeFile(this.#path, this.#text('holding'), { flag: 'r+' })
  }

  /** Takes the entry away, or its draft. Never throws; the end of the process does it, too. */
  release(): void {
    process.removeListener('exit', this.#atExit)
    for (const path of [this.#path, this.#draft]) remove(path)
  }
}
