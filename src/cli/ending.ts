import { writeSync } from 'node:fs'
import type { StopSignal } from '../core/run/report.ts'
import { fileWords } from '../core/show/system-words.ts'
import { exitForError, exitForLostOutput, exitForSignal } from './exit.ts'
import type { Written } from './written.ts'

/** What an end depends on. */
export interface Circumstances {
  written: Written
  /** How standard output was lost, `null` where it was not. */
  lost: () => NodeJS.ErrnoException | null
  /** What is said where something was written, with the command that shows it. */
  tell: () => string
}

const DRAINED = 'Something went wrong that should not have (nothing was left to wait for). Please report it.'

/** The signals that end a program, and that this one hears. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly StopSignal[]

/**
 * Is the system still busy with a file, or looking up a name, for this process? That may take for ever, as on a disk that is
 * gone, and Node waits for it before it ends (`uv_library_shutdown`, seen with 20.20.2). Node 26.12 does not show what
 * `readFile` of a path waits for, so that files are opened first, and read then; only those of `/proc` are not.
 */
export const isHeldUp = (): boolean =>
  process.getActiveResourcesInfo().some((name) => /^(FSReq|FileHandle|GetAddrInfo|GetNameInfo)/.test(name))

/** From here on a signal ends the process by itself, whatever Node still waits for. */
function letSignalsEnd(): void {
  for (const signal of STOP_SIGNALS) process.removeAllListeners(signal)
}

/** How the program ends: the only place that ends the process. */
export class Ending {
  readonly #circumstances: Circumstances
  #isMeant = false

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances
    process.once('exit', () => this.#drained())
  }

  #written(): string {
    const { written, tell } = this.#circumstances
    return written.anything ? `\n${tell()}` : ''
  }

  /** Where nothing is left to wait for before the end was reached, Node ends by itself: that is no success. */
  #drained(): void {
    if (this.#isMeant) return
    process.exitCode = exitForError('internal', this.#circumstances.written.anything)
    try {
      writeSync(2, `${DRAINED}${this.#written()}\n`)
    } catch {
      // Nobody is there to read it.
    }
  }

  /** Ends with what telling of a failure returns, or, where even that fails, without a word. */
  fail(tell: () => number): void {
    try {
      this.come(tell())
    } catch {
      this.now(exitForError('internal', this.#circumstances.written.anything))
    }
  }

  /** Ends at once, with this exit code. */
  now(code: number): never {
    this.#isMeant = true
    // Added last, it comes after all that is to be put in order at the end.
    process.once('exit', letSignalsEnd)
    process.exit(code)
  }

  /** Ends at once as a signal asks for: where Node would wait for what may never come, by that signal itself. */
  bySignal(signal: StopSignal): never {
    if (isHeldUp())
      process.once('exit', () => {
        letSignalsEnd()
        // What Node does for a terminal as it ends, it does not then.
        if (process.stdin.isTTY && process.stdin.isRaw) process.stdin.setRawMode(false)
        process.kill(process.pid, signal)
      })
    return this.now(exitForSignal(signal))
  }

  /** Writes out what is still in the pipes, then ends: with this exit code, unless the answer was lost. */
  come(code: number): void {
    this.#isMeant = true
    process.exitCode = code
    // A stream tells of its error after the callbacks of the writes that it concerns.
    process.stdout.write('', () => setImmediate(() => this.#tellLost(code)))
  }

  #tellLost(code: number): void {
    const { lost, written } = this.#circumstances
    const failure = lost()
    if (failure !== null) process.stderr.write(this.#lostSentence(failure))
    const last = failure === null ? code : exitForLostOutput(code, written.anything)
    process.stderr.write('', () => this.now(last))
  }

  #lostSentence(failure: NodeJS.ErrnoException): string {
    return `Standard output could not be written as a whole: ${fileWords(failure, 'write')}.${this.#written()}\n`
  }
}
