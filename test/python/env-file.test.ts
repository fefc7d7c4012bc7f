import { expect, test } from 'vitest'
import { envChange, editEnvFile } from '../../src/core/config/edit/env-change.ts'
import { readEnvFile } from '../../src/core/config/edit/env-file.ts'
import { askPython } from './python.ts'
import { Random } from './random.ts'

const COUNT = Number(process.env['DIFFERENTIAL'] ?? 40_000) / 4
const NAMES = ['A', 'B', 'C', 'D_URL', 'E-x', 'f.g'] as const
const SPECIAL = '# |\\|\\n|\\\'|\\"|"|\'|`|}|=|\t|\n|\r\n|\u00A0|ä|\u{1F600}|#'.split('|')
const PIECES = [
  'http://',
  'localhost',
  ':8585',
  '/sse',
  '${A}',
  '${B}',
  '${C}',
  '${D_URL}',
  '$A',
  '${A:-x}',
  '${',
  ...SPECIAL,
] as const
const ENDS = ['\n', '\n', '\n', '\r\n', '\r', '\n\n', ' # x\n', '\n# A=1\n', ''] as const
const LEADS = ['', '', '', '', 'export ', '  ', '\t', 'export', '\uFEFF', ' export\t'] as const
const EQUALS = ['=', '=', '=', ' = ', '= ', ' =', '', ' ', '=='] as const
const PLAIN = ['http://', 'localhost', ':8585', '/a', '${A}', '${B}', '${C}', '${D_URL}', 'x', ''] as const

/** Some lines of a file: one half as people write them, the other as nobody should. */
function fileOf(random: Random): string {
  const isPlain = random.once(2)
  const first = random.below(NAMES.length)
  let text = ''
  for (let at = first + random.below(6); at >= first; at--) {
    const value = isPlain ? random.some(PLAIN, 5) : random.some(PIECES, 6)
    const quote = random.pick(['', '', '', '"', "'"])
    const [lead, equals, end] = isPlain
      ? (['', '=', '\n'] as const)
      : ([random.pick(LEADS), random.pick(EQUALS), random.pick(ENDS)] as const)
    const name = isPlain ? NAMES[at % NAMES.length] : random.pick(NAMES)
    text += lead + name + equals + quote + value + quote + end
  }
  return text
}

type Values = Record<string, string | null>

const files = Array.from({ length: COUNT }, (_, seed) => fileOf(new Random(seed + 1)))

/** The files as python-dotenv reads them. */
async function readByPython(texts: readonly string[]): Promise<Values[]> {
  const { answers } = await askPython(texts, 'read_env.py')
  return answers.map((answer) => JSON.parse(answer) as Values)
}

test('what is read of an .env file is what python-dotenv reads, or nothing that could be changed', async () => {
  const all = await readByPython(files)
  let [read, composed] = [0, 0]
  for (const [i, text] of files.entries()) {
    const variables = readEnvFile(text)
    for (const { name, value, parts } of variables) {
      // Line ends within a name are all the same to Python.
      if (value.kind !== 'here' || /[\r\n]/.test(name)) continue
      read++
      if (parts.length > 1) composed++
      expect([JSON.stringify(text), name, value.value]).toEqual([JSON.stringify(text), name, all[i]?.[name]])
    }
  }
  expect(read).toBeGreaterThan(COUNT / 2)
  expect(composed).toBeGreaterThan(COUNT / 20)
}, 120_000)

test('what an edit of a composed value changes is what python-dotenv reads after it, and nothing else', async () => {
  const edits = files.flatMap((text) => {
    const variables = readEnvFile(text)
    return variables.flatMap(({ name, value }) => {
      if (value.kind !== 'here' || !value.value.includes('localhost')) return []
      const after = value.value.replace('localhost', 'proxy')
      const change = envChange(variables, name, after)
      if ('reason' in change) return []
      try {
        return [
          { text, becomes: change.becomes, edited: editEnvFile(text, '.env', name, value.value, after) },
        ]
      } catch {
        return []
      }
    })
  })
  expect(edits.length).toBeGreaterThan(COUNT / 20)
  const [before, after] = await Promise.all([
    readByPython(edits.map(({ text }) => text)),
    readByPython(edits.map(({ edited }) => edited)),
  ])
  for (const [i, { text, edited, becomes }] of edits.entries())
    expect([text, edited, after[i]]).toEqual([text, edited, { ...before[i], ...Object.fromEntries(becomes) }])
}, 120_000)
