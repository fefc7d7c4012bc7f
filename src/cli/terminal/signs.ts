/** The program's own signs, each with what is as wide in ASCII. */
const IN_ASCII: Readonly<Record<string, string>> = {
  '✓': 'v',
  '✗': 'x',
  '×': 'x',
  '·': '.',
  '●': 'o',
  '…': '~',
  '→': '>',
  '▶': '>',
  '▼': 'v',
  '❯': '>',
  '─': '-',
  '━': '=',
  '│': '|',
  '┌': '+',
  '┐': '+',
  '└': '+',
  '┘': '+',
  '├': '+',
  '┼': '+',
  '–': '-',
  '’': "'",
}

const SIGNS = new RegExp(`[${Object.keys(IN_ASCII).join('')}]`, 'gu')

/** A text with each of these signs in ASCII; all other letters, which are not this program's, stay as they are. */
export const inAscii = (text: string): string => text.replace(SIGNS, (sign) => IN_ASCII[sign] ?? sign)

/**
 * Can what these variables describe show more than ASCII? The locale says so by its letters (as `setlocale` does: LC_ALL, else
 * LC_CTYPE, else LANG; an empty one is none), and the Linux console has no font for it.
 */
export function showsSigns({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || ''
  return TERM !== 'linux' && /utf-?8/i.test(locale)
}

/** Can the cursor of what these variables describe be moved? Else it knows nothing but lines of text. */
export const hasCursor = ({ TERM = '' }: NodeJS.ProcessEnv): boolean =>
  !['', 'dumb', 'unknown'].includes(TERM)

/** A text as it can be shown where these variables are set. */
export const asShown = (text: string, env: NodeJS.ProcessEnv): string =>
  showsSigns(env) ? text : inAscii(text)

/** The place where each text leaves the program. Bytes, which are documents, pass as they are. */
export function writeInAscii(stream: Pick<NodeJS.WriteStream, 'write'>): void {
  const { write } = stream
  const inTheirPlace = (chunk: unknown, ...rest: unknown[]): unknown =>
    Reflect.apply(write, stream, [typeof chunk === 'string' ? inAscii(chunk) : chunk, ...rest])
  Object.defineProperty(stream, 'write', { value: inTheirPlace, configurable: true, writable: true })
}
