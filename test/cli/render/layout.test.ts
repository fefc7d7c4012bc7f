import { expect, test } from 'vitest'
import {
  columnsOf,
  fitted,
  padded,
  problemLines,
  warningLines,
  wrap,
} from '../../../src/cli/render/layout.ts'
import { mend } from '../../../src/core/show/remedy.ts'

const COMMAND = 'chmod -R go-w -- /a/folder/whose/name/is/longer/than/a/line'

test('a warning is wrapped to the width, and what mends it stands below it, each command whole', () => {
  const warning = `The journal is open to others, so it is not trusted.\n${mend('If its runs are yours, close it to all others:', COMMAND)}`
  expect(warningLines(warning, 40)).toBe(
    [
      '! The journal is open to others, so it',
      '  is not trusted.',
      '  If its runs are yours, close it to all',
      '  others:',
      `    ${COMMAND}`,
    ].join('\n'),
  )
})

test('a problem in a list is moved to the right with all of its lines; one without a hint is one sentence', () => {
  const problem = { message: 'The journal is not trusted', hint: mend('Close it:', COMMAND) }
  expect(problemLines(problem, 40, '  ')).toBe(
    ['  ! The journal is not trusted', '    Close it:', `      ${COMMAND}`].join('\n'),
  )
  expect(problemLines({ ...problem, hint: null }, 40)).toBe('! The journal is not trusted')
})

test('no line of a warning is more than text to a terminal', () => {
  expect(warningLines('a\u001b[31m\nb\u0007', 40)).not.toMatch(/[\u001b\u0007]/)
})

test.each([
  ['letters', 'fetch', 5],
  ['wide letters', '日本', 4],
  ['emoji of several parts', '👩‍👩‍👧', 2],
  ['a letter with a mark that combines', 'e\u0301', 1],
  ['colours', '\u001b[31mred\u001b[39m', 3],
  ['our own signs', '✓ ✗ → … × ─ ● · ▶', 17],
])('%s take the columns that a screen gives them', (_, text, columns) => {
  expect(columnsOf(text)).toBe(columns)
})

test('texts are filled, cut and wrapped by their columns, and not by their letters', () => {
  expect([padded('日本', 6), padded('日本', 3)]).toEqual(['日本  ', '日本'])
  expect([fitted('日本語', 6), fitted('日本語', 5), fitted('fetch', 4), fitted('fetch', 0)]).toEqual([
    '日本語',
    '日本…',
    'fet…',
    '',
  ])
  expect(wrap('日本 日本 日本', 9, '  ')).toBe('日本 日本\n  日本')
})
