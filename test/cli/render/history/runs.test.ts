import { expect, test } from 'vitest'
import { renderHistory, renderOneRun, type Telling } from '../../../../src/cli/render/history/runs.ts'
import { stateOf } from '../../../../src/cli/render/history/state.ts'
import { columnsOf, type Look } from '../../../../src/cli/render/layout.ts'
import type { RecordedRun } from '../../../../src/journal/fold.ts'
import { changeOf, newJournal, recordOf, recordRun, type Story } from '../../../runs/recover/recorded.ts'

const LOOK: Look = { width: 80, paint: (_, text) => text, colour: false, verbose: false }
const GUIDE = ['fetch', 'n8n', 'postgres'].map((name) => changeOf(recordOf(name)))
const ALL = GUIDE.map(() => ['change', 'applied'] as const)

/** Runs of one gateway as a journal holds them, a day after each other from the first evening of November on. */
async function recorded(...stories: Partial<Story>[]): Promise<RecordedRun[]> {
  const journal = await newJournal()
  const runs: RecordedRun[] = []
  for (const story of stories)
    runs.push(
      await recordRun(journal, {
        id: `20261101T2314${String(runs.length).padStart(2, '0')}Z-aaaaaa`,
        url: 'http://localhost:4000',
        changes: GUIDE,
        told: ALL,
        ended: true,
        ...story,
      }),
    )
  return runs.map((run, i) => ({
    ...run,
    startedAt: `2026-11-0${i + 1}T23:14:00.000Z`,
    finishedAt: run.finishedAt && `2026-11-0${i + 1}T23:15:00.000Z`,
  }))
}

const idOf = (n: number): string => `20261101T23140${n}Z-aaaaaa`

const telling = (all: readonly RecordedRun[], look: Partial<Look> = {}): Telling => ({
  look: { ...LOOK, ...look },
  all,
  own:
    () =>
    (...words) =>
      ['mcp-url-migrate', ...words].join(' '),
})

const NONE = { location: '/journal', url: null, older: { runs: 0, command: '' } }

test('a history is two or three lines for each run, newest first, and what has no end stands out', async () => {
  const runs = await recorded(
    {},
    { reverts: idOf(0) },
    { told: [['change', 'applied'], ['change']], ended: false },
  )
  expect(`\n${renderHistory({ runs, problems: [] }, NONE, telling(runs))}\n`).toMatchInlineSnapshot(`
    "
    3 runs of http://localhost:4000 in /journal

    20261101T231402Z-aaaaaa  2026-11-03 23:14 UTC  1 of 3 changed, 1 unknown, DID
      NOT END, or is still running
      migration: http://localhost:8585 → http://mcp-proxy-sse:8080, by somebody on
      somewhere
      To complete it:
        mcp-url-migrate unfinished finish
      To take it back:
        mcp-url-migrate revert 20261101T231402Z-aaaaaa

    20261101T231401Z-aaaaaa  2026-11-02 23:14 UTC  3 of 3 taken back
      http://localhost:8585 → http://mcp-proxy-sse:8080, by somebody on somewhere
      takes back 20261101T231400Z-aaaaaa

    20261101T231400Z-aaaaaa  2026-11-01 23:14 UTC  3 of 3 changed, taken back
      migration: http://localhost:8585 → http://mcp-proxy-sse:8080, by somebody on
      somewhere
      taken back by 20261101T231401Z-aaaaaa
    "
  `)
})

test('one run in full has from and to of each server', async () => {
  const runs = await recorded({
    told: [
      ['change', 'applied'],
      ['change', 'failed'],
    ],
  })
  const [run] = runs
  expect(run && `\n${renderOneRun(run, telling(runs))}\n`).toMatchInlineSnapshot(`
    "
    20261101T231400Z-aaaaaa  2026-11-01 23:14 UTC  1 of 3 changed, 1 refused, in
      force
      migration: http://localhost:8585 → http://mcp-proxy-sse:8080, by somebody on
      somewhere, on LiteLLM 1.106.2 at http://localhost:4000, master key, ended
      2026-11-01 23:15 UTC

    fetch: changed
      - http://localhost:8585/servers/fetch/sse
      + http://mcp-proxy-sse:8080/servers/fetch/sse
    n8n: refused, not written
      - http://localhost:8585/servers/n8n/sse
      + http://mcp-proxy-sse:8080/servers/n8n/sse
    postgres: not tried
      - http://localhost:8585/servers/postgres/sse
      + http://mcp-proxy-sse:8080/servers/postgres/sse
    "
  `)
})

test('nothing but a single word is wider than the window', async () => {
  const runs = await recorded({}, { reverts: idOf(0) }, { url: 'http://elsewhere:4000/root' })
  for (const width of [20, 40, 60, 80])
    for (const line of renderHistory({ runs, problems: [] }, NONE, telling(runs, { width })).split('\n'))
      if (line.trim().includes(' ')) expect(columnsOf(line)).toBeLessThanOrEqual(width)
})

test('of a run whose revert was taken back in part, only the rest is taken back', async () => {
  const first = GUIDE.slice(0, 1)
  const runs = await recorded({}, { reverts: idOf(0) }, { reverts: idOf(1), changes: first })
  expect(runs.map((run) => stateOf(run, runs))).toEqual([
    '3 of 3 changed, 2 taken back',
    '3 of 3 taken back, 1 changed again',
    '1 of 1 changed again, in force',
  ])
})

test('a run whose servers a later one moved on is not called in force', async () => {
  const states = async (...stories: Partial<Story>[]): Promise<string[]> => {
    const runs = await recorded(...stories)
    return runs.map((run) => stateOf(run, runs))
  }
  expect(await states({}, {})).toEqual([
    '3 of 3 changed, changed since by later runs',
    '3 of 3 changed, in force',
  ])
  expect(await states({}, { changes: GUIDE.slice(1) })).toEqual([
    '3 of 3 changed, in force, 2 of them changed since by later runs',
    '2 of 2 changed, in force',
  ])
  expect(await states({}, {}, { reverts: idOf(1) })).toEqual([
    '3 of 3 changed, in force',
    '3 of 3 changed, taken back',
    '3 of 3 taken back',
  ])
  expect(await states({}, { url: 'http://elsewhere:4000' })).toEqual([
    '3 of 3 changed, in force',
    '3 of 3 changed, in force',
  ])
})

test('a run that took its own writes back is not one that wrote nothing', async () => {
  const runs = await recorded({
    told: [
      ['change', 'applied', 'take-back', 'reverted'],
      ['change', 'failed'],
    ],
  })
  expect(runs.map((run) => stateOf(run, runs))).toEqual([
    '0 of 3 changed, 1 changed and taken back, 1 refused',
  ])
})

test('runs that a forged journal lets take each other back come to an end', async () => {
  const runs = await recorded({ reverts: idOf(1) }, { reverts: idOf(0) }, { reverts: idOf(2) })
  expect(runs.map((run) => stateOf(run, runs))).toHaveLength(3)
})
