import { expect, test } from 'vitest'
import { asShown, inAscii, showsSigns, writeInAscii } from '../../../src/cli/terminal/signs.ts'
import { columnsOf } from '../../../src/cli/render/layout.ts'

test.each([
  [{ LANG: 'en_US.utf8' }, true],
  [{ LC_ALL: 'C.UTF-8' }, true],
  [{ LC_CTYPE: 'UTF-8', LANG: 'C' }, true],
  [{ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, false],
  [{ LC_ALL: '', LC_CTYPE: '', LANG: 'de_DE.UTF-8' }, true],
  [{ LANG: 'POSIX' }, false],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{ LANG: 'C.UTF-8', TERM: 'linux' }, false],
  [{}, false],
])('%j shows more than ASCII: %s', (env, shows) => {
  expect(showsSigns(env)).toBe(shows)
})

const SIGNS = '✓ ✗ ~ · ! → … × ● ─━│┌┐└┘├┼ ▶ ▼ – ✔ ✖ ↩ ≠ ’ ❯'

test('each sign has one of ASCII that is as wide, and foreign letters stay', () => {
  const shown = inAscii(SIGNS)
  expect(shown).toMatch(/^[ -~]+$/)
  expect(columnsOf(shown)).toBe(columnsOf(SIGNS))
  expect(asShown('日本 für → x', {})).toBe('日本 für > x')
  expect(asShown('→', { LANG: 'C.UTF-8' })).toBe('→')
})

test('a stream gets every text so, and bytes, which are documents, as they are', () => {
  const written: unknown[] = []
  const stream = { write: (...args: unknown[]) => written.push(...args) > 0 }
  writeInAscii(stream)
  expect(stream.write('a → b', 'utf8')).toBe(true)
  stream.write(Buffer.from('→'))
  expect(written).toEqual(['a > b', 'utf8', Buffer.from('→')])
})
