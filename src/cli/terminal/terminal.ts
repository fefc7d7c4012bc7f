import { MigrateError } from '../../core/errors.ts'

/** One thing to choose. */
export interface Choice<T> {
  /** The letter that answers it, in lower case. */
  key: string
  /** What it means: a word or two for a line of keys, or a sentence for a line of its own. */
  name: string
  /** What else may be typed for it, in lower case; its name unless told. */
  words?: readonly string[]
  /** What `?` says of it; its name unless told. */
  about?: string
  value: T
}

/** Something that can be marked in a list. */
export type Listed<T> = Pick<Choice<T>, 'name' | 'value'>

/** Who sits at the other end: questions, progress and remarks, all on standard error. */
export interface Terminal {
  /** Are standard input and standard error terminals? Only then is anything asked. */
  readonly interactive: boolean
  /** Does progress move in place? Elsewhere each text of it is a line of its own, and a few of them are enough. */
  readonly isLive: boolean
  /** Columns of standard output. */
  readonly width: number
  /** Can standard output still be written? Not where its reader went away, or its disk is full. */
  readonly isHeard: boolean
  /** Prints the answer to standard output. `isFile`: it is to be one, and holds its signs whatever the terminal can show. */
  print(text: string, isFile?: boolean): void
  /** Prints a JSON document to standard output, and its end of line. */
  document(value: unknown, indent?: number): void
  /** Clears the screen before the next answer, where standard output is a terminal; a dumb one gets a rule. */
  clear(): void
  /** Prints a remark to standard error, spinner aside; nothing with `--quiet`. */
  remark(text: string): void
  /** Prints a warning or an error to standard error, with `--quiet` too. */
  warn(text: string): void
  /**
   * Shows what is being waited for, until the next call or `settle`, and for how long unless it `isPause`. A text that is made
   * anew each second says itself how long that takes.
   */
  progress(text: string | (() => string), isPause?: boolean): void
  /** Ends the progress, before a question and at the end. */
  settle(): void
  /** Asks for a line; one that is empty takes the suggestion. */
  askText(message: string, suggestion: string): Promise<string>
  /** Asks for a line that nobody sees. */
  askSecret(message: string): Promise<string>
  /**
   * Asks for a letter, or its word; an empty line takes the fallback, `?` explains, and anything else decides nothing and is
   * asked again.
   */
  choose<T>(message: string, choices: readonly Choice<T>[], fallback: T): Promise<T>
  /** Asks to mark one at least of a list; `null` where whoever is asked goes back. */
  chooseSome<T>(message: string, listed: readonly Listed<T>[]): Promise<T[] | null>
}

/** What a prompt that was left with Ctrl-C, or whose input ended, throws. */
export const cancelled = (): MigrateError => new MigrateError('cancelled', 'Cancelled', null)
