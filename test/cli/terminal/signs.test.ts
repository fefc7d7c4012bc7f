import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { asShown, hasCursor, inAscii, showsSigns, writeInAscii } from '../../../src/cli/terminal/signs.ts'
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

test.each([
  ['xterm-256color', true],
  ['linux', true],
  ['dumb', false],
  ['unknown', false],
  ['', false],
  [undefined, false],
])('the cursor of TERM=%s can be moved: %s', (TERM, can) => {
  expect(hasCursor({ TERM })).toBe(can)
})

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url))

/** Whose letters are no signs: what real gateways say, and those that some systems write in two ways. */
const FOREIGN = ['sandbox/', 'core/show/secrets/escapes.ts', 'cli/terminal/signs.ts']

/** Every sign beyond ASCII in the code of this program, which is no comment. */
async function signsInCode(): Promise<string[]> {
  const names = await readdir(SOURCE, { recursive: true })
  const files = names.filter((name) => name.endsWith('.ts') && !FOREIGN.some((each) => name.startsWith(each)))
  const texts = await Promise.all(files.map((name) => readFile(join(SOURCE, name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
  return [...new Set(lines.join('').match(/[^\x00-\x7f]/gu))]
}

test('each sign that the program prints has one of ASCII that is as wide', async () => {
  const signs = await signsInCode()
  expect(signs).toEqual(expect.arrayContaining(['✓', '✗', '·', '→', '…', '❯']))
  const wrong = signs.filter(
    (sign) => !/^[ -~]+$/.test(inAscii(sign)) || columnsOf(inAscii(sign)) !== columnsOf(sign),
  )
  expect(wrong).toEqual([])
})

test('foreign letters stay as they are', () => {
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
