import { expect, test } from 'vitest'
import { applyProgress, lookProgress, readProgress } from '../../../src/cli/job/progress.ts'
import type { Terminal } from '../../../src/cli/terminal/terminal.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import { settledAs } from '../../../src/core/run/outcome.ts'

const MINUTE = 60_000

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
  landed: [],
  fields: {},
}

/** A terminal that keeps what it is told. */
function listening(): { terminal: Terminal; told: string[] } {
  const told: string[] = []
  const tell = (text: string): void => void told.push(text)
  const nobody = (): Promise<never> => Promise.reject(new Error('there is nobody to ask'))
  const asking = { askText: nobody, askSecret: nobody, choose: nobody, chooseSome: nobody }
  const document = (value: unknown): void => tell(JSON.stringify(value))
  const hearing = {
    print: tell,
    document,
    remark: tell,
    warn: tell,
    progress: (text: string | (() => string)): void => tell(typeof text === 'string' ? text : text()),
    settle: () => {},
    clear: () => {},
  }
  return {
    terminal: { interactive: true, isLive: true, isHeard: true, width: 80, ...asking, ...hearing },
    told,
  }
}

/** One of sixty servers. */
const nth = (n: number): Change => ({
  ...change,
  id: `c${n}`,
  server: { ...change.server, id: `id-${n}`, name: `s${n}` },
})

const look = { width: 80, paint: (_: unknown, text: string) => text, colour: false, verbose: false }

/** A plan of these changes, of a migration unless told. */
const planOf = (changes: Change[], reverts: string | null = null) => ({
  changes,
  reverts,
  withheld: {},
  preflight: {},
})

/** A run of sixty servers on a clock, each settled half a second after the one before. */
function runOfSixty(more: { silent?: string[]; isLive?: boolean } = {}) {
  const { terminal, told } = listening()
  const clock = { time: 0 }
  const changes = Array.from({ length: 60 }, (_, n) => nth(n))
  const { isLive = true, silent } = more
  const plan = { ...planOf(changes), ...(silent && { silent }) }
  const tell = applyProgress(plan, { ...terminal, isLive }, look, 10, () => clock.time)
  const settle = (each: Change, outcome: 'applied' | 'reverted'): void => {
    clock.time += 500
    tell({ kind: 'settled', change: settledAs(each, outcome) })
  }
  return { told, clock, changes, tell, settle }
}

test('a run tells its pace, and how long the rest takes', () => {
  const { told, changes, tell, settle } = runOfSixty()
  for (const each of changes.slice(0, 30)) settle(each, 'applied')
  told.length = 0
  tell({ kind: 'writing', change: nth(30) })
  tell({ kind: 'reading', change: nth(31) })
  expect(told).toEqual([
    '31/60 s30: writing, 2.0 a second, about 15 s left',
    '31/60 s31: reading the record again; LiteLLM is probing the old address (up to 10 s)',
  ])
})

test('a run with silent servers at its end does not tell how long the rest takes', () => {
  const { told, changes, tell, settle } = runOfSixty({ silent: ['id-59'] })
  for (const each of changes.slice(0, 30)) settle(each, 'applied')
  told.length = 0
  tell({ kind: 'writing', change: nth(30) })
  expect(told).toEqual(['31/60 s30: writing, 2.0 a second'])
})

test('a run that takes back what it wrote reckons from where it began to', () => {
  const { told, clock, changes, tell, settle } = runOfSixty()
  for (const each of changes.slice(0, 30)) settle(each, 'applied')
  clock.time = 60 * MINUTE
  told.length = 0
  tell({ kind: 'writing', change: nth(30) })
  tell({ kind: 'taking-back' })
  tell({ kind: 'writing', change: nth(29) })
  for (const each of changes.slice(20, 30).toReversed()) settle(each, 'reverted')
  tell({ kind: 'writing', change: nth(19) })
  expect(told.filter((text) => !text.startsWith('  '))).toEqual([
    '31/60 s30: writing',
    'Taking back what this run wrote (30 servers), newest first',
    '1/30 s29: writing',
    '11/30 s19: writing, 2.0 a second, about 10 s left',
  ])
})

test('in a pipe a run tells its pace after each fifty servers', () => {
  const { told, changes, settle } = runOfSixty({ isLive: false })
  for (const each of changes) settle(each, 'applied')
  expect(told.filter((text) => !text.startsWith('  '))).toEqual([
    '50 of 60 servers done, 2.0 a second, about 5 s left',
  ])
})

