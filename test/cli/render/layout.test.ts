import { spawnSync } from 'node:child_process'
import stringWidth from 'fast-string-width'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  columnsOf,
  commandLines,
  fitted,
  padded,
  problemLines,
  warningLines,
  wrap,
} from '../../../src/cli/render/layout.ts'
import { shellQuoted } from '../../../src/core/show/shell.ts'
import { mend } from '../../../src/core/show/remedy.ts'

const texts = fc
  .array(fc.oneof(fc.constantFrom('a', '~', ' ', '  ', 'word', '漢', 'é', '\u0301', '😀', '\t'), fc.string()))
  .map((parts) => parts.join(''))

test('every text takes the columns that the library says', () => {
  fc.assert(fc.property(texts, (text) => columnsOf(text) === stringWidth(text)))
})

test('a text that fits stays as it is', () => {
  fc.assert(fc.property(texts, (text) => wrap(text, columnsOf(text), '  ') === text))
})

const COMMAND = 'chmod -R go-w -- /a/folder/whose/name/is/longer/than/a/line'

test('a warning is wrapped to the width, and what mends it stands below it, each command whole', () => {
  const warning = `The journal is open to others, so it is not trusted.\n${mend('If its runs are yours, close it to all others:', COMMAND)}`
  expect(warningLines(warning, { width: 40 })).toBe(
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
  expect(problemLines(problem, { width: 40 }, '  ')).toBe(
    ['  ! The journal is not trusted', '    Close it:', `      ${COMMAND}`].join('\n'),
  )
  expect(problemLines({ ...problem, hint: null }, { width: 40 })).toBe('! The journal is not trusted')
})

test('no line of a warning is more than text to a terminal', () => {
  expect(warningLines('a\u001b[31m\nb\u0007', { width: 40 })).not.toMatch(/[\u001b\u0007]/)
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

const LONG =
  "npx mcp-url-migrate --revert 20261127T121816Z-abcdef --url http://localhost:4000 --journal '/home/me/of the house'"

test('a command that does not fit on a screen is broken before its options; one for a script never is', () => {
  expect(commandLines(LONG, { width: 60, onScreen: true }, '  ')).toBe(
    [
      '  npx mcp-url-migrate --revert 20261127T121816Z-abcdef \\',
      '    --url http://localhost:4000 \\',
      "    --journal '/home/me/of the house'",
    ].join('\n'),
  )
  expect(commandLines(LONG, { width: 60 })).toBe(LONG)
  expect(commandLines('ls -l', { width: 60, onScreen: true })).toBe('ls -l')
})

test('what is no whole line of a shell stays as it is', () => {
  const text = `it's ${'long '.repeat(20)}`
  expect(commandLines(text, { width: 40, onScreen: true })).toBe(text)
})

const WORDS = [
  '--url=http://localhost:4000',
  "a b'c",
  '',
  '$HOME',
  '"',
  '\\',
  '`x`',
  '-n',
  'é日本',
  'a;b',
  '#c',
  '*',
  'a\u0007b',
]

/** Those of these shells that are here. */
const SHELLS = ['sh', 'bash', 'zsh'].filter((shell) => !spawnSync(shell, ['-c', ':']).error)

test.each(SHELLS)('%s takes a broken command for what it was', (shell) => {
  for (const width of [20, 40, 80]) {
    const words = [...WORDS, ...WORDS.toReversed(), ...WORDS]
    const typed = shell === 'sh' ? words.filter((word) => !word.includes('\u0007')) : words
    const command = commandLines(['printf', '%s\\0', ...typed].map(shellQuoted).join(' '), {
      width,
      onScreen: true,
    })
    expect(command.split('\n').length).toBeGreaterThan(1)
    const { stdout } = spawnSync(shell, ['-c', command], { encoding: 'utf8' })
    expect(stdout.split('\0').slice(0, -1)).toEqual(typed)
  }
})
