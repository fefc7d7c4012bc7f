import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { readChain } from '../../src/journal/chain.ts'
import { JOURNAL_VERSION } from '../../src/journal/records.ts'
import { sentence, test, type Trial } from '../support/trial.ts'
import type { Finished } from '../support/cli.ts'
import {
  type OldCase,
  oldCase,
  oldCases,
  sandboxOf,
  startedIn,
  unlike,
  wholeLines,
} from '../support/old-journals.ts'
import { watchForLeaks } from '../support/secrets.ts'
import { type Reading, shapeOf } from '../support/shape.ts'
import { beforehand, filesIn, inPlace } from './old-trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

describe.concurrent('a line of a newer version', () => {
  const newer = (at: number) => (line: string, i: number) =>
    i === at ? line.replace('{"v":1,', `{"v":${JOURNAL_VERSION + 1},`) : line

  for (const at of [0, 2])
    test(`is never guessed at, wherever it stands: ${at + 1}`, async ({ open }) => {
      const old = oldCase('landed')
      const trial = await inPlace(old, open, newer(at))
      const [file = ''] = Object.keys(old.journal).map((name) => join(trial.journal, name))
      const text = await readFile(file, 'utf8')
      const run = basename(file, '.jsonl')
      expect(caught(() => readChain(Buffer.from(text), file))).toMatchObject({
        code: 'journal-newer',
        line: at + 1,
      })
      const where = `${file}:${at + 1}: it was written by a newer version of this tool`
      const checked = await trial.call(['history', '--check'])
      expect([checked.code, sentence(checked.stdout)]).toEqual([1, expect.stringContaining(where)])
      for (const args of [
        ['--revert'],
        ['--revert', run],
        ['--unfinished', 'finish'],
        ['--unfinished', 'revert'],
      ]) {
        const { code, stdout, stderr } = await trial.call([...args, '--yes', '--json'])
        expect([code, sentence(stderr)]).toEqual([1, expect.stringContaining(where)])
        const { code: name, hint } = JSON.parse(stdout) as { code: string; hint: string }
        expect([name, hint]).toEqual(['journal-newer', 'Update mcp-url-migrate, then try again.'])
      }
      expect(await unlike(old, trial, old.now)).toEqual([])
      expect(await readFile(file, 'utf8')).toBe(text)
    })
})

function caught(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

/** Members of lines whose keys are data, and values that may be anything. */
const LINES: Reading = {
  maps: ['.changes[].fields', '.fields', '.tools'],
  open: ['.changes[].settings', '.settings', '.collateral[].before', '.collateral[].after'],
}

/** The shapes of a journal's lines by their type. */
function shapes(files: Record<string, string>): Record<string, string[]> {
  const found: Record<string, Set<string>> = {}
  for (const line of Object.values(files).flatMap((text) => wholeLines(text).lines)) {
    const record = JSON.parse(line) as Record<string, unknown>
    const kind = String(record['type'])
    found[kind] ??= new Set()
    for (const each of shapeOf(record, LINES)) found[kind].add(each)
  }
  return Object.fromEntries(Object.entries(found).map(([kind, all]) => [kind, [...all].toSorted(byText)]))
}

/** Without the members of effects, which all fixtures with any of them hold alike. */
const withoutEffects = (found: Record<string, string[]>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(found).map(([kind, all]) => [
      kind,
      all.filter((each) => !each.startsWith('.changes[].effects[]')),
    ]),
  )

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

/** Members that lines have got since: a program of before reads such a line, and does without them. */
const ADDED = [
  '.ordinal number',
  '.changes[].created string',
  '.changes[].edits[].rules array',
  '.changes[].edits[].rules[] string',
]

const withoutAdded = (found: Record<string, string[]>): Record<string, string[]> => ({
  ...found,
  'run-started': (found['run-started'] ?? []).filter((each) => !ADDED.includes(each)),
})

/** Without the hashes in intents, which stand there only where they are not those of the change itself. */
const withoutPlanned = (found: Record<string, string[]>): Record<string, string[]> => ({
  ...found,
  intent: (found['intent'] ?? []).filter((each) => each !== '.fields.* string'),
})

/** Does it write lines of the same members as the case's, and for the same servers the same hashes? */
async function expectSameLines(old: OldCase, trial: Trial, ended: Finished, code = 0): Promise<void> {
  expect([ended.code, await unlike(old, trial, old.now)]).toEqual([code, []])
  const now = await filesIn(trial.journal)
  // A member more or less needs another version. Effects are texts with codes, and may be more than there were then.
  expect(withoutPlanned(withoutAdded(withoutEffects(shapes(now))))).toEqual(
    withoutPlanned(withoutEffects(shapes(old.journal))),
  )
  expect(startedIn(now)).toMatchObject(startedIn(old.journal))
}

const REFUSED = { status: 400, body: { detail: { error: 'no' } } }
/** Runs that met a refused write, with what they were started with. */
const MET: Readonly<Record<string, string[]>> = {
  'took-itself-back': ['--on-failure', 'revert'],
  'oauth-refused': ['--accept', 'reauthorization'],
}

test('effects have the members that they had', () => {
  const members = oldCases()
    .flatMap(({ journal }) => shapes(journal)['run-started'] ?? [])
    .filter((each) => each.startsWith('.changes[].effects[].'))
  expect([...new Set(members)].toSorted(byText)).toEqual([
    '.changes[].effects[].code string',
    '.changes[].effects[].message string',
    '.changes[].effects[].reversible boolean',
  ])
})

test('journals of before lack what lines have got since, in run-started alone, and all of it is written now', async ({
  open,
}) => {
  const members = oldCases().flatMap(({ journal }) => Object.values(shapes(journal)).flat())
  expect(members.filter((each) => ADDED.includes(each))).toEqual([])
  const trial = await open()
  await trial.setUp(['--yes', '--no-wait'])
  const lines = Object.entries(shapes(await filesIn(trial.journal)))
  expect(lines.map(([kind, all]) => [kind, ADDED.filter((each) => all.includes(each))])).toEqual(
    lines.map(([kind]) => [kind, kind === 'run-started' ? ADDED : []]),
  )
})

describe.runIf(JOURNAL_VERSION === 1)('as long as this is version 1, a run writes the same lines:', () => {
  for (const old of oldCases()) {
    if (old.args === null) continue
    const given = old.args
    test(old.name, async ({ open }) => {
      const trial = await beforehand(old, open)
      const args = given.map((arg) => (arg in old.before.files ? join(trial.folder, arg) : arg))
      await expectSameLines(
        old,
        trial,
        await trial.call([...args, '--no-wait'], { preflight: old.preflight }),
      )
    })
  }

  for (const [name, args] of Object.entries(MET))
    test(name, async ({ open }) => {
      const refusing = { on: { method: 'PUT', path: '/v1/mcp/server', nth: 2 }, do: REFUSED }
      const trial = await open({ ...sandboxOf(oldCase(name), 'before'), quirks: [refusing] })
      await expectSameLines(oldCase(name), trial, await trial.call(['--yes', '--no-wait', ...args]), 4)
    })
})
