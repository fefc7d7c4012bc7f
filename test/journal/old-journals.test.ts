import { describe, expect, vi } from 'vitest'
import { documentOf, sentence, test, vouching } from '../support/trial.ts'
import {
  carriedHash,
  type End,
  hashV1,
  type OldCase,
  oldCase,
  oldCases,
  openRun,
  putInPlace,
  rechained,
  startedIn,
  type Told,
  unlike,
  wholeLines,
} from '../support/old-journals.ts'
import { watchForLeaks } from '../support/secrets.ts'
import { AS_BEFORE, expectSettled, filesIn, inPlace, wrongIn } from './old-trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const CASES = oldCases()

describe('journals of version 1 as they were written', () => {
  test('are chained as version 1 chains, each line of them', () => {
    expect(CASES.length).toBeGreaterThan(40)
    for (const { name, journal } of CASES)
      for (const text of Object.values(journal)) {
        const { lines } = wholeLines(text)
        const heads = [null, ...lines.map((line) => carriedHash(line))]
        for (const [i, line] of lines.entries()) {
          expect([name, i, hashV1(line)]).toEqual([name, i, carriedHash(line)])
          expect(JSON.parse(line)).toMatchObject({ v: 1, seq: i, prev: heads[i] })
        }
        // What tests put in place is what the program would have written there.
        expect(rechained(text, (line) => line)).toBe(text)
      }
  })

  for (const old of CASES)
    test(`are listed, shown and checked, and left as they are: ${old.name}`, async ({ open }) => {
      const { journal, call } = await open({ servers: [] })
      await putInPlace(
        { ...old, before: { rows: [], files: {} } },
        { sandbox: { url: old.gateway }, folder: old.folder, journal },
      )
      const { runs, problems } = old.history
      const listed = documentOf(await call(['history', '--json']))
      expect(listed).toMatchObject({ problems, runs: runs.map((run) => told(run, false)) })
      for (const run of runs)
        expect(documentOf(await call(['history', run.id, '--json']))).toMatchObject({
          runs: [told(run, true)],
        })
      const { code, stdout } = await call(['history', '--check'])
      expect([code, checkedIn(stdout)]).toEqual([0, runs.map(checkOf)])
      expect(await filesIn(journal)).toEqual(old.journal)
    })
})

/** What history is to tell of a run. A server whose URL is a variable was counted twice then, which is no promise. */
function told({ changes, summary, ...run }: Told, whole: boolean): Record<string, unknown> {
  const isTwice = JSON.stringify(changes).includes('"variable":"')
  return { ...run, ...(isTwice ? {} : { summary }), ...(whole ? { changes } : {}) }
}

const checkOf = ({ id, finishedAt, torn, head }: Told): string =>
  `${id}: intact${finishedAt === null ? '; it did not end; history names the commands that end it' : ''}${torn === true ? '; its last line was torn by a crash and is left out' : ''} head ${head}`

/** What `history --check` says of each run. */
const checkedIn = (stdout: string): string[] =>
  sentence(stdout).match(/\d{8}T\d{6}Z-[\da-f]{6}: intact.*? head [\da-f]{64}/g) ?? []

/** The consents that a case's revert was given. */
const consentsOf = ({ ends: { revert } }: OldCase): string[] =>
  revert?.args.slice(revert.args.indexOf('--yes')) ?? []

/** Finished under its own id, with no line of it touched; and, where that moved anything, taken back then. */
function isFinished(old: OldCase, finish: End): void {
  test(`are finished: ${old.name}`, async ({ open }) => {
    const trial = await inPlace(old, open)
    const files = await filesIn(trial.journal)
    const { code } = await trial.call(await vouching(trial, [...finish.args, '--no-wait']))
    expect([code, await wrongIn(old, trial, finish)]).toEqual([finish.code, []])
    await expectSettled(trial, files)
    const { runs } = documentOf<OldCase['history']>(await trial.call(['history', '--json']))
    expect(runs.find(({ id }) => id === openRun(old)?.id)?.finishedAt).toEqual(expect.any(String))
    const isBack = Object.keys({ ...finish.rows, ...finish.files }).length === 0
    if (isBack) return
    await trial.setUp(await vouching(trial, ['--revert', ...consentsOf(old), '--no-wait']))
    expect(await wrongIn(old, trial, AS_BEFORE)).toEqual([])
  })
}

