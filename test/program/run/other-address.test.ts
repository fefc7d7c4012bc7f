import { readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { acquireLock } from '../../../src/journal/lock.ts'
import type { Gateway } from '../../../src/gateway/port.ts'
import { FileJournal } from '../../../src/journal/file-journal.ts'
import { runsElsewhere } from '../../../src/runs/recover/elsewhere.ts'
import { startSandbox } from '../../../src/sandbox/index.ts'
import { forward, type Listener, type LocalServer } from '../../support/hostile.ts'
import { KEY } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { test } from '../../support/sitting.ts'
import { documentOf, sentence, TWO, type Trial, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const [FETCH] = TWO
const MADE = '2026-01-02T03:04:05.678Z'
const SERVERS = TWO.map((server) => ({ ...server, created_at: MADE }))

const onlyRun = async ({ journal }: Trial): Promise<string> =>
  (await readdir(journal)).map((name) => name.replace('.jsonl', '')).at(-1) ?? ''

/** Leaves of a run only what was there after its first server, as a crash does. */
async function cutShort({ journal }: Trial, id: string): Promise<void> {
  const file = join(journal, `${id}.jsonl`)
  const text = await readFile(file, 'utf8')
  await writeFile(file, `${text.split('\n').slice(0, 3).join('\n')}\n`)
}

/** A run that a crash cut short after its first server. `url`: through which address it was made. */
async function halfRun(trial: Trial, url = trial.sandbox.url): Promise<string> {
  await trial.setUp(['--yes', '--no-wait', '--url', url])
  const run = await onlyRun(trial)
  await cutShort(trial, run)
  trial.sandbox.edit('id-n8n', { url: TWO[1]?.['url'] })
  return run
}

/** What a test lends. */
interface Lent {
  open: (options: { servers: typeof SERVERS }) => Promise<Trial>
  serve: (listener: Listener) => Promise<LocalServer>
}

/** A run that a crash cut short, and another address of its gateway. */
async function halfRunElsewhere({ open, serve }: Lent): Promise<{ trial: Trial; run: string; url: string }> {
  const trial = await open({ servers: SERVERS })
  const run = await halfRun(trial)
  const { url } = await serve(forward(trial.sandbox.url))
  return { trial, run, url }
}

const at = (url: string): string[] => ['--url', url, '--no-wait', '--patience', '1']

interface HistoryDocument {
  runs: { id: string; finishedAt: string | null; reverts: string | null }[]
}

const history = async (trial: Trial): Promise<HistoryDocument['runs']> =>
  documentOf<HistoryDocument>(await trial.call(['history', '--json'])).runs

describe.concurrent('under another name of this machine', () => {
  /** The sandbox by another name. */
  const by = ({ sandbox }: Trial, host: string): string => sandbox.url.replace('127.0.0.1', host)

  test('an unfinished run is in the way all the same, and is found by --unfinished and --revert', async ({
    open,
  }) => {
    const trial = await open({ servers: SERVERS })
    const mapped = by(trial, '[::ffff:127.0.0.1]')
    const run = await halfRun(trial, mapped)
    const before = writes(trial.sandbox)
    for (const host of ['0.0.0.0', 'localhost.', '127.8.8.8', '[0:0::ffff:7f00:1]']) {
      const { code, stderr } = await trial.call(['--yes', ...at(by(trial, host))])
      expect([host, code, sentence(stderr)]).toEqual([host, 3, expect.stringContaining(`Run ${run} of`)])
    }
    expect(writes(trial.sandbox)).toBe(before)
    const back = await trial.call(['--unfinished', 'revert', '--yes', ...at(by(trial, '0.0.0.0'))])
    expect([back.code, urls(trial.sandbox.rows())['id-fetch']]).toEqual([0, FETCH?.['url']])
    const again = await trial.call(['--revert', '--yes', ...at(mapped)])
    expect([again.code, urls(trial.sandbox.rows())['id-fetch'] === FETCH?.['url']]).toEqual([0, false])
  })

  test('two runs at once share a lock, whatever they call it', async ({ open }) => {
    const trial = await open({ servers: SERVERS })
    const lock = await acquireLock(trial.sandbox.url, 'migrating', { place: join(trial.folder, 'locks') })
    try {
      for (const host of [hostname(), `${hostname()}.`, '[::]', 'ip6-localhost', 'tests.localhost']) {
        const { code, stderr } = await trial.call(['--yes', ...at(by(trial, host))])
        expect([host, code, sentence(stderr)]).toEqual([
          host,
          3,
          expect.stringContaining('Another run against this gateway is under way'),
        ])
      }
    } finally {
      lock.release()
    }
    expect(writes(trial.sandbox)).toBe(0)
  })
})

describe.concurrent('an unfinished run of another address whose server this gateway has, too,', () => {
  test('is in the way of a run that nobody watches: it is shown with both commands, and nothing is written', async ({
    open,
    serve,
  }) => {
    const { trial, run, url } = await halfRunElsewhere({ open, serve })
    const before = writes(trial.sandbox)
    for (const args of [['--yes'], ['--yes', '--json'], ['--revert', '--yes']]) {
      const { code, stderr } = await trial.call([...args, ...at(url)])
      const said = sentence(stderr)
      expect([args, code, said]).toEqual([
        args,
        args.includes('--revert') ? 1 : 3,
        expect.stringContaining(
          `was made through ${trial.sandbox.url}, and this gateway has one of its servers`,
        ),
      ])
      for (const way of ['--unfinished finish', `--revert ${run}`])
        expect(said).toContain(`npx mcp-url-migrate ${way} --yes --url ${url}`)
    }
    expect(writes(trial.sandbox)).toBe(before)
    expect((await history(trial)).map(({ id, finishedAt }) => [id, finishedAt])).toEqual([[run, null]])
  })

  test('is shown by a dry run and by status, which go on', async ({ open, serve }) => {
    const { trial, run, url } = await halfRunElsewhere({ open, serve })
    const dry = await trial.call(['--dry-run', ...at(url)])
    expect([dry.code, sentence(dry.stderr)]).toEqual([0, expect.stringContaining(`Run ${run} of`)])
    const { notes } = documentOf<{ notes: { code: string; message: string }[] }>(
      await trial.call(['status', '--url', url, '--json']),
    )
    expect(notes).toContainEqual(
      expect.objectContaining({ code: 'other-address', message: expect.stringContaining(run) as string }),
    )
  })

  test('is finished where --unfinished means it, after both addresses are told', async ({ open, serve }) => {
    const { trial, run, url } = await halfRunElsewhere({ open, serve })
    const { code, stderr } = await trial.call(['--unfinished', 'finish', '--yes', ...at(url)])
    expect([code, sentence(stderr)]).toEqual([
      0,
      expect.stringContaining(`--unfinished finish takes it up through ${url}`),
    ])
    expect(sentence(stderr)).toContain(`was made through ${trial.sandbox.url}`)
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe('http://mcp-proxy-sse:8080/servers/n8n/sse')
    expect((await history(trial)).map(({ id, finishedAt }) => [id, finishedAt])).toEqual([
      [run, expect.any(String)],
    ])
  })

  test('is taken back where it is named, and gets its end', async ({ open, serve }) => {
    for (const args of [['--unfinished', 'revert'], ['--revert']]) {
      const { trial, run, url } = await halfRunElsewhere({ open, serve })
      const named = args.includes('--revert') ? [...args, run] : args
      expect((await trial.call([...named, '--yes', ...at(url)])).code).toBe(0)
      expect(urls(trial.sandbox.rows())['id-fetch']).toBe(FETCH?.['url'])
      const runs = await history(trial)
      expect(runs.map(({ id, finishedAt, reverts }) => [id, finishedAt, reverts])).toEqual([
        [run, expect.any(String), null],
        [expect.any(String), expect.any(String), run],
      ])
    }
  })

  test('is not taken up while its process is at work there: exit 3, whatever was said', async ({
    open,
    serve,
  }) => {
    const { trial, run, url } = await halfRunElsewhere({ open, serve })
    const lock = await acquireLock(trial.sandbox.url, 'migrating', { place: join(trial.folder, 'locks') })
    const before = writes(trial.sandbox)
    try {
      for (const args of [[], ['--unfinished', 'finish'], ['--revert', run]]) {
        const { code, stdout } = await trial.call([...args, '--yes', '--json', ...at(url)])
        expect([code, documentOf({ code, stdout, stderr: '' })]).toMatchObject([3, { code: 'lock-held' }])
      }
    } finally {
      lock.release()
    }
    expect(writes(trial.sandbox)).toBe(before)
  })

  test('of which there are several is taken only by its name', async ({ open, serve }) => {
    const trial = await open({ servers: SERVERS })
    const first = await halfRun(trial)
    const { url: second } = await serve(forward(trial.sandbox.url))
    const { url: third } = await serve(forward(trial.sandbox.url))
    const text = await readFile(join(trial.journal, `${first}.jsonl`), 'utf8')
    await writeFile(join(trial.journal, `${first}.jsonl`), '')
    await trial.setUp(['--yes', ...at(second)])
    const other = (await readdir(trial.journal)).map((name) => name.replace('.jsonl', ''))
    const newer = other.find((id) => id !== first) ?? ''
    await cutShort(trial, newer)
    await writeFile(join(trial.journal, `${first}.jsonl`), text)
    const { code, stderr } = await trial.call(['--unfinished', 'finish', '--yes', ...at(third)])
    expect([code, sentence(stderr)]).toEqual([3, expect.stringContaining('2 runs through other addresses')])
    for (const id of [first, newer]) expect(sentence(stderr)).toContain(`--revert ${id} --yes --url ${third}`)
  })
})

describe.concurrent('the newest run of another address whose server this gateway has, too,', () => {
  test('is told by --revert, which does not take it; named, it is taken', async ({ open, serve }) => {
    const trial = await open({ servers: SERVERS })
    await trial.setUp(['--yes', '--no-wait'])
    const run = await onlyRun(trial)
    const { url } = await serve(forward(trial.sandbox.url))
    const before = writes(trial.sandbox)
    const bare = await trial.call(['--revert', '--yes', '--json', ...at(url)])
    expect([bare.code, documentOf(bare)]).toMatchObject([1, { code: 'run-not-found' }])
    expect(sentence(bare.stderr)).toContain(`npx mcp-url-migrate --revert ${run} --yes --url ${url}`)
    expect(writes(trial.sandbox)).toBe(before)
    const named = await trial.call(['--revert', run, '--yes', ...at(url)])
    expect([named.code, sentence(named.stdout)]).toEqual([
      0,
      expect.stringContaining(
        `The run was made through ${trial.sandbox.url}; it is taken back through ${url}, on servers`,
      ),
    ])
    expect(urls(trial.sandbox.rows())).toMatchObject({ 'id-fetch': FETCH?.['url'] })
    // Taken back, it is told no more.
    const later = await trial.call(['--yes', ...at(url)])
    expect([later.code, later.stderr.includes(run)]).toEqual([0, false])
  })

  test('does not keep a run from going on', async ({ open, serve }) => {
    const trial = await open({ servers: SERVERS })
    await trial.setUp(['--only', 'fetch', '--yes', '--no-wait'])
    const run = await onlyRun(trial)
    const { url } = await serve(forward(trial.sandbox.url))
    const { code, stderr } = await trial.call(['--yes', ...at(url)])
    expect([code, sentence(stderr)]).toEqual([
      0,
      expect.stringContaining(`--revert ${run} --yes --url ${url}`),
    ])
  })
})

describe.concurrent('a run of another address is nobody’s business here', () => {
  test('where the gateway has servers of the same ids that were made at another time', async ({ open }) => {
    const trial = await open({ servers: SERVERS })
    const run = await halfRun(trial)
    const others = SERVERS.map((server) => ({ ...server, created_at: '2026-01-02T03:04:06.678Z' }))
    const other = await startSandbox({ servers: others, masterKey: trial.sandbox.masterKey })
    try {
      const { code, stderr } = await trial.call(['--yes', ...at(other.url)])
      expect([code, stderr.includes(run)]).toEqual([0, false])
    } finally {
      await other.close()
    }
  })

  test('where the journal of a program before does not say when its servers were made', async ({
    open,
    serve,
  }) => {
    const trial = await open({ servers: SERVERS })
    await trial.setUp(['--yes', '--no-wait'])
    const { runs } = await new FileJournal(trial.journal).runs()
    const { url } = await serve(forward(trial.sandbox.url))
    const asked: string[] = []
    const gateway = {
      identity: { url },
      list: () => Promise.resolve([]),
      read: (id: string) => {
        asked.push(id)
        return Promise.resolve({ kind: 'absent', message: '' })
      },
    } as unknown as Gateway
    const journalOf = (kept: typeof runs) =>
      ({ location: '', runs: () => Promise.resolve({ runs: kept, problems: [] }) }) as unknown as FileJournal
    const before = runs.map((run) => ({
      ...run,
      changes: run.changes.map(({ change: { created: _created, ...change }, ...rest }) => ({
        ...rest,
        change,
      })),
    }))
    expect([await runsElsewhere(journalOf(before), gateway), asked]).toEqual([[], []])
    // After a restart some releases list nothing: then servers are read by their ids.
    expect([await runsElsewhere(journalOf(runs), gateway), asked.length]).toEqual([[], 2])
  })
})

test('in a terminal, an unfinished run of another address is shown before the question, and whoever answers decides', async ({
  sit,
  serve,
}) => {
  const trial = await sit({ servers: SERVERS })
  const run = await halfRun(trial)
  const { url } = await serve(forward(trial.sandbox.url))
  const session = trial.start({ args: ['--url', url, '--no-wait'] })
  await session.waitFor(`Run ${run}`)
  await session.waitFor('It did not finish.')
  await session.waitFor(`npx mcp-url-migrate --revert ${run} --url ${url}`)
  await session.waitFor('Change 1 server')
  session.press(KEY.ctrlC)
  expect(await session.exit()).toBe(130)
  expect((await history(trial)).map(({ id, finishedAt }) => [id, finishedAt])).toEqual([[run, null]])
})
