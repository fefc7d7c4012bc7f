import { diffArrays, structuredPatch } from 'diff'
import { maskUrl } from '../../core/redact.ts'
import type { Edit } from '../../core/plan.ts'
import { printable } from '../../core/text.ts'
import type { Look } from './layout.ts'

/** A value as it may be shown: secrets masked, control characters harmless. */
export function shownValue(value: string): string {
  return printable(maskUrl(value))
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
    .map(({ text, changed }) => (changed ? '^' : ' ').repeat(text.length))
    .join('')
    .trimEnd()

function line(sign: '-' | '+', edit: { field: string; before: string; after: string }, look: Look): string[] {
  const [side, colour] = sign === '-' ? (['removed', 'red'] as const) : (['added', 'green'] as const)
  const pieces = parts(edit.before, edit.after, side)
  const text = look.paint(colour, `${sign}${edit.field}: `) + painted(pieces, look, colour)
  return look.colour ? [text] : [text, carets(pieces, edit.field.length + 3)]
}

/** The unified diff of one server's edits, the part of each URL that changes emphasised. */
export function renderEdits(edits: readonly Edit[], look: Look): string {
  const shown = edits.map(({ field, before, after }) => ({
    field,
    before: shownValue(before),
    after: shownValue(after),
  }))
  const text = (side: 'before' | 'after') => shown.map((each) => `${each.field}: ${each[side]}\n`).join('')
  const patch = structuredPatch('now', 'after', text('before'), text('after'), undefined, undefined, {
    context: 0,
  })
  const heads = patch.hunks.map(
    (hunk) => `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
  )
  const body = shown.flatMap((edit) => [...line('-', edit, look), ...line('+', edit, look)])
  return [
    look.paint('dim', '--- now'),
    look.paint('dim', '+++ after'),
    ...heads.map((head) => look.paint('cyan', head)),
    ...body,
  ].join('\n')
}