/** Runs that took something from a server besides, which is still gone when they are taken back: no success any more. */
const STILL_DAMAGED: readonly string[] = ['collateral', 'security']

const codeToday = ({ name }: OldCase, { code }: End): number =>
  code === 0 && STILL_DAMAGED.includes(name) ? 4 : code

/** Taken back with the arguments of then, and by the name of the run. */
function isTakenBack(old: OldCase, revert: End): void {
  test(`are taken back: ${old.name}`, async ({ open }) => {
    const trial = await inPlace(old, open)
    const files = await filesIn(trial.journal)
    const { code } = await trial.call(await vouching(trial, [...revert.args, '--no-wait']))
    expect([code, await wrongIn(old, trial, revert)]).toEqual([codeToday(old, revert), []])
    await expectSettled(trial, files)
  })

  // The one run of a journal that has its end is what was taken back just now.
  if (!openRun(old) && old.history.runs.length === 1) return
  test(`are taken back by their name: ${old.name}`, async ({ open }) => {
    const trial = await inPlace(old, open)
    const run = openRun(old) ?? old.history.runs.at(-1)
    const args = ['--revert', run?.id ?? '', ...consentsOf(old), '--no-wait']
    const { code } = await trial.call(await vouching(trial, args))
    expect([code, await wrongIn(old, trial, revert)]).toEqual([codeToday(old, revert), []])
  })
}

describe.concurrent('journals of version 1 on the gateway of then', () => {
  for (const old of CASES) {
    const { finish, revert } = old.ends
    if (finish) isFinished(old, finish)
    if (revert) isTakenBack(old, revert)
  }
})

describe.concurrent('a journal of version 1', () => {
  test('whose first line was torn knows no run, and is in nobody’s way', async ({ open }) => {
    const trial = await inPlace(oldCase('torn-beginning'), open)
    expect((await trial.call(['--revert', '--yes'])).code).toBe(1)
    await trial.setUp(['--yes', '--no-wait'])
    await trial.setUp(['--revert', '--yes', '--no-wait'])
    expect(await unlike(oldCase('torn-beginning'), trial, AS_BEFORE)).toEqual([])
  })

  // Builds before the one that wrote these had not all of their members, under the same version.
  for (const name of ['landed', 'between', 'reverted', 'whole-1.81.14'])
    test(`that lacks what came later is read all the same: ${name}`, async ({ open }) => {
      const old = oldCase(name)
      const { finish, revert } = old.ends
      for (const way of [finish, revert]) {
        if (!way) continue
        const trial = await inPlace(old, open, withoutLater)
        expect((await trial.call([...way.args, '--no-wait'])).code).toBe(way.code)
        expect(await wrongIn(old, trial, way)).toEqual([])
      }
    })

  test('finds drift as version 1 did: what somebody edited since is left alone', async ({ open }) => {
    const old = oldCase('unlanded')
    const trial = await inPlace(old, open)
    const edited = { 'id-n8n': { description: 'edited since' } }
    trial.sandbox.edit('id-n8n', edited['id-n8n'])
    const finished = await trial.call(['--unfinished', 'finish', '--yes', '--no-wait', '--json'])
    const { changes } = documentOf<{ changes: { outcome: string; drift: unknown[] }[] }>(finished)
    const known = { sha256: startedIn(old.journal)[1]?.fields['description'] }
    expect([finished.code, changes[1]]).toMatchObject([
      4,
      { outcome: 'drifted', drift: [{ field: 'description', before: known, ours: known }] },
    ])
    expect(await unlike(old, trial, { ...old.now, rows: { ...old.now.rows, ...edited } })).toEqual([])
  })
})

/** Members that a journal of version 1 need not have, taken away. */
const withoutLater = (line: string): string =>
  line
    .replaceAll('"file":null,', '')
    .replaceAll(/"transport":"[a-z]+","signsIn":false,/g, '')
    .replaceAll('"onlySettings":false,', '')
    .replaceAll('"settings":{},', '')
    .replace(/,"tools":\{\}/, '')
