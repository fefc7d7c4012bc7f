import { USUAL_WIDTH } from '../width.ts'

/**
 * How long after the end of a line more may come, in milliseconds, for all of it to be one text that was pasted. Of such a
 * text only the last line can be an answer: most of it was meant for another window.
 */
const PASTED_MS = 50

/**
 * Does something when nothing more of such a text can come, unless what it returns is called before. What came meanwhile, and
 * a busy machine did not read in time, is read first.
 */
export function unlessPasted(act: () => void): () => void {
  let last: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    last = setImmediate(act)
  }, PASTED_MS)
  return () => {
    clearTimeout(timer)
    clearImmediate(last)
  }
}

/** Lets all that was typed before a question go by: it is no answer to it. */
export const typedBefore = (): Promise<void> => new Promise((resolve) => void unlessPasted(resolve))

/** Makes a text fit for the terminal: harmless, without secrets. */
export type Shown = (text: string) => string

/** The two things that a terminal is asked for. Each throws `cancelled` where it is left, with the question still to be seen. */
export interface Prompts {
  /** A line. `above`: lines over the question, such as its keys, empty where there are none. */
  line(above: string, message: string): Promise<string>
  /** Numbers of what was marked in a list, from 0, one at least; `null` for going back. */
  list(message: string, names: readonly string[]): Promise<number[] | null>
  /** Shows an answer that was taken where it would not be seen otherwise. */
  echo(text: string): void
}

/** The columns of the terminal that questions are asked in: all but the last one, after which some terminals go to the next line. */
export const roomFor = (): number => Math.max(20, (process.stderr.columns ?? USUAL_WIDTH) - 1)
