import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, vi } from 'vitest'
import { runCli } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { sentence, test, TWO } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const GOOD = `schema: mcp-url-migrate/migration/2
id: own
title: Our own
rules:
  - from: http://localhost:8585
    to: http://new:1
examples:
  - before: http://localhost:8585/a
    after: http://new:1/a
  - before: http://other:1/a
    unchanged: true
`
const RULE = '  - from: http://localhost:8585\n    to: http://new:1\n'

const swap = (part: string, other: string): string => {
  expect(GOOD).toContain(part)
  return GOOD.replace(part, () => other)
}
const doubled = (n: number): string =>
  Array.from({ length: n }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]\n`).join('')

/** What stands in the file, and what is said of it. */
const TEXTS: readonly (readonly [what: string, text: () => string | Buffer, said: string])[] = [
  ['nothing', () => '', ': this is no migration: it must be a map that begins with "schema"'],
  ['a comment', () => '# nothing else\n', ': this is no migration'],
  ['a list', () => '- a\n', ', line 1, column 1: this is no migration'],
  ['a text', () => 'just a text\n', ', line 1, column 1: this is no migration'],
  ['no YAML', () => swap('rules:', 'rules: ['), ', line 5, column 11: this is not YAML'],
  ['a tab', () => swap('  - from', '\t- from'), ', line 5, column 1: this is not YAML'],
  [
    'bytes that are no text',
    () => Buffer.from('schema: x\nid: \xff\n', 'latin1'),
    ', line 2: the file is not UTF-8',
  ],
  ['UTF-16', () => Buffer.from(`\uFEFF${GOOD}`, 'utf16le'), ', line 1: the file is not UTF-8'],
  ['ten megabytes', () => `# ${'x'.repeat(10 * 1024 * 1024)}\n${GOOD}`, ': it is larger than 1 MB'],
  ['a million lines', () => '-\n'.repeat(500_000), 'there is too much in it'],
  ['a deep list', () => swap('Our own', '['.repeat(5000)), 'it is nested too deeply'],
  ['a deep map', () => swap('Our own', '{a: '.repeat(5000)), 'it is nested too deeply'],
  ['aliases that double', () => `a0: &a0 [x]\n${doubled(9)}rules: *a9\n`, ': its aliases lead to too much'],
  [
    'an alias of itself',
    () => swap(`rules:\n${RULE}`, 'rules: &a\n  - *a\n'),
    'an alias refers to what contains it',
  ],
  [
    'a tag',
    () => swap('Our own', '!!js/function "x"'),
    ', line 3, column 8: it holds a tag that is not known',
  ],
  ['two documents', () => `${GOOD}---\n${GOOD}`, ', line 12, column 1: a second document begins'],
  ['a key twice', () => `${GOOD}id: other\n`, ', line 12, column 1: a key appears twice'],
  [
    'a name of JavaScript',
    () => `${GOOD}__proto__: { a: 1 }\n`,
    ', line 12, column 1: there is no key __proto__',
  ],
  [
    'another one',
    () => swap('    to:', '    constructor: 1\n    to:'),
    'line 6, column 5: there is no key constructor in rule 1',
  ],
  [
    'a wrong key',
    () => swap('title', 'tilte'),
    ', line 3, column 1: there is no key tilte; did you mean title?',
  ],
  ['no schema', () => GOOD.slice(GOOD.indexOf('id')), ', line 1, column 1: "schema" is missing'],
  [
    'a later schema',
    () => swap('migration/2', 'migration/9'),
    'it was made for a newer version of this program',
  ],
  ['a number for a text', () => swap('id: own', 'id: 5'), ', line 2, column 5: id must be a text'],
  [
    'a text for a list',
    () => swap(`rules:\n${RULE}`, 'rules: none\n'),
    ', line 4, column 8: rules must be a list',
  ],
  [
    'a path for an id',
    () => swap('id: own', 'id: ../own'),
    'id must be lower-case letters, digits and hyphens',
  ],
  ['a long id', () => swap('id: own', `id: ${'x'.repeat(500)}`), 'id is longer than 100 characters'],
  ['no rule', () => swap(`rules:\n${RULE}`, 'rules: []\n'), 'rules needs at least 1'],
  ['a thousand rules and one', () => swap(RULE, RULE.repeat(1001)), 'rules has more than 1000 members'],
  ['no examples', () => GOOD.slice(0, GOOD.indexOf('examples')), 'examples is missing'],
  [
    'the id of one that ships',
    () => swap('id: own', 'id: sse-to-streamable-http'),
    ', line 2, column 5: the id sse-to-streamable-http is that of a migration that ships',
  ],
  [
    'an example that fails',
    () => swap('after: http://new:1/a', 'after: http://new:2/a'),
    'line 8, column 5: this example does not hold',
  ],
  [
    'a password',
    () => swap('http://new:1\n', 'http://me:geheim-pw@new:1\n'),
    'to of rule 1 holds a user name or password',
  ],
]

