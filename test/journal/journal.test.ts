import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FileJournal } from '../../src/journal/file-journal.ts'
import type { JournalEvent, RunStarted } from '../../src/journal/records.ts'
import { temporaryFolder } from '../support/cli.ts'
import { makePipe } from '../support/system.ts'

afterEach(() => {
  vi.useRealTimers()
})

const change = (id: string) => ({
  id,
  server: { id: `server-${id}`, name: id, alias: null, source: 'database' as const },
  migration: 'm',
  transport: 'sse',
  signsIn: false,
  edits: [{ field: 'url', before: 'http://a/x', after: 'http://b/x' }],
  effects: [],
  file: null,
  settings: {},
  landed: [],
  fields: { url: 'h' },
})

const started = (run: string, changes = [change('one'), change('two')]): RunStarted => ({
  type: 'run-started',
  run,
  tool: 'test',
  user: 'u',
  host: 'h',
  pid: 1,
  gateway: { url: 'http://gw', version: '1.106.2' },
  account: 'master key',
  reverts: null,
  migrations: [{ id: 'm', sha256: 's' }],
  servers: 2,
  tools: {},
  changes,
})

const intent = (id: string, fields: Record<string, string> = {}): JournalEvent => ({
  type: 'intent',
  change: id,
  purpose: 'change',
  writes: ['url'],
  fields,
})
const outcome = (id: string, what: 'applied' | 'drifted'): JournalEvent => ({
  type: 'outcome',
  change: id,
  outcome: what,
  collateral: [],
  error: null,
})
const finished: JournalEvent = { type: 'run-finished', halted: null }

async function journalWithRun(): Promise<{ journal: FileJournal; file: string; head: string | null }> {
  const journal = new FileJournal(join(await temporaryFolder(), 'deep', 'journal'))
  await journal.requireWritable()
  const recorder = journal.begin(started('run-1'))
  await recorder.record(intent('one'))
  await recorder.record(outcome('one', 'applied'))
  recorder.note(outcome('two', 'drifted'))
  const head = await recorder.finish(finished)
  return { journal, file: join(journal.location, 'run-1.jsonl'), head }
}

/** The hash of a line, over all of it but the hash that it carries. */
const hashOf = (line: string): string =>
  createHash('sha256')
    .update(line.replace(/,"sha256":"[\da-f]{64}"\}$/, '}'))
    .digest('hex')

describe('a run in the journal', () => {
  test('has for an intent the hashes that stand in it, and those of the change where there are none', async () => {
    const { journal } = await journalWithRun()
    const recorder = journal.begin(started('run-2'))
    await recorder.record(intent('one'))
    await recorder.record(intent('two', { url: 'later' }))
    const { runs } = await journal.runs()
    const found = runs.find(({ id }) => id === 'run-2')?.changes.map(({ fieldsBefore }) => fieldsBefore)
    expect(found).toEqual([{ url: 'h' }, { url: 'later' }])
  })

  test('holds a run of any size in one line, with signs of several bytes', async () => {
    const { journal } = await journalWithRun()
    const many = Array.from({ length: 3000 }, (_, i) => ({
      ...change(`n-${i}`),
      migration: 'é'.repeat(i % 90),
    }))
    const recorder = journal.begin(started('run-2', many))
    await recorder.record(intent('n-2999'))
    await recorder.finish(finished)
    const { runs, problems } = await journal.runs()
    expect(problems).toEqual([])
    expect(runs.find(({ id }) => id === 'run-2')?.started.changes).toEqual(many)
  })

  test('is one file of chained lines, whose head is the hash of the last', async () => {
    const { file, head } = await journalWithRun()
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    const records = lines.map(
      (line) => JSON.parse(line) as { seq: number; prev: string | null; v: number; type: string },
    )
    expect(records.map(({ type }) => type)).toEqual([
      'run-started',
      'intent',
      'outcome',
      'outcome',
      'run-finished',
    ])
    expect(records.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4])
    expect(records.map(({ prev }) => prev)).toEqual([null, ...lines.slice(0, -1).map(hashOf)])
    expect(head).toBe(hashOf(lines.at(-1) ?? ''))
  })

  test('is readable by its owner only', async () => {
    const { file, journal } = await journalWithRun()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(journal.location)).mode & 0o777).toBe(0o700)
  })

  test('is read back as what happened', async () => {
    const { journal, head } = await journalWithRun()
    const { runs, problems } = await journal.runs()
    expect(problems).toEqual([])
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ id: 'run-1', head, torn: false, halted: null })
    expect(runs[0]?.changes.map((each) => each.outcome)).toEqual(['applied', 'drifted'])
    expect(runs[0]?.finishedAt).not.toBeNull()
  })

  test('leaves no trace when nothing was ever tried', async () => {
    const journal = new FileJournal(await temporaryFolder())
    const recorder = journal.begin(started('run-1'))
    recorder.note(outcome('one', 'drifted'))
    expect(await recorder.finish(finished)).toBeNull()
    expect(await readdir(journal.location)).toEqual([])
  })

  test('never replaces a file that is there', async () => {
    const { journal, file } = await journalWithRun()
    const before = await readFile(file, 'utf8')
    await expect(journal.begin(started('run-1')).record(intent('one'))).rejects.toMatchObject({
      code: 'journal-unwritable',
    })
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  test('accepts nothing more once a write has failed', async () => {
    const folder = await temporaryFolder()
    const recorder = new FileJournal(join(folder, 'gone')).begin(started('run-1'))
    await expect(recorder.record(intent('one'))).rejects.toMatchObject({ code: 'journal-unwritable' })
    await new FileJournal(join(folder, 'gone')).requireWritable()
    await expect(recorder.record(intent('one'))).rejects.toMatchObject({ code: 'journal-unwritable' })
  })
})

