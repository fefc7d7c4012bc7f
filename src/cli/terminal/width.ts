/** The width of a terminal that does not tell its own, in columns. */
export const USUAL_WIDTH = 80

/** No text is made for a terminal that is narrower, in columns. */
export const LEAST_WIDTH = 20

/** A stream that may be a terminal, with its width in columns. */
interface Wide {
  isTTY?: boolean
  columns?: number
}

/**
 * A terminal of 0 columns, such as CI's and that of `script`, has not been told its width: from here on it counts as one
 * of 80, after a change of its size too. The spinner would divide by 0 and clear lines without end.
 */
export function giveWidth(stream: Wide): void {
  if (stream.isTTY !== true) return
  let columns = stream.columns
  Object.defineProperty(stream, 'columns', {
    configurable: true,
    enumerable: true,
    get: () => columns || USUAL_WIDTH,
    set: (told: number) => {
      columns = told
    },
  })
}