describe.concurrent('a migration file that cannot be used is told of in a sentence, before the gateway hears of it:', () => {
  for (const [what, text, said] of TEXTS)
    test(what, async ({ open }) => {
      const trial = await open({ servers: [...TWO] })
      const path = join(trial.folder, 'own.yaml')
      const bytes = text()
      await writeFile(path, bytes)
      const told = await trial.call(['--yes', '--no-wait', '--migration', path])
      expect([told.code, told.stdout]).toEqual([64, ''])
      expect(sentence(told.stderr)).toContain(`Migration file ${path}`)
      expect(sentence(told.stderr)).toContain(said)
      expect(told.stderr).not.toContain('geheim-pw')
      const linted = await trial.call(['lint', path])
      expect([linted.code, trial.sandbox.requests, await trial.journalFiles()]).toEqual([64, [], []])
      expect((await readFile(path)).equals(Buffer.from(bytes))).toBe(true)
    })

  for (const [what, make, said] of [
    ['no file', async () => {}, 'there is no such file'],
    ['an empty folder', (path: string) => mkdir(path), 'holds no migration file'],
    ['a link to itself', (path: string) => symlink(path, path), 'its symbolic links lead in a circle'],
    ['a pipe', (path: string) => promisify(execFile)('mkfifo', [path]), 'it is not a regular file'],
    ['a device', (path: string) => symlink('/dev/zero', path), 'it is not a regular file'],
    [
      'a folder with one that is wrong',
      async (path: string) => {
        await mkdir(path)
        await writeFile(join(path, 'a.yaml'), GOOD)
        await writeFile(join(path, 'b.yml'), swap('id: own', 'id: 5'))
      },
      'id must be a text',
    ],
    [
      'a folder in which two have one id',
      async (path: string) => {
        await mkdir(path)
        for (const name of ['a.yaml', 'b.yaml']) await writeFile(join(path, name), GOOD)
      },
      'two migrations have the id own',
    ],
  ] as const)
    test(what, async ({ open }) => {
      const trial = await open({ servers: [...TWO] })
      const path = join(trial.folder, 'own.yaml')
      await make(path)
      const { code, stderr } = await trial.call(['--yes', '--no-wait', '--migration', path])
      expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(said)])
      expect(sentence(stderr)).toContain('own')
      expect(stderr.replaceAll(trial.folder, '')).not.toMatch(/E[A-Z]{4,}/)
      expect([trial.sandbox.requests, await trial.journalFiles()]).toEqual([[], []])
    })

  test('a folder by its name alone, which would be an id', async ({ open }) => {
    const { folder } = await open({ servers: [...TWO] })
    await mkdir(join(folder, 'sse-to'))
    const { code, stderr } = await runCli(['--dry-run', '--migration', 'sse-to'], { cwd: folder })
    expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining('Did you mean ./sse-to?')])
  })

  test('one that somebody else alone may read', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const path = join(trial.folder, 'own.yaml')
    await writeFile(path, GOOD)
    await chmod(path, 0)
    const { code, stderr } = await trial.call(['--dry-run', '--migration', path])
    // Root reads it all the same.
    if (process.getuid?.() === 0) expect([code, stderr]).toEqual([0, expect.not.stringContaining('own.yaml')])
    else expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(path)])
  })
})
