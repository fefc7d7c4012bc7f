import { diffArrays, structuredPatch } from 'diff'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderEdits, shownSide } from '../../../../src/cli/render/plan/diff.ts'
import type { Edit } from '../../../../src/core/plan/change.ts'

const TOKENS = ['http', 'https', '://', ':', '/', 'a', 'b', 'c', '?', '=', '8585', 'é']
const urls = fc.array(fc.constantFrom(...TOKENS), { maxLength: 12 }).map((tokens) => tokens.join(''))
const look = {
  width: 80,
  paint: (format: unknown, text: string) => `<${String(format)} ${text}>`,
  colour: true,
  verbose: false,
}
const tokensOf = (text: string): string[] => text.split(/([:/?#&=@]+)/).filter((part) => part !== '')

/** What the library makes of one edit, with nothing done by hand. */
function byLibrary(edit: Edit): string {
  const [before, after] = [shownSide(edit, edit.before) ?? '', shownSide(edit, edit.after) ?? '']
  const [was, is] = [`url: ${before}\n`, `url: ${after}\n`]
  const { hunks } = structuredPatch('now', 'after', was, is, undefined, undefined, { context: 0 })
  const side = (name: 'removed' | 'added', colour: string): string =>
    diffArrays(tokensOf(before), tokensOf(after))
      .filter((piece) => piece[name] || (!piece.added && !piece.removed))
      .map((piece) => look.paint(piece[name] ? [colour, 'bold', 'underline'] : colour, piece.value.join('')))
      .join('')
  return [
    '<dim --- now>',
    '<dim +++ after>',
    ...hunks.map((at) => `<cyan @@ -${at.oldStart},${at.oldLines} +${at.newStart},${at.newLines} @@>`),
    `<red -url: >${side('removed', 'red')}`,
    `<green +url: >${side('added', 'green')}`,
    ...(before === after ? ['  (the two differ in what is hidden)'] : []),
  ].join('\n')
}

test('what is told apart by hand is told apart as by the library', () => {
  fc.assert(
    fc.property(urls, urls, (before, after) => {
      const edit = { field: 'url', before, after }
      expect(renderEdits({ edits: [edit], file: null }, look)).toBe(byLibrary(edit))
    }),
    { numRuns: 300 },
  )
})
