import type { Change, Edit } from '../../../../core/plan/change.ts'
import { printable } from '../../../../core/show/text.ts'
import { shownSide } from '../diff.ts'

/**
 * The change of one URL in short, as it may be shown: what it begins with before and after, and what stands after that, before
 * (`rest`) and after (`next`); mostly these are the same, byte for byte. Where `from` or `to` is empty, it stands in front of that.
 */
export interface Move {
  from: string
  to: string
  rest: string
  next: string
}

const PARTS = /^([A-Za-z][A-Za-z\d+.-]*:\/\/[^/?#\\\s]+)(\S*)$/

/** A URL in two: scheme and authority, and what stands after them; `null` where it cannot be told apart at a glance. */
function halves(text: string | null): [origin: string, rest: string] | null {
  const [, origin, rest] = (text === null ? null : PARTS.exec(text)) ?? []
  return origin === undefined || rest === undefined ? null : [origin, rest]
}

/** An edit in short; `null` where that would not tell all of it: where what changes is hidden, or the text is no plain URL. */
export function moveOf(edit: Edit): Move | null {
  const sides = [edit.before, edit.after]
  const [before, after] = sides.map(halves)
  const [shown, next] = sides.map((text) => halves(shownSide(edit, text)))
  if (!before || !after || !shown || !next) return null
  const isSame = before[1] === after[1] && shown[1] === next[1]
  // Where the path changes, too, nothing of it may be hidden.
  const isOpen = shown[1] === before[1] && next[1] === after[1]
  const isAll = isSame ? shown[0] !== next[0] : isOpen && shown[0] === before[0] && next[0] === after[0]
  return isAll ? { from: shown[0], to: next[0], rest: shown[1], next: next[1] } : null
}

/** What stands after scheme, host and port of a moved URL, and what becomes of it. */
export const pathText = ({ rest, next }: Move): string => (rest === next ? rest : `${rest} → ${next}`)

/** A server whose change a line of a group tells whole. `place`: the file in which it stands; empty where it is LiteLLM. */
export interface ShortChange {
  change: Change
  move: Move
  /** The transport that it gets with the URL, as `sse → http`; empty where that stays. */
  transport: string
  place: string
}

/** The place of a change in a file, as far as it is the same for others; `null` where it has to be told with each. */
function placeOf({ file, server }: Change): string | null {
  if (file === null) return ''
  if (file.sharers !== undefined || file.place !== undefined) return null
  if (file.variable !== null) return printable(`in ${file.path}, variable ${file.variable}`)
  return file.server === server.name ? printable(`in ${file.path}, mcp_servers`) : null
}

/** The changes of one server in short; `null` where there is more to them than one URL that moves, maybe with its transport. */
export function inShort(own: readonly Change[]): ShortChange | null {
  const [change, ...more] = own
  if (!change || more.length > 0) return null
  const [edit, second, third] = change.edits
  if (edit?.field !== 'url' || third || (second && second.field !== 'transport')) return null
  const [move, place] = [moveOf(edit), placeOf(change)]
  const transport = second ? `${printable(second.before ?? '')} → ${printable(second.after ?? '')}` : ''
  return move && place !== null ? { change, move, transport, place } : null
}