test('what is no file is told of in words, and never waited for', async () => {
  const { journal } = await journalWithRun()
  makePipe(join(journal.location, 'pipe.jsonl'))
  await mkdir(join(journal.location, 'folder.jsonl'))
  const { runs, problems } = await journal.runs()
  expect(runs.length).toBe(1)
  expect(problems.map(({ code, message }) => [code, message])).toEqual(
    ['folder', 'pipe'].map((name) => [
      'journal-damaged',
      `${join(journal.location, `${name}.jsonl`)} cannot be read (it is not a regular file)`,
    ]),
  )
})

test('a journal that is deleted meanwhile takes no further record', async () => {
  const journal = new FileJournal(await temporaryFolder())
  const recorder = journal.begin(started('run-1'))
  await recorder.record(intent('one'))
  await rm(join(journal.location, 'run-1.jsonl'))
  await expect(recorder.record(outcome('one', 'applied'))).rejects.toMatchObject({
    code: 'journal-unwritable',
  })
  await expect(recorder.finish(finished)).rejects.toMatchObject({ code: 'journal-unwritable' })
})

describe('a crash', () => {
  test('between intent and outcome leaves the change unsettled', async () => {
    const journal = new FileJournal(await temporaryFolder())
    await journal.begin(started('run-1')).record(intent('one'))
    const { runs } = await journal.runs()
    expect(runs[0]).toMatchObject({
      finishedAt: null,
      changes: [{ outcome: 'unsettled' }, { outcome: 'not-applied' }],
    })
  })

  test('at any byte of the last two lines loses the line that it cuts, and only it', async () => {
    const { journal, file } = await journalWithRun()
    const bytes = await readFile(file)
    const end = bytes.length
    const last = bytes.lastIndexOf(10, end - 2) + 1
    const start = bytes.lastIndexOf(10, last - 2) + 1
    expect([start > 0, last > start]).toEqual([true, true])
    for (let cut = start; cut <= end; cut += 1) {
      await writeFile(file, bytes.subarray(0, cut))
      const { runs, problems } = await journal.runs()
      const { torn, finishedAt, changes } = runs[0] ?? {}
      expect([cut, problems, torn, finishedAt !== null, changes?.map(({ outcome: what }) => what)]).toEqual([
        cut,
        [],
        ![start, last, end].includes(cut),
        cut === end,
        ['applied', cut < last ? 'not-applied' : 'drifted'],
      ])
    }
  })

  test('may leave zeros after the cut, or half a character, as a power cut does on some file systems', async () => {
    const { journal, file } = await journalWithRun()
    const bytes = await readFile(file)
    const last = bytes.lastIndexOf(10, bytes.length - 2) + 1
    const cut = bytes.subarray(0, last + 50)
    const ends = [1, 100, 4096].map((zeros) => Buffer.concat([cut, Buffer.alloc(zeros)]))
    const halves = ['é', '漢', '🎈'].map((letter) => Buffer.from(`{"a":"${letter}`).subarray(0, -1))
    for (const left of [...ends, ...halves.map((half) => Buffer.concat([bytes.subarray(0, last), half]))]) {
      await writeFile(file, left)
      expect(await journal.runs()).toMatchObject({ runs: [{ torn: true, finishedAt: null }], problems: [] })
    }
  })

  test('does not end a line that it cut: one that ends is damage', async () => {
    const { journal, file } = await journalWithRun()
    const bytes = await readFile(file)
    const last = bytes.lastIndexOf(10, bytes.length - 2) + 1
    await writeFile(file, Buffer.concat([bytes.subarray(0, last + 50), Buffer.from('\n')]))
    const message = expect.stringContaining(`${file}:5: this is not a record`) as string
    expect(await journal.runs()).toMatchObject({ runs: [], problems: [{ line: 5, message }] })
  })
})

