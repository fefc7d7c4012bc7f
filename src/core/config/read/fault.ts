import { MigrateError } from '../../errors.ts'

/** What ends a line for LiteLLM's reader of YAML. */
const BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/g

/** The lines of a text, found when they are first asked for: in which of them, counted from 1, an offset stands. */
export function linesOf(text: string): (offset: number) => number {
  let starts: number[] | null = null
  return (offset) => {
    starts ??= [...text.matchAll(BREAK)].map((found) => found.index + found[0].length)
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

/** The error for a configuration file that cannot be read or edited safely. `what` never quotes a value of the file. */
export function configFault(file: string, line: number | null, what: string): MigrateError {
  const place = line === null ? file : `${file}, line ${line}`
  return new MigrateError('config-invalid', `${place}: ${what}`, 'Change the file by hand, then try again.')
}
