import { cancelled } from '../terminal.ts'
import { LEAST_WIDTH, USUAL_WIDTH } from '../width.ts'

/**
 * How long after the end of a line more may come, in milliseconds, for all of it to be one text that was pasted. Such a text
 * is no answer, whatever its last line says: it was meant for another window. A terminal writes a text at one go, and no hand
 * ends two lines that fast. Terminals can mark a text as pasted, but not all do, and a dumb one is not asked to.
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

/** How long the signal of a terminal that was closed is waited for, in milliseconds: nobody is there who would wait. */
const SIGNAL_MS = 1000

/** Does something where a terminal is gone and no signal ends the program, which says more. */
export const unlessSignalled = (act: () => void): void => void setTimeout(act, SIGNAL_MS)

/** Are these several lines that came at once? */
export const isSeveral = (answer: string): boolean => answer.includes('\n')

/**
 * Lets all that was typed before a question go by, until for a moment nothing more comes: it is no answer to it. What is not a
 * whole line yet goes, too, which only a raw terminal hands over; it is left raw. Throws `cancelled` for Ctrl-C.
 */
export async function letTypedGoBy(): Promise<void> {
  const { stdin } = process
  let hear: (text: Buffer | string) => void = () => {}
  let leave: () => void = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      let stop = unlessPasted(resolve)
      hear = (text) => {
        stop()
        if (text.includes('\u0003')) reject(cancelled())
        else stop = unlessPasted(resolve)
      }
      leave = () => unlessSignalled(() => reject(cancelled()))
      stdin.on('data', hear).once('end', leave).on('error', leave)
      stdin.setRawMode(true).resume()
    })
  } catch (error) {
    stdin.setRawMode(false)
    throw error
  } finally {
    stdin.off('data', hear).off('end', leave).off('error', leave).pause()
  }
}

/**
 * Makes the terminal raw again when the program goes on after it was stopped (Ctrl-Z, then `fg`), and then does something, such
 * as to show the question again. Returns what ends that.
 */
export function onceContinued(act: () => void): () => void {
  const { stdin } = process
  let isOver = false
  // After readline, which reads no more from then on.
  const goOn = (): NodeJS.Immediate =>
    setImmediate(() => {
      if (isOver) return
      stdin.setRawMode(false).setRawMode(true).resume()
      act()
    })
  process.on('SIGCONT', goOn)
  return () => {
    isOver = true
    process.off('SIGCONT', goOn)
  }
}

/** Makes a text fit for the terminal: harmless, without secrets. */
export type Shown = (text: string) => string

/** What a terminal is asked for. Each question throws `cancelled` where it is left, and is still to be seen then. */
export interface Prompts {
  /** A line, or several that came at once (`isSeveral`). `above`: lines over the question, such as its keys, empty where there are none. */
  line(above: string, message: string): Promise<string>
  /** Numbers of what was marked in a list, from 0, one at least; `null` for going back. */
  list(message: string, names: readonly string[]): Promise<number[] | null>
  /** Shows an answer that was taken where it would not be seen otherwise. */
  echo(text: string): void
}

/** The columns of the terminal that questions are asked in: all but the last one, after which some terminals go to the next line. */
export const roomFor = (): number => Math.max(LEAST_WIDTH, (process.stderr.columns ?? USUAL_WIDTH) - 1)
