import { expect, test } from 'vitest'
import { applyProgress, timeLeft } from '../../src/cli/progress.ts'
import type { Terminal } from '../../src/cli/terminal/terminal.ts'
import type { Change } from '../../src/core/plan.ts'

const MINUTE = 60_000

test.each([
  ['nothing is done yet', 5 * MINUTE, 0, 10, ''],
  ['a minute is left', MINUTE, 1, 2, ''],
  ['a little more is left', MINUTE, 10, 21, ', about 2 min left'],
  ['three of four are to come', MINUTE, 1, 4, ', about 3 min left'],
  ['all is done', 90 * MINUTE, 10, 10, ''],
  ['it goes on for hours', 10 * MINUTE, 100, 1300, ', about 120 min left'],
])('the time left, where %s', (_, elapsedMs, done, total, text) => {
  expect(timeLeft(elapsedMs, done, total)).toBe(text)
})

const change: Change = {
  id: 'c',
  server: { id: 'id-fetch', name: 'fetch', alias: null, source: 'database' },
  migration: 'm',
  transport: 'sse',
  signsIn: false,
  edits: [{ field: 'url', before: 'http://a', after: 'http://b' }],
  effects: [],
  file: null,
  settings: {},
  onlySettings: false,
  fields: {},
  fingerprint: 'f',
}

/** A terminal that keeps what it is told. */
function listening(): { terminal: Terminal; told: string[] } {
  const told: string[] = []
  const tell = (text: string): void => void told.push(text)
  const nobody = (): Promise<never> => Promise.reject(new Error('there is nobody to ask'))
  const asking = { askText: nobody, askSecret: nobody, choose: nobody, chooseSome: nobody }
  const hearing = { print: tell, remark: tell, warn: tell, progress: tell, settle: () => {}, clear: () => {} }
  return { terminal: { interactive: true, width: 80, ...asking, ...hearing }, told }
}

test('a run that takes back what it wrote reckons from where it began to', () => {
  const { terminal, told } = listening()
  let time = 0
  const look = { width: 80, paint: (_: unknown, text: string) => text, colour: false, verbose: false }
  const tell = applyProgress(terminal, look, 10, () => time)
  time = 60 * MINUTE
  tell({ kind: 'writing', change, done: 30, total: 60 })
  tell({ kind: 'taking-back', total: 30 })
  time += MINUTE
  tell({ kind: 'writing', change, done: 1, total: 30 })
  expect(told).toEqual([
    '31/60 fetch: writing, about 60 min left',
    'Taking back what this run wrote (30 servers), newest first',
    '2/30 fetch: writing, about 29 min left',
  ])
})
