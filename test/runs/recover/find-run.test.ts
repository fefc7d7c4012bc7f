import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FileJournal } from '../../../src/journal/file-journal.ts'
import type { RecordedRun } from '../../../src/journal/fold.ts'
import { findNamedRun, runsToRevert, unfinishedRuns } from '../../../src/runs/recover/find-run.ts'
import { changeOf, damage, fileOf, newJournal, recordOf, recordRun, type Told } from './recorded.ts'

const HERE = 'http://localhost:4000'
const THERE = 'http://gateway:4000'

/** Records a run of one server, with an end unless it is said to have none. */
const record = (
  journal: FileJournal,
  id: string,
  {
    url = HERE,
    told = ['change', 'applied'],
    ended = true,
  }: { url?: string; told?: Told[]; ended?: boolean } = {},
): Promise<RecordedRun> =>
  recordRun(journal, { id, url, changes: [changeOf(recordOf('fetch'))], told: [told], ended })

const ids = (runs: readonly RecordedRun[]): string[] => runs.map(({ id }) => id)

/** A line as a version that is yet to come would write it. */
const novel = (journal: FileJournal, id: string): Promise<void> =>
  appendFile(fileOf(journal, id), `${JSON.stringify({ v: 2, type: 'novel' })}\n`)

/** A journal in whose place there is a file. */
async function noFolder(): Promise<FileJournal> {
  const journal = await newJournal()
  await mkdir(dirname(journal.location), { recursive: true })
  await writeFile(journal.location, '')
  return journal
}

describe('a run that is named', () => {
  test('is found by the beginning of its id, whatever its gateway, where only one has it', async () => {
    const journal = await newJournal()
    for (const [id, url] of [
      ['2026-a1', HERE],
      ['2026-a2', THERE],
    ] as const)
      await record(journal, id, { url })
    expect((await findNamedRun(journal, '2026-a2', 'history')).id).toBe('2026-a2')
    await expect(findNamedRun(journal, '2026-a', 'history')).rejects.toMatchObject({ code: 'run-not-found' })
    await expect(findNamedRun(journal, '2027', 'history')).rejects.toMatchObject({
      code: 'run-not-found',
      hint: expect.stringContaining('history') as string,
    })
  })

  test('is found beside others that are damaged, and told of where it is damaged itself', async () => {
    const journal = await newJournal()
    for (const id of ['one', 'two', 'three']) await record(journal, id)
    await damage(journal, 'two')
    await novel(journal, 'three')
    expect((await findNamedRun(journal, 'one', 'history')).id).toBe('one')
    await expect(findNamedRun(journal, 'two', 'history')).rejects.toMatchObject({ code: 'journal-damaged' })
    await expect(findNamedRun(journal, 'three', 'history')).rejects.toMatchObject({
      code: 'journal-newer',
      hint: 'Update mcp-url-migrate, then try again.',
    })
  })
})

describe('the runs that can be taken back', () => {
  test('are those of this gateway, by whatever name, that wrote something: the newest first', async () => {
    const journal = await newJournal()
    await record(journal, 'old', { url: 'http://127.0.0.1:4000' })
    await record(journal, 'elsewhere', { url: THERE })
    await record(journal, 'refused', { told: ['change', 'failed'] })
    await record(journal, 'in-flight', { told: ['change'], ended: false })
    await record(journal, 'new', { url: 'http://[::1]:4000' })
    expect(ids(await runsToRevert(journal, HERE))).toEqual(['new', 'in-flight', 'old'])
  })

  test('are none where other gateways have them: their URLs are named', async () => {
    const journal = await newJournal()
    await record(journal, 'refused', { url: 'http://127.0.0.1:4000', told: ['change', 'failed'] })
    await expect(runsToRevert(journal, HERE)).rejects.toMatchObject({
      code: 'run-not-found',
      hint: 'Did the run use another --journal?',
    })
    await record(journal, 'elsewhere', { url: THERE })
    await expect(runsToRevert(journal, HERE)).rejects.toMatchObject({
      code: 'run-not-found',
      hint: `It has runs of ${THERE}. Did you mean another --url?`,
    })
  })

  test('are in no order that could be told where any run is damaged, be it of another gateway', async () => {
    const journal = await newJournal()
    await record(journal, 'good')
    await record(journal, 'bad', { url: THERE })
    await damage(journal, 'bad')
    await expect(runsToRevert(journal, HERE)).rejects.toMatchObject({
      code: 'journal-damaged',
      hint: 'Which run is the newest cannot be told for certain; name the one to take back: --revert RUN.',
    })
  })
})

describe('the runs that have no end', () => {
  test('are those of this gateway, by whatever name: the newest first', async () => {
    const journal = await newJournal()
    const open = { told: ['change'] as Told[], ended: false }
    await record(journal, 'first', { ...open, url: 'http://0.0.0.0:4000' })
    await record(journal, 'ended')
    await record(journal, 'elsewhere', { ...open, url: THERE })
    await record(journal, 'second', { ...open, url: `${HERE}/` })
    const { runs, problems } = await unfinishedRuns(journal, HERE)
    expect([ids(runs), problems]).toEqual([['second', 'first'], []])
  })

  test('are told beside what cannot be read and may hide another', async () => {
    const journal = await newJournal()
    for (const id of ['good', 'bad']) await record(journal, id, { told: ['change'], ended: false })
    await damage(journal, 'bad')
    const { runs, problems } = await unfinishedRuns(journal, HERE)
    expect([ids(runs), problems]).toMatchObject([
      ['good'],
      [{ code: 'journal-damaged', file: fileOf(journal, 'bad'), line: 1 }],
    ])
  })

  test('are unknown in a journal that cannot be read: that is one of the problems, and no failure', async () => {
    const journal = await noFolder()
    const { runs, problems } = await unfinishedRuns(journal, HERE)
    expect([runs, problems]).toMatchObject([
      [],
      [{ code: 'journal-damaged', file: journal.location, line: null }],
    ])
    await expect(runsToRevert(journal, HERE)).rejects.toMatchObject({ code: 'journal-damaged' })
  })
})
