import { cancelled } from '../terminal.ts'
import { LEAST_WIDTH, USUAL_WIDTH } from '../width.ts'

/**
 * How long after the end of a line more may come, in milliseconds, for all of it to be one text that was pasted. Of such a
 * text only the last line can be an answer: most of it was meant for another window. A terminal writes a text at one go, and
 * no hand ends two lines that fast. Terminals can mark a text as pasted, but not all do, and a dumb one is not asked to.
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

/**
 * Lets all that was typed before a question go by, until nothing comes for a moment: it is no answer to what nobody has read
 * yet. Throws `cancelled` for Ctrl-C, which is no signal meanwhile, and where nobody is there any more.
 */
export async function letTypedGoBy(): Promise<void> {
  const { stdin } = process
  let hear: (typed: Buffer | string) => void = () => {}
  let leave: () => void = () => {}
  try {
    // Else the system would keep back a line that has no end yet.
    stdin.setRawMode(true)
    await new Promise<void>((resolve, reject) => {
      let stop = unlessPasted(resolve)
      leave = () => {
        stop()
        reject(cancelled())
      }
      hear = (typed) => {
        stop()
        stop = unlessPasted(resolve)
        if (typed.includes('\u0003')) leave()
      }
      stdin.on('data', hear).once('end', leave).resume()
    })
  } finally {
    stdin.off('data', hear).off('end', leave).pause()
    stdin.setRawMode(false)
  }
}

/** Makes a text fit for the terminal: harmless, without secrets. */
export type Shown = (text: string) => string

/** What a terminal is asked for. Each question throws `cancelled` where it is left, and is still to be seen then. */
export interface Prompts {
  /** A line. `above`: lines over the question, such as its keys, empty where there are none. */
  line(above: string, message: string): Promise<string>
  /** Numbers of what was marked in a list, from 0, one at least; `null` for going back. */
  list(message: string, names: readonly string[]): Promise<number[] | null>
  /** Shows an answer that was taken where it would not be seen otherwise. */
  echo(text: string): void
}

/** The columns of the terminal that questions are asked in: all but the last one, after which some terminals go to the next line. */
export const roomFor = (): number => Math.max(LEAST_WIDTH, (process.stderr.columns ?? USUAL_WIDTH) - 1)
