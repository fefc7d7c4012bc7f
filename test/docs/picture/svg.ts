import type { Cell } from '../../support/screen.ts'

/** Columns and lines in pixels, and the frame around them. */
const WIDTH = 8.4
const HEIGHT = 19
const MARGIN = 20

/** Colours that can be read on a light and on a dark ground. */
const LIGHT = {
  ground: '#f6f8fa',
  text: '#1f2328',
  frame: '#d1d9e0',
  red: '#cf222e',
  green: '#116329',
  yellow: '#7d4e00',
  blue: '#0550ae',
  magenta: '#8250df',
  cyan: '#1b7c83',
  grey: '#59636e',
}
const DARK: typeof LIGHT = {
  ground: '#0d1117',
  text: '#e6edf3',
  frame: '#3d444d',
  red: '#ff7b72',
  green: '#56d364',
  yellow: '#e3b341',
  blue: '#79c0ff',
  magenta: '#d2a8ff',
  cyan: '#56d4dd',
  grey: '#9198a1',
}

const COLOURS = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'grey'] as const

const sheet = (colours: typeof LIGHT): string =>
  [
    `.ground{fill:${colours.ground};stroke:${colours.frame}}`,
    `text,.black,.white{fill:${colours.text}}`,
    ...COLOURS.map((name) => `.${name}{fill:${colours[name]}}`),
  ].join('')

const STYLE = [
  "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}",
  '.bold{font-weight:bold}.dim{opacity:.7}.italic{font-style:italic}.underline{text-decoration:underline}',
  sheet(LIGHT),
  `@media(prefers-color-scheme:dark){${sheet(DARK)}}`,
].join('\n')

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Words that are painted alike, and where they begin. Blanks between them are not drawn. */
interface Stretch {
  readonly from: number
  readonly text: string
  readonly style: string
}

function stretches(line: readonly Cell[]): Stretch[] {
  const found: Stretch[] = []
  for (const [column, { letter, style }] of line.entries()) {
    const last = found.at(-1)
    const goesOn = last && last.style === style && last.from + last.text.length === column
    if (goesOn) found[found.length - 1] = { ...last, text: last.text + letter }
    else if (letter !== ' ') found.push({ from: column, text: letter, style })
  }
  return found.map((each) => ({ ...each, text: each.text.trimEnd() }))
}

const at = (column: number): string => (MARGIN + column * WIDTH).toFixed(1)

// The length is given, so that a font whose signs are wider moves nothing.
const span = ({ from, text, style }: Stretch): string =>
  `<tspan x="${at(from)}" textLength="${(text.length * WIDTH).toFixed(1)}"${style === '' ? '' : ` class="${style}"`}>${escaped(text)}</tspan>`

/** A screen as an SVG that is light or dark as its reader's. Every letter has to be one column wide and one UTF-16 unit. */
export function svgOf(lines: readonly (readonly Cell[])[], columns: number, title: string): string {
  const width = Math.ceil(columns * WIDTH + 2 * MARGIN)
  const height = lines.length * HEIGHT + 2 * MARGIN
  const texts = lines.flatMap((line, row) => {
    const found = stretches(line)
    const y = MARGIN + row * HEIGHT + 14
    return found.length === 0 ? [] : [`<text y="${y}">${found.map(span).join('')}</text>`]
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    `<rect class="ground" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...texts,
    '</svg>',
  ].join('\n')}\n`
}
