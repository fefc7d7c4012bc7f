import { describe, expect, test } from 'vitest'
import type { FileJournal } from '../../../src/journal/file-journal.ts'
import type { RecordedRun } from '../../../src/journal/fold.ts'
import { placedBy, runsInForce, takesBack } from '../../../src/runs/recover/in-force.ts'
import { changeOf, damage, newJournal, recordOf, recordRun, type Told } from './recorded.ts'

const HERE = 'http://localhost:4000'

const WRITTEN: Told[] = ['change', 'applied']

/** Records a run that wrote these servers, whole. */
const record = (
  journal: FileJournal,
  id: string,
  names: readonly string[],
  { reverts, url = HERE, told = WRITTEN }: { reverts?: string; url?: string; told?: Told[] } = {},
): Promise<RecordedRun> => {
  const changes = names.map((name) => changeOf(recordOf(name)))
  const back = reverts === undefined ? {} : { reverts }
  return recordRun(journal, { id, url, changes, told: names.map(() => told), ended: true, ...back })
}

describe('a chain of reverts', () => {
  test('takes back, does again, takes back again', async () => {
    const journal = await newJournal()
    await record(journal, 'one', ['fetch'])
    for (const [id, reverts] of [
      ['two', 'one'],
      ['three', 'two'],
      ['four', 'three'],
    ] as const)
      await record(journal, id, ['fetch'], { reverts })
    const { runs } = await journal.runs()
    expect(runs.map((run) => takesBack(run, runs))).toEqual([false, true, false, true])
  })

  test('puts a server where it is, and leaves it to nobody once it is taken back', async () => {
    const journal = await newJournal()
    await record(journal, 'one', ['fetch'])
    await record(journal, 'two', ['fetch'], { reverts: 'one' })
    await record(journal, 'three', ['fetch'], { reverts: 'two' })
    const { runs } = await journal.runs()
    const after = runs.map((_, i) => [...placedBy(runs.slice(0, i + 1)).values()])
    const url = changeOf(recordOf('fetch')).edits.find(({ field }) => field === 'url')?.after
    expect(after).toEqual([[{ url, run: 'one' }], [], [{ url, run: 'three' }]])
  })

  test('ends at a run that is not there: a revert of it still takes back', async () => {
    const journal = await newJournal()
    await record(journal, 'two', ['fetch'], { reverts: 'one' })
    await record(journal, 'three', ['fetch'], { reverts: 'two' })
    const { runs } = await journal.runs()
    expect(runs.map((run) => takesBack(run, runs))).toEqual([true, false])
  })

  test('ends where it would go round in a circle', async () => {
    const journal = await newJournal()
    const self = await record(journal, 'self', ['fetch'], { reverts: 'self' })
    await record(journal, 'one', ['fetch'], { reverts: 'two' })
    await record(journal, 'two', ['fetch'], { reverts: 'one' })
    const { runs } = await journal.runs()
    // All at the same time, as in a journal that somebody wrote by hand.
    const atOnce = runs.map((run) => ({ ...run, startedAt: self.startedAt }))
    expect(atOnce.map((run) => takesBack(run, atOnce))).toEqual([true, true, false])
  })
})

describe('beside a run that is taken back', () => {
  test('other migrations of the gateway, by whatever name, stay in force, with the servers that they hold', async () => {
    const journal = await newJournal()
    await record(journal, 'first', ['fetch', 'n8n'], { url: 'http://127.0.0.1:4000' })
    await record(journal, 'elsewhere', ['fetch'], { url: 'http://gateway:4000' })
    await record(journal, 'refused', ['playwright'], { told: ['change', 'failed'] })
    const last = await record(journal, 'last', ['postgres'])
    expect(runsInForce((await journal.runs()).runs, last)).toEqual([{ id: 'first', servers: 2, options: [] }])
  })

  test('what a revert has taken back of them is not in force, and what it was taken back by is the same migration', async () => {
    const journal = await newJournal()
    const first = await record(journal, 'first', ['fetch', 'n8n'])
    const partly = await record(journal, 'partly', ['n8n'], { reverts: 'first' })
    const last = await record(journal, 'last', ['postgres'])
    expect(runsInForce((await journal.runs()).runs, last)).toEqual([{ id: 'first', servers: 1, options: [] }])
    for (const run of [first, partly])
      expect(runsInForce((await journal.runs()).runs, run)).toEqual([{ id: 'last', servers: 1, options: [] }])
    await record(journal, 'again', ['n8n'], { reverts: 'partly' })
    expect(runsInForce((await journal.runs()).runs, last)).toEqual([{ id: 'first', servers: 2, options: [] }])
  })

  test('a run that cannot be read is not known to be in force, and no obstacle', async () => {
    const journal = await newJournal()
    await record(journal, 'first', ['fetch'])
    const last = await record(journal, 'last', ['postgres'])
    await damage(journal, 'first')
    expect(runsInForce((await journal.runs()).runs, last)).toEqual([])
  })
})
