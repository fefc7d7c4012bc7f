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

/** One side of a changed URL in parts, those that differ from the other side marked. */
function parts(before: string, after: string, side: 'added' | 'removed'): Part[] {
  return diffArrays(tokens(before), tokens(after))
    .filter((piece) => piece[side] || (!piece.added && !piece.removed))
    .map((piece) => ({ text: piece.value.join(''), changed: piece[side] === true }))
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

function line(sign: '-' | '+', { label, before, after }: ShownEdit, look: Look): string[] {
  const [side, colour] = sign === '-' ? (['removed', 'red'] as const) : (['added', 'green'] as const)
  const own = sign === '-' ? before : after
  if (own === null) return []
  const isNew = before === null || after === null
  const pieces = isNew ? [{ text: own, changed: true }] : parts(before, after, side)
  const text = look.paint(colour, `${sign}${label}`) + painted(pieces, look, colour)
  return look.colour || isNew ? [text] : [text, carets(pieces, columnsOf(label) + 1)]
}

/** One side of an edit as it may be shown. An id is shown whole: what looks like a token in it is not one. */
export function shownSide({ field }: Edit, value: string | null): string | null {
  if (value === null) return null
  return field === PINNED_ID ? printable(value) : shownAt(field, value)
}

/** What stands before a value in the diff: the name of a variable as its file has it, else the field. */
const labelOf = ({ field }: Edit, file: ChangedFile | null): string =>
  file !== null && file.variable !== null ? `${printable(file.variable)}=` : `${fieldTitle(field)}: `

/** The unified diff of one server's edits, the part of each URL that changes emphasised. */
export function renderEdits({ edits, file }: Pick<Change, 'edits' | 'file'>, look: Look): string {
  const shown = edits.map((edit) => ({
    label: labelOf(edit, file),
    before: shownSide(edit, edit.before),
    after: shownSide(edit, edit.after),
  }))
  const text = (side: 'before' | 'after') =>
    shown.flatMap((each) => (each[side] === null ? [] : [`${each.label}${each[side]}\n`])).join('')
  const patch = structuredPatch('now', 'after', text('before'), text('after'), undefined, undefined, {
    context: 0,
  })
  const heads = patch.hunks.map(
    (hunk) => `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
  )
  const body = shown.flatMap((edit) => [
    ...line('-', edit, look),
    ...line('+', edit, look),
    ...(edit.before === edit.after ? ['  (the two differ in what is hidden)'] : []),
  ])
  return [
    look.paint('dim', '--- now'),
    look.paint('dim', '+++ after'),
    ...heads.map((head) => look.paint('cyan', head)),
    ...body,
  ].join('\n')
}
