import { stripVTControlCharacters } from 'node:util'
import { type IPty, spawn } from '@lydell/node-pty'
import { BIN, bareEnvironment, plainly, transcript } from './cli.ts'

/** Keys as a terminal sends them. */
export const KEY = {
  enter: '\r',
  down: '\u001b[B',
  up: '\u001b[A',
  space: ' ',
  escape: '\u001b',
  backspace: '\u007f',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
} as const

/** How to start the program in a terminal. */
export interface TerminalStart {
  args?: readonly string[]
  env?: Record<string, string>
  columns?: number
  rows?: number
  /** Are the new addresses to be tried? */
  preflight?: boolean
  /** A shell command instead of the program; `$TOOL` is the program. */
  shell?: string
}

const LIMIT_MS = 25_000
const LAST_WORDS_MS = 500

/** The screen with a bar before each line: one that begins with "at http://…" would pass for a place in a file. */
const framed = (screen: string): string =>
  screen
    .split('\n')
    .map((line) => `│ ${line}`)
    .join('\n')

/** The program in a true terminal. Everything that waits fails after 25 s, with what is on the screen. */
export class PtySession {
  readonly #pty: IPty
  #raw = ''
  #seen = 0
  #exit: { code: number; signal: number | undefined } | null = null
  readonly #watchers = new Set<() => void>()

  constructor({ args = [], env = {}, columns = 100, rows = 40, shell, preflight }: TerminalStart) {
    const [file, argv] = shell
      ? ['/bin/sh', ['-c', shell]]
      : [process.execPath, [BIN, ...plainly(args, preflight)]]
    const TERM = env['TERM'] ?? 'xterm-256color'
    this.#pty = spawn(file, argv, {
      name: TERM,
      cols: columns,
      rows,
      cwd: process.cwd(),
      env: bareEnvironment({ TERM, TOOL: `"${process.execPath}" "${BIN}"`, ...env }),
    })
    this.#pty.onData((text) => {
      this.#raw += text
      this.#tell()
    })
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#exit = { code: exitCode, signal }
      transcript.push(this.#raw)
      this.#tell()
    })
  }

  /** Everything that came, escape sequences included. */
  get raw(): string {
    return this.#raw
  }

  /** Everything that came, as text alone. */
  get text(): string {
    return stripVTControlCharacters(this.#raw).replaceAll('\r', '')
  }

  get pid(): number {
    return this.#pty.pid
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** Resolves as soon as a look at the session finds something. */
  async #until<T>(what: string, look: () => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      let last: NodeJS.Timeout | undefined
      const settle = (): void => {
        clearTimeout(timer)
        clearTimeout(last)
        this.#watchers.delete(watch)
      }
      const fail = (why: string): void => {
        settle()
        reject(new Error(`${why} while waiting for ${what}; on the screen:\n${framed(this.text)}`))
      }
      const watch = (): void => {
        const found = look()
        if (found !== null) {
          settle()
          resolve(found)
        } else if (this.#exit) {
          // What it printed last may be told after its end.
          const { code } = this.#exit
          last ??= setTimeout(() => fail(`the program ended with ${code}`), LAST_WORDS_MS)
        }
      }
      const timer = setTimeout(() => fail(`${LIMIT_MS / 1000} s went by`), LIMIT_MS)
      this.#watchers.add(watch)
      watch()
    })
  }

  /** Waits for a text after what was waited for before. Line breaks and the width do not matter. */
  async waitFor(text: string): Promise<void> {
    const wanted = text.replaceAll(/\s+/g, '')
    this.#seen = await this.#until(JSON.stringify(text), () => {
      const now = this.text.replaceAll(/\s+/g, '')
      const at = now.indexOf(wanted, this.#seen)
      return at === -1 ? null : at + wanted.length
    })
  }

  /** Sends keys, one after the other. */
  press(...keys: string[]): void {
    for (const key of keys) this.#pty.write(key)
  }

  /** Types a line, and Enter. */
  answer(text: string): void {
    this.press(text, KEY.enter)
  }

  resize(columns: number, rows: number): void {
    this.#pty.resize(columns, rows)
  }

  kill(signal: string): void {
    this.#pty.kill(signal)
  }

  /** Closes the terminal itself, as with its window. What the program prints from then on nobody sees. */
  hangUp(): void {
    const pty: IPty & { destroy?(): void } = this.#pty
    pty.destroy?.()
  }

  /** Waits for the end; the exit code, or what a shell makes of the signal that ended it: 128 and its number. */
  async exit(): Promise<number> {
    return this.#until('its end', () => {
      if (!this.#exit) return null
      const { code, signal } = this.#exit
      return code || (signal ? 128 + signal : 0)
    })
  }

  /** Ends what still runs. */
  close(): void {
    if (!this.#exit) this.#pty.kill('SIGKILL')
  }
}