describe('damage', () => {
  test('of any single byte is noticed, or tears the last line', async () => {
    const { journal, file } = await journalWithRun()
    const bytes = await readFile(file)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 127 }), async (at, flip) => {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ flip
        await writeFile(file, damaged)
        const { runs, problems } = await journal.runs()
        const torn = problems.length === 0 && runs[0]?.torn === true && at === bytes.length - 1
        expect(torn || (problems[0]?.line ?? 0) > 0).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['a removed line', (lines: string[]) => lines.toSpliced(1, 1), 2],
    ['swapped lines', (lines: string[]) => [lines[0], lines[2], lines[1], ...lines.slice(3)], 2],
    ['a repeated line', (lines: string[]) => [lines[0], lines[1], ...lines.slice(1)], 3],
    ['an empty line', (lines: string[]) => lines.toSpliced(2, 0, ''), 3],
  ])('%s is reported with file and line', async (_, mangle, line) => {
    const { journal, file } = await journalWithRun()
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, `${mangle(lines).join('\n')}\n`)
    const { runs, problems } = await journal.runs()
    expect(runs).toEqual([])
    const message = expect.stringContaining(`${file}:${line}`) as string
    expect(problems).toEqual([{ code: 'journal-damaged', file, line, message, hint: null }])
  })

  test('by a newer version is refused, not guessed at', async () => {
    const { journal, file } = await journalWithRun()
    await appendFile(file, `${JSON.stringify({ v: 2, seq: 5, prev: 'x', time: 'later', type: 'novel' })}\n`)
    expect((await journal.runs()).problems).toMatchObject([{ code: 'journal-newer', file }])
  })
})

test('a file that is as it was is not read again; one that was touched is, whatever its dates say', async () => {
  const { journal, file } = await journalWithRun()
  // A day later the clock of any file system can tell a later write from the last one.
  vi.setSystemTime(Date.now() + 24 * 60 * 60_000)
  const [first] = (await journal.runs()).runs
  const [again] = (await journal.runs()).runs
  expect(again).toBe(first)
  const { atime, mtime } = await stat(file)
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('"servers":2', '"servers":3'))
  await utimes(file, atime, mtime)
  expect((await journal.runs()).problems).toMatchObject([{ file, line: 1 }])
  await writeFile(file, text)
  expect((await journal.runs()).runs).toEqual([first])
})

test('a file that was written a moment ago is read again', async () => {
  vi.setSystemTime(Date.now())
  const { journal } = await journalWithRun()
  const [first] = (await journal.runs()).runs
  const [again] = (await journal.runs()).runs
  expect(again).toEqual(first)
  expect(again).not.toBe(first)
})

test('characters that break lines elsewhere do not break one of the journal', async () => {
  const journal = new FileJournal(await temporaryFolder())
  const odd = { ...change('one'), server: { ...change('one').server, name: 'a\u2028b\u2029c\r' } }
  await journal.begin(started('run-1', [odd])).record(intent('one'))
  const { runs, problems } = await journal.runs()
  expect([problems, runs[0]?.changes[0]?.change.server.name]).toEqual([[], 'a\u2028b\u2029c\r'])
})

test('an empty or absent folder is an empty history', async () => {
  const folder = await temporaryFolder()
  expect(await new FileJournal(folder).runs()).toEqual({ runs: [], problems: [] })
  await rm(folder, { recursive: true })
  expect(await new FileJournal(folder).runs()).toEqual({ runs: [], problems: [] })
})

test('messages are kept without secrets, and what a revert needs as it is', async () => {
  const folder = await temporaryFolder()
  const journal = new FileJournal(folder, (text) => text.replaceAll('geheim', '***'))
  const url = { ...change('one'), edits: [{ field: 'url', before: 'http://a?k=geheim', after: 'http://b' }] }
  const first = started('run-1', [url])
  const gateway = { ...first.gateway, version: '1.106.2+geheim' }
  const recorder = journal.begin({ ...first, gateway, account: 'admin key geheim' })
  await recorder.record(intent('one'))
  await recorder.record({
    ...outcome('one', 'applied'),
    type: 'outcome',
    error: 'refused geheim',
  } as JournalEvent)
  await recorder.finish(finished)
  const [run] = (await journal.runs()).runs
  expect([run?.started.account, run?.started.gateway.version]).toEqual(['admin key ***', '1.106.2+***'])
  expect(run?.changes).toMatchObject([
    { error: 'refused ***', change: { edits: [{ before: 'http://a?k=geheim' }] } },
  ])
})
