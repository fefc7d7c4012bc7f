import { columnsOf, type Look, padded, within } from '../../layout.ts'
import { TONES } from '../reach.ts'
import type { Row } from './rows.ts'

/** Where names begin: after two columns, the sign, and a space. */
const INDENT = 4
const GAP = '  '

/** Where stands what has no room beside a name. */
const BELOW = INDENT + 2

/** How wide the columns of a group are. `path`: of what has what was found beside it; that is 0 where nothing has. */
interface Columns {
  name: number
  path: number
  finding: number
}

/** A text in pieces of so many columns. */
function pieces(text: string, columns: number): string[] {
  const lines = ['']
  for (const character of text) {
    const line = `${lines.at(-1) ?? ''}${character}`
    if (columnsOf(line) > columns && columnsOf(line) > columnsOf(character)) lines.push(character)
    else lines[lines.length - 1] = line
  }
  return lines
}

/** A text that is cut in its middle where it takes more columns. */
function cutInMiddle(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  const characters = [...text]
  const end = within(characters.toReversed(), Math.floor((columns - 1) / 2))
  const start = within(characters, columns - 1 - columnsOf(end))
  return `${start}…${[...end].toReversed().join('')}`
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(columnsOf))

/** Names get a third of a line at most. What was found stands beside where half of the paths leave it room, else below. */
function columnsFor(rows: readonly Row[], width: number): Columns {
  const most = Math.max(12, Math.floor(width / 3))
  const name = widest(rows.map((row) => row.name).filter((text) => columnsOf(text) <= most))
  const finding = widest(rows.map((row) => row.finding))
  const refs = widest(rows.map((row) => row.refs))
  const found = [finding, refs].filter((columns) => columns > 0).map((columns) => GAP.length + columns)
  const beside = found.reduce((room, columns) => room - columns, width - INDENT - name - GAP.length)
  const fitting = rows.map(({ path }) => path).filter((path) => columnsOf(path) <= beside)
  return { name, path: fitting.length * 2 >= rows.length ? widest(fitting) : 0, finding }
}

/** What was found of a server, and where more is said; `columns`: up to where the one is filled. */
function foundText({ sign, outcome, finding, refs }: Row, columns: number, look: Look): string {
  const tone = sign === '!' && outcome === 'reached' ? 'yellow' : outcome && TONES[outcome]
  const text = [padded(finding, refs === '' ? 0 : columns), refs].filter((part) => part !== '').join(GAP)
  return tone && text !== '' ? look.paint(tone, text) : text
}

const signText = ({ sign }: Row, look: Look): string =>
  sign === ' ' ? sign : look.paint(sign === '✗' ? 'red' : 'yellow', sign)

/** The name, and the path beside it where both have room, else below it. */
function nameAndPath({ name, path }: Row, columns: Columns, { width }: Look): string[] {
  const isBeside = columnsOf(name) <= columns.name
  const at = INDENT + columns.name + GAP.length
  if (isBeside && columnsOf(path) <= width - at) return [`${padded(name, columns.name)}${GAP}${path}`]
  const [first = '', ...more] = pieces(name, width - INDENT).map((each, i) =>
    i === 0 ? each : ' '.repeat(INDENT) + each,
  )
  const below = ' '.repeat(columnsOf(path) <= width - at ? at : BELOW)
  return [first, ...more, below + cutInMiddle(path, width - BELOW)]
}

/** A line of a group, with what was found of it below where it has no room beside. */
function renderRow(row: Row, columns: Columns, look: Look): string {
  const lines = nameAndPath(row, columns, look)
  const head = `  ${signText(row, look)} `
  const last = lines.at(-1) ?? ''
  const start = lines.length === 1 ? INDENT : 0
  const at = INDENT + columns.name + GAP.length
  const end = at + columns.path
  const text = foundText(row, columns.finding, look)
  const isBeside = columnsOf(row.path) <= columns.path && columnsOf(last) + start <= end
  if (isBeside) lines[lines.length - 1] = padded(last, end - start) + (text === '' ? '' : GAP + text)
  else if (text !== '') lines.push(' '.repeat(lines.length === 1 ? at : BELOW) + foundText(row, 0, look))
  const [first = '', ...more] = lines
  return [head + first, ...more].map((line) => line.trimEnd()).join('\n')
}

/** The lines of a group in columns, with `beneath` what belongs to each. */
export function renderRows(rows: readonly Row[], look: Look, beneath: (row: Row) => string[]): string[] {
  const columns = columnsFor(rows, look.width)
  return rows.flatMap((row) => [renderRow(row, columns, look), ...beneath(row)])
}

/** Is this a path that has no room even on a line of its own? */
export const isCut = (path: string, { width }: Look): boolean => columnsOf(path) > width - BELOW
