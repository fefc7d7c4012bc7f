import { exactText } from '../../../core/exact-json.ts'
import type { DriftedField } from '../../../core/plan/drift.ts'
import { shownPath, shownText } from '../../../core/show/redact.ts'
import { printable } from '../../../core/show/text.ts'
import { columnsOf, type Look, padded, wrap } from '../layout.ts'

function shown(field: string, value: unknown): string {
  if (value === null || value === undefined) return '(nothing)'
  if (typeof value === 'object' && 'sha256' in value) return '(hidden)'
  return printable(typeof value === 'string' ? shownText(field, value) : exactText(value))
}

/** A field in its three states: `before` and `ours` in one row where this tool did not mean to change it. */
function rows({ field, before, ours, now }: DriftedField): [field: string, state: string, value: string][] {
  const name = printable(shownPath(field))
  const past: [string, string, string][] =
    before === ours
      ? [[name, 'before, and ours', shown(field, before)]]
      : [
          [name, 'before', shown(field, before)],
          ['', 'ours', shown(field, ours)],
        ]
  return [...past, ['', 'now', shown(field, now)]]
}

/** The three-way table of a drifted server: what each field was, what it is to this tool, what it is now. Empty without drift. */
export function renderDrift(drift: readonly DriftedField[], look: Look): string[] {
  if (drift.length === 0) return []
  const table = drift.flatMap(rows)
  const fields = Math.max(...table.map(([field]) => columnsOf(field)))
  const states = Math.max(...table.map(([, state]) => columnsOf(state)))
  const line = ([field, state, value]: (typeof table)[number]): string => {
    const head = `      ${padded(field, fields)}  ${padded(state, states)}  `
    return wrap(head + value, look.width, ' '.repeat(columnsOf(head)))
  }
  return [table.map(line).join('\n')]
}
