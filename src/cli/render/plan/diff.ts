import { diffArrays, structuredPatch } from 'diff'
import { maskUrl, shownPath, shownText } from '../../../core/show/redact.ts'
import type { Change, ChangedFile, Edit } from '../../../core/plan/change.ts'
import { PINNED_ID } from '../../../core/config/read/record.ts'
import { printable } from '../../../core/show/text.ts'
import { columnsOf, type Look } from '../layout.ts'

/** A value as it may be shown: secrets masked, control characters harmless. */
export function shownValue(value: string): string {
  return printable(maskUrl(value))
}

/** The same for what stands at a path of a record. */
export function shownAt(path: string, value: string): string {
  return printable(shownText(path, value))
}

/** A field as people know it: the id that a config.yaml pins is called as there. */
export function fieldTitle(field: string): string {
  return field === PINNED_ID ? 'server_id' : printable(shownPath(field))
}

interface Part {
  text: string
  changed: boolean
}

/** The parts of a URL between which a change can fall: scheme, host, port, steps of the path. */
const tokens = (text: string): string[] => text.split(/([:/?#&=@]+)/).filter((part) => part !== '')

/**
 * Do two lists of tokens differ in single tokens that the other list has nowhere? Then there is one shortest way from one to
 * the other, and each token stands for the one at its place.
 */
const isOneForOne = (before: readonly string[], after: readonly string[]): boolean =>
  before.length === after.length &&
  before.every((token, i) => {
    const [next, isFirst] = [after[i] ?? '', before[i - 1] === after[i - 1]]
    return token === next || (isFirst && !after.includes(token) && !before.includes(next))
  })

/** A side of two such lists in parts. */
function partsBeside(own: readonly string[], other: readonly string[]): Part[] {
  const found: Part[] = []
  for (const [i, text] of own.entries()) {
    const last = found.at(-1)
    const changed = text !== other[i]
    if (last && !changed && !last.changed) last.text += text
    else found.push({ text, changed })
  }
  return found
}

/** Both sides of a changed URL in parts, those that differ from the other side marked. */
function partsOf(before: string, after: string): { removed: Part[]; added: Part[] } {
  const [was, is] = [tokens(before), tokens(after)]
  if (isOneForOne(was, is)) return { removed: partsBeside(was, is), added: partsBeside(is, was) }
  const pieces = diffArrays(was, is)
  const parts = (side: 'added' | 'removed'): Part[] =>
    pieces
      .filter((piece) => piece[side] || (!piece.added && !piece.removed))
      .map((piece) => ({ text: piece.value.join(''), changed: piece[side] }))
  return { removed: parts('removed'), added: parts('added') }
}

const painted = (pieces: readonly Part[], look: Look, colour: 'red' | 'green'): string =>
  pieces
    .map(({ text, changed }) => look.paint(changed ? [colour, 'bold', 'underline'] : colour, text))
    .join('')

/** Carets under the changed parts, for terminals and pipes without colour. */
const carets = (pieces: readonly Part[], indent: number): string =>
  ' '.repeat(indent) +
  pieces
    .map(({ text, changed }) => (changed ? '^' : ' ').repeat(columnsOf(text)))
    .join('')
    .trimEnd()

/** One edit as it may be shown. `label` is what stands before the value: `url: `, or `NAME=` in a `.env` file. */
interface ShownEdit {
  label: string
  before: string | null
  after: string | null
}

function line(sign: '-' | '+', label: string, pieces: readonly Part[], look: Look): string {
  const colour = sign === '-' ? 'red' : 'green'
  return look.paint(colour, `${sign}${label}`) + painted(pieces, look, colour)
}

/** The lines of an edit: the text before, and the text after. */
function lines({ label, before, after }: ShownEdit, look: Look): string[] {
  if (before === null || after === null) {
    const whole = (text: string): Part[] => [{ text, changed: true }]
    return [
      ...(before === null ? [] : [line('-', label, whole(before), look)]),
      ...(after === null ? [] : [line('+', label, whole(after), look)]),
    ]
  }
  const { removed, added } = partsOf(before, after)
  const below = (pieces: readonly Part[]): string[] =>
    look.colour ? [] : [carets(pieces, columnsOf(label) + 1)]
  return [line('-', label, removed, look), ...below(removed), line('+', label, added, look), ...below(added)]
}

/** One side of an edit as it may be shown. An id is shown whole: what looks like a token in it is not one. */
export function shownSide({ field }: Edit, value: string | null): string | null {
  if (value === null) return null
  return field === PINNED_ID ? printable(value) : shownAt(field, value)
}

/** What stands before a value in the diff: the name of a variable as its file has it, else the field. */
const labelOf = ({ field }: Edit, file: ChangedFile | null): string =>
  file !== null && file.variable !== null && file.place === undefined
    ? `${printable(file.variable)}=`
    : `${fieldTitle(field)}: `

/** The head of each hunk of the unified diff of some edits. */
function headsOf(shown: readonly ShownEdit[]): string[] {
  const [only, ...more] = shown
  if (only && more.length === 0 && only.before !== null && only.after !== null)
    return only.before === only.after ? [] : ['@@ -1,1 +1,1 @@']
  const text = (side: 'before' | 'after') =>
    shown.flatMap((each) => (each[side] === null ? [] : [`${each.label}${each[side]}\n`])).join('')
  const patch = structuredPatch('now', 'after', text('before'), text('after'), undefined, undefined, {
    context: 0,
  })
  return patch.hunks.map(
    (hunk) => `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
  )
}

/** The unified diff of one server's edits, the part of each URL that changes emphasised. */
export function renderEdits({ edits, file }: Pick<Change, 'edits' | 'file'>, look: Look): string {
  const shown = edits.map((edit) => ({
    label: labelOf(edit, file),
    before: shownSide(edit, edit.before),
    after: shownSide(edit, edit.after),
  }))
  const body = shown.flatMap((edit) => [
    ...lines(edit, look),
    ...(edit.before === edit.after ? ['  (the two differ in what is hidden)'] : []),
  ])
  return [
    look.paint('dim', '--- now'),
    look.paint('dim', '+++ after'),
    ...headsOf(shown).map((head) => look.paint('cyan', head)),
    ...body,
  ].join('\n')
}