test('a server whose URL stands in a file of its own is one server, told of when all of it is done', () => {
  const { terminal, told } = listening()
  const [pin, variable] = [change, { ...change, id: 'v' }]
  const tell = applyProgress(planOf([pin, variable, nth(2)]), terminal, look, 10, () => 0)
  tell({ kind: 'writing', change: pin })
  tell({ kind: 'settled', change: settledAs(pin, 'applied') })
  tell({ kind: 'writing', change: variable })
  tell({ kind: 'settled', change: settledAs(variable, 'applied') })
  tell({ kind: 'writing', change: nth(2) })
  expect(told).toEqual(['1/2 fetch: writing', '1/2 fetch: writing', '  ✓ fetch: changed', '2/2 s2: writing'])
})

test('a run that takes another back speaks of taking back', () => {
  const { terminal, told } = listening()
  const tell = applyProgress(planOf([nth(1), nth(2)], 'the run'), terminal, look, 10, () => 0)
  tell({ kind: 'checking', change: nth(1) })
  tell({ kind: 'settled', change: settledAs(nth(1), 'applied') })
  tell({ kind: 'taking-back' })
  tell({ kind: 'settled', change: settledAs(nth(1), 'reverted') })
  expect(told).toEqual([
    '1/2 s1: checking; LiteLLM is probing the address that it goes back to (up to 10 s)',
    '  ✓ s1: taken back',
    'Putting back what this run took back (1 server), newest first',
    '  · s1: put back again',
  ])
})

test('on one screen with the report the outcomes are left to that, and the counter goes on', () => {
  const { terminal, told } = listening()
  const tell = applyProgress(planOf([nth(1), nth(2)]), terminal, { ...look, onScreen: true }, 10, () => 0)
  tell({ kind: 'writing', change: nth(1) })
  tell({ kind: 'settled', change: settledAs(nth(1), 'failed', 'HTTP 400: no') })
  tell({ kind: 'writing', change: nth(2) })
  expect(told).toEqual(['1/2 s1: writing', '2/2 s2: writing'])
})

/** What is told where each text is a line of its own, of counts that come at these seconds. */
function linesOf(counts: readonly (readonly [done: number, seconds: number])[], total: number): string[] {
  const { terminal, told } = listening()
  let time = 0
  const tell = readProgress({ ...terminal, isLive: false }, 0, () => time)
  for (const [done, seconds] of counts) {
    time = seconds * 1000
    tell(done, total)
  }
  return told
}

test('in a pipe, reading a few records is one line', () => {
  expect(
    linesOf(
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      2,
    ),
  ).toEqual(['Reading 2 records'])
})

test('in a pipe, what took a while ends with its last count, and with how long it took', () => {
  expect(
    linesOf(
      [
        [0, 0],
        [1, 1],
        [2, 8],
      ],
      2,
    ),
  ).toEqual(['Reading 2 records', 'Reading 2 records: 2 done (8 s)'])
})

test('in a pipe, what told a count on the way ends with its last one', () => {
  expect(
    linesOf(
      [
        [0, 0],
        [50, 1],
        [51, 1],
        [60, 2],
      ],
      60,
    ),
  ).toEqual(['Reading 60 records', 'Reading 60 records: 50 done', 'Reading 60 records: 60 done'])
})

test('in a pipe, what is read for long tells its pace', () => {
  const counts = Array.from({ length: 101 }, (_, n) => [n, n / 5] as const)
  expect(linesOf(counts, 100)).toEqual([
    'Reading 100 records',
    'Reading 100 records: 50 done, 5.0 a second, about 10 s left',
    'Reading 100 records: 100 done (20 s)',
  ])
})

test('in place, what is read tells its pace where that is known, and else why it may take long', () => {
  const { terminal, told } = listening()
  let time = 0
  const shown: (() => string)[] = []
  const progress = (text: string | (() => string)): void =>
    void shown.push(typeof text === 'string' ? () => text : text)
  const tell = readProgress({ ...terminal, progress }, 10, () => time)
  for (let done = 0; done <= 20; done += 1) {
    time = done * 250
    tell(done, 100)
  }
  told.push(shown.at(-1)?.() ?? '')
  time += 6000
  told.push(shown.at(-1)?.() ?? '')
  const why = '(LiteLLM connects to each server as it reads, up to 10 s when one is silent)'
  expect(told).toEqual([
    'Reading 100 records: 20 done, 4.0 a second, about 20 s left',
    `Reading 100 records: 20 done ${why}`,
  ])
})

test('in place every count is told, and the end is left to what comes next', () => {
  const { terminal, told } = listening()
  const tell = lookProgress(
    terminal,
    ({ total }) => `Trying ${total} addresses`,
    () => 0,
  )
  for (const done of [0, 1, 2]) tell({ done, total: 2 })
  expect(told).toEqual(['Trying 2 addresses: 0 done', 'Trying 2 addresses: 1 done'])
})
