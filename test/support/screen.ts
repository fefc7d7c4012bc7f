import { spawn, type IPty } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { bareEnvironment, transcript } from './cli.ts'

/** A command for a shell, in a terminal of 80 × 24 unless told. */
export interface ScreenStart {
  command: string
  cwd: string
  env: Record<string, string>
  columns?: number
  rows?: number
}

/** One column of a screen: what stands in it, and how it is painted (`bold red`; `''` as other text is). */
export interface Cell {
  readonly letter: string
  readonly style: string
}

const LIMIT_MS = 25_000

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'grey']

type BufferCell = NonNullable<ReturnType<xterm.IBufferLine['getCell']>>

const styleOf = (cell: BufferCell): string =>
  [
    cell.isBold() ? 'bold' : '',
    cell.isDim() ? 'dim' : '',
    cell.isItalic() ? 'italic' : '',
    cell.isUnderline() ? 'underline' : '',
    cell.isFgPalette() ? (COLOURS[cell.getFgColor()] ?? `colour-${cell.getFgColor()}`) : '',
  ]
    .filter((style) => style !== '')
    .join(' ')

/** A true terminal, with what a person sees in it: what was written over or cleared away is gone. */
export class Screen {
  readonly #pty: IPty
  readonly #terminal: InstanceType<typeof xterm.Terminal>
  readonly #watchers = new Set<() => void>()
  #raw = ''
  #exit: number | null = null

  constructor({ command, cwd, env, columns = 80, rows = 24 }: ScreenStart) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 100_000, allowProposedApi: true })
    // The signs of a locale that has them.
    const own = { TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env }
    this.#pty = spawn('/bin/sh', ['-c', command], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd,
      env: bareEnvironment(own),
    })
    this.#pty.onData((text) => {
      this.#raw += text
      this.#terminal.write(text, () => this.#tell())
    })
    this.#pty.onExit(({ exitCode, signal }) => {
      // All that came is on the screen by then.
      this.#terminal.write('', () => {
        this.#exit = exitCode || (signal ?? 0)
        this.#tell()
      })
    })
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** All that was ever on the screen and stayed, line by line. One that the terminal broke is whole. */
  get lines(): string[] {
    const { active } = this.#terminal.buffer
    const lines: string[] = []
    for (let i = 0; i < active.length; i += 1) {
      const line = active.getLine(i)
      const text = line?.translateToString(true) ?? ''
      if (line?.isWrapped) lines.push(`${lines.pop() ?? ''}${text}`)
      else lines.push(text)
    }
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1)
  }

  /** The same column by column, as it is painted. Every row of the terminal is a line of its own. */
  get painted(): Cell[][] {
    const { active } = this.#terminal.buffer
    return Array.from({ length: active.length }, (_, row) => {
      const line = active.getLine(row)
      return Array.from({ length: this.#terminal.cols }, (_each, column): Cell => {
        const cell = line?.getCell(column)
        return { letter: cell?.getChars() || ' ', style: cell ? styleOf(cell) : '' }
      })
    })
  }

  /** The line that the cursor is in, with the spaces before the cursor. */
  get cursorLine(): string {
    const { active } = this.#terminal.buffer
    const line = active.getLine(active.baseY + active.cursorY)?.translateToString(true) ?? ''
    return line.padEnd(active.cursorX)
  }

  /** What stands on the screen now, row by row. */
  get visible(): string[] {
    const { active } = this.#terminal.buffer
    const rows = Array.from({ length: this.#terminal.rows }, (_, i) => active.getLine(active.baseY + i))
    return rows.map((line) => line?.translateToString(true) ?? '')
  }

  /** The exit code, or the signal's where one ended it; `null` as long as it runs. */
  get exit(): number | null {
    return this.#exit
  }

  /** Resolves as soon as this is so. Fails after 25 s, with what is on the screen. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(watch)
        end()
      }
      const watch = (): void => {
        if (isSo()) settle(resolve)
      }
      const late = (): Error => new Error(`${what} did not come; on the screen:\n${this.lines.join('\n')}`)
      const timer = setTimeout(() => settle(() => reject(late())), LIMIT_MS)
      this.#watchers.add(watch)
      watch()
    })
  }

  /** Types a text, as it is. */
  type(text: string): void {
    this.#pty.write(text)
  }

  /** Ends what still runs, and hands over what was printed to those who look for secrets in it. */
  close(): void {
    transcript.push(this.#raw)
    if (this.#exit === null) this.#pty.kill('SIGKILL')
  }
}
