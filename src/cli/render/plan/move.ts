import type { Edit } from '../../../core/plan/change.ts'
import { shownSide } from './diff.ts'

/**
 * The change of one URL in short, as it may be shown: what it begins with before and after, and what stands after both,
 * byte for byte.
 */
export interface Move {
  from: string
  to: string
  rest: string
}

const PARTS = /^([A-Za-z][A-Za-z\d+.-]*:\/\/[^/?#\\\s]+)(\S*)$/

/** A URL in two: scheme and authority, and what stands after them; `null` where it cannot be told apart at a glance. */
function halves(text: string | null): [origin: string, rest: string] | null {
  const [, origin, rest] = (text === null ? null : PARTS.exec(text)) ?? []
  return origin === undefined || rest === undefined ? null : [origin, rest]
}

/**
 * An edit in short; `null` where that would not tell all of it: where more than scheme, host and port changes, or what
 * changes is hidden, or the text is no plain URL.
 */
export function moveOf(edit: Edit): Move | null {
  const sides = [edit.before, edit.after]
  const [before, after] = sides.map(halves)
  const [shown, next] = sides.map((text) => halves(shownSide(edit, text)))
  if (!before || !after || !shown || !next) return null
  const isAll = before[1] === after[1] && shown[1] === next[1] && shown[0] !== next[0]
  return isAll ? { from: shown[0], to: next[0], rest: shown[1] } : null
}
