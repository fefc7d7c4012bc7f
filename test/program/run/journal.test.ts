import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions, SandboxRow } from '../../../src/sandbox/index.ts'
import { BIN, bareEnvironment, type Finished } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  guideServer,
  sentence,
  test,
  type Trial,
  TWO,
  urls,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const MOVED = {
  'id-fetch': 'http://mcp-proxy-sse:8080/servers/fetch/sse',
  'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
}
const ORIGINAL = urls(TWO as SandboxRow[])

interface History {
  schema: string
  runs: {
    id: string
    reverts: string | null
    revertedBy: string | null
    head: string
    summary: Record<string, number>
    changes?: { outcome: string; edits: { before: string; after: string }[] }[]
  }[]
  problems: { file: string; line: number | null; message: string }[]
}

/** The id of the run that a document is about. */
function runId(finished: Finished): string {
  const { run } = documentOf<{ run: { id: string } | null }>(finished)
  if (!run) throw new Error(`there is no run in ${finished.stdout}`)
  return run.id
}

const migrate = async (trial: Trial, args: readonly string[] = []): Promise<string> =>
  runId(await trial.call(['--yes', '--json', ...args]))

const historyOf = async (trial: Trial, args: readonly string[] = []): Promise<History> =>
  documentOf<History>(await trial.call(['history', '--json', ...args]))

/** Path of the one run in a journal. */
async function onlyFile({ journal, journalFiles }: Trial): Promise<string> {
  const files = await journalFiles()
  expect(files).toHaveLength(1)
  return join(journal, files[0] ?? '')
}

describe.concurrent('taking back:', () => {
  test('--revert takes the newest run back, a second --revert does it again, and says so', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    const first = await migrate(trial)
    const back = await trial.call(['--revert', '--yes'])
    expect(back.code).toBe(0)
    expect(sentence(back.stdout)).toContain(`Taking back run ${first} of`)
    expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
    const again = await trial.call(['--revert', '--yes'])
    expect(again.code).toBe(0)
    expect(sentence(again.stdout)).toContain(`which took back ${first}`)
    expect(sentence(again.stdout)).toMatch(/What \S+ changed is changed again\./)
    expect(urls(trial.sandbox.rows())).toEqual(MOVED)
    const { runs, problems } = await historyOf(trial)
    expect(problems).toEqual([])
    expect(runs.map(({ reverts, revertedBy, summary }) => [reverts, revertedBy, summary['applied']])).toEqual(
      [
        [null, runs[1]?.id, 2],
        [first, runs[2]?.id, 2],
        [runs[1]?.id, null, 2],
      ],
    )
  })

  test('--revert RUN takes that one back, by its beginning, and --only limits it', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const one = await migrate(trial, ['--only', 'fetch'])
    await migrate(trial, ['--only', 'n8n'])
    const { code } = await trial.call(['--revert', one.slice(0, -1), '--yes'])
    expect(code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({ ...MOVED, 'id-fetch': ORIGINAL['id-fetch'] })
  })

  test('an ambiguous beginning and an unknown run: exit 1, nothing written', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await migrate(trial, ['--only', 'fetch'])
    await migrate(trial, ['--only', 'n8n'])
    for (const [named, message] of [
      ['20', '2 runs begin with 20'],
      ['nothing', 'no run begins with nothing'],
    ] as const) {
      const { code, stderr } = await trial.call(['--revert', named, '--yes'])
      expect(code).toBe(1)
      expect(sentence(stderr)).toContain(message)
    }
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('without a run of this gateway: exit 1; a run of another gateway only when it is named', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    const other = await open({ servers: TWO.map((server) => ({ ...server, url: MOVED['id-fetch'] })) })
    const run = await migrate(trial, ['--only', 'fetch'])
    const env = {
      LITELLM_PROXY_URL: other.sandbox.url,
      LITELLM_PROXY_API_KEY: other.sandbox.masterKey,
    }
    const unnamed = await trial.call(['--revert', '--yes'], { env })
    expect(unnamed.code).toBe(1)
    expect(sentence(unnamed.stderr)).toContain(`knows no run of ${other.sandbox.url} that wrote something`)
    const named = await trial.call(['--revert', run, '--yes'], { env })
    expect(named.code).toBe(0)
    expect(sentence(named.stdout)).toContain(
      `The run was made through ${trial.sandbox.url}; it is taken back through ${other.sandbox.url}, on servers with the same ids that still hold what it wrote.`,
    )
    expect(urls(other.sandbox.rows())['id-fetch']).toBe(ORIGINAL['id-fetch'])
  })

  test('a named run needs no --url: it is taken back where it was made', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const run = await migrate(trial)
    const { code } = await trial.call(['--revert', run, '--yes'], { env: { LITELLM_PROXY_URL: '' } })
    expect(code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
  })

  test('a URL that somebody changed since is left, an edit elsewhere stays: exit 4', async ({ open }) => {
    const trial = await open({ servers: TWO, version: '1.81.14' })
    await migrate(trial)
    trial.sandbox.edit('id-fetch', { url: 'http://third/sse' })
    trial.sandbox.edit('id-n8n', { description: 'edited later', args: ['--later'] })
    const finished = await trial.call(['--revert', '--yes', '--json'])
    expect(finished.code).toBe(4)
    const { skipped } = documentOf<{ skipped: { code: string; server: { id: string } }[] }>(finished)
    expect(skipped.map(({ code, server }) => [server.id, code])).toEqual([['id-fetch', 'drifted']])
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': 'http://third/sse',
      'id-n8n': ORIGINAL['id-n8n'],
    })
    expect(trial.sandbox.rows()[1]).toMatchObject({ description: 'edited later', args: ['--later'] })
  })

  test('when all have drifted: exit 3; a dry run of it writes nothing', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    await migrate(trial)
    const dry = await trial.call(['--revert', '--dry-run', '--exit-code'])
    expect(dry.code).toBe(2)
    trial.sandbox.edit('id-fetch', { url: 'http://third/sse' })
    expect((await trial.call(['--revert', '--yes'])).code).toBe(3)
    expect(writes(trial.sandbox)).toBe(1)
    expect(await trial.journalFiles()).toHaveLength(1)
  })

  test('the last line of a run is the command that undoes it: a shell runs it as it is', async ({ open }) => {
    const trial = await open({ servers: TWO, rootPath: '/lite-llm' })
    const journal = join(trial.folder, "a journal's folder")
    const { stdout } = await trial.call(['--yes', '--journal', journal])
    const line = stdout.trimEnd().split('\n').at(-1) ?? ''
    expect(line).toMatch(/^npx mcp-url-migrate --revert \d{8}T\d{6}Z-[\da-f]{6} --url http\S+ --journal '/)
    const script = `"${process.execPath}" "${BIN}" ${line.replace(/^npx mcp-url-migrate /, '')} --yes`
    const env = bareEnvironment({ LITELLM_PROXY_API_KEY: trial.sandbox.masterKey })
    const child = spawn('sh', ['-c', script], { env, cwd: trial.folder, stdio: 'ignore' })
    const code = await new Promise((resolve) => {
      child.on('close', resolve)
    })
    expect(code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
    expect(await readdir(journal)).toHaveLength(2)
  })

  test('a journal named by a relative path is named in full, so that the line works anywhere', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    const { stdout } = await trial.run(['--yes', '--journal', 'mine'], { cwd: trial.folder })
    expect(stdout.trimEnd().split('\n').at(-1)).toContain(`--journal ${join(trial.folder, 'mine')}`)
  })
})

describe.concurrent('the journal:', () => {
  test('is readable by its owner only, and holds the run with whole URLs, chained', async ({ open }) => {
    const url = 'http://localhost:8585/servers/fetch/sse?x=whole'
    const trial = await open({ servers: [guideServer('fetch', { url })] })
    await migrate(trial)
    const file = await onlyFile(trial)
    expect((await stat(trial.journal)).mode & 0o777).toBe(0o700)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(records.map(({ type, seq, v }) => [v, seq, type])).toEqual([
      [1, 0, 'run-started'],
      [1, 1, 'intent'],
      [1, 2, 'outcome'],
      [1, 3, 'run-finished'],
    ])
    expect(records[0]).toMatchObject({
      gateway: { url: trial.sandbox.url, version: '1.106.2' },
      account: 'master key',
      user: expect.any(String) as string,
      host: expect.any(String) as string,
      migrations: [{ id: 'localhost-8585-to-mcp-proxy-sse' }],
    })
    expect(lines[0]).toContain(url)
  })

  test('has the intent on disk before the request leaves', async ({ open }) => {
    const state: { trial: Trial | null; seen: Promise<string> | null } = { trial: null, seen: null }
    const look = (body: unknown): unknown => {
      if (state.trial) state.seen = onlyFile(state.trial).then((file) => readFile(file, 'utf8'))
      return body
    }
    const trial = await open({
      servers: [guideServer('fetch')],
      quirks: [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: { alter: look } }],
    })
    state.trial = trial
    await migrate(trial)
    const types = (await state.seen)
      ?.trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type)
    expect(types?.slice(0, 2)).toEqual(['run-started', 'intent'])
  })

  test('below a file cannot be written: exit 1 before the gateway is asked anything; a dry run needs none', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    await writeFile(join(trial.folder, 'a-file'), '')
    const journal = join(trial.folder, 'a-file', 'journal')
    const { code, stdout, stderr } = await trial.call(['--yes', '--journal', journal])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(sentence(stderr)).toMatch(
      /The journal in \S+ cannot be written \(part of its path is not a folder\) Without a journal nothing/,
    )
    expect(trial.sandbox.requests).toEqual([])
    expect((await trial.call(['--dry-run', '--journal', journal])).code).toBe(0)
  })

  // A folder in which not even root may make one: there, mkdir with all its parents never comes back.
  test.skipIf(process.platform !== 'linux')('in /proc cannot be written: exit 1', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const child = spawn(process.execPath, [BIN, '--yes', '--journal', '/proc/mcp-url-migrate'], {
      env: bareEnvironment(trial.env),
      stdio: 'ignore',
      timeout: 15_000,
      killSignal: 'SIGKILL',
    })
    const code = await new Promise((resolve) => {
      child.on('close', resolve)
    })
    expect(code).toBe(1)
    expect(trial.sandbox.requests).toEqual([])
  })

  test('that goes away in the middle of a run ends it before the next write: exit 4', async ({ open }) => {
    const state: { trial: Trial | null } = { trial: null }
    const quirks: SandboxOptions['quirks'] = [
      {
        on: { method: 'PUT', path: '/v1/mcp/server', nth: 1 },
        do: {
          alter: (body) => {
            if (state.trial) rmSync(state.trial.journal, { recursive: true, force: true })
            return body
          },
        },
      },
    ]
    const trial = await open({ servers: [...TWO, guideServer('postgres')], quirks })
    state.trial = trial
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('The run stopped because the journal could not be written.')
    expect(writes(trial.sandbox)).toBe(1)
  })

  test('written by a newer version is never guessed at: exit 1, file and line named', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await migrate(trial)
    const file = await onlyFile(trial)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replaceAll('{"v":1,', '{"v":2,'))
    const history = await trial.call(['history'])
    expect(history.code).toBe(0)
    expect(sentence(history.stdout)).toContain(`${file}:1: it was written by a newer version of this tool`)
    const back = await trial.call(['--revert', '--yes'])
    expect(back.code).toBe(1)
    expect(sentence(back.stderr)).toContain(`${file}:1: it was written by a newer version of this tool`)
    expect(writes(trial.sandbox)).toBe(2)
  })

  const damages: [what: string, damage: (lines: string[]) => string[], place: number][] = [
    ['a line that is no JSON', (lines) => lines.with(1, 'oops'), 2],
    [
      'a line that was changed',
      (lines) => lines.with(1, (lines[1] ?? '').replace('"intent"', '"intent" ')),
      2,
    ],
    ['a line that was removed', (lines) => lines.toSpliced(1, 1), 2],
    ['a line that came twice', (lines) => lines.toSpliced(1, 0, lines[1] ?? ''), 3],
  ]
  for (const [what, damage, place] of damages) {
    test(`with ${what}: file and line are named, and no newest run is guessed: exit 1`, async ({ open }) => {
      const trial = await open({ servers: TWO })
      const run = await migrate(trial)
      const file = await onlyFile(trial)
      const lines = (await readFile(file, 'utf8')).split('\n')
      await writeFile(file, damage(lines).join('\n'))
      const { problems } = await historyOf(trial)
      expect(problems.map(({ file: where, line }) => [where, line])).toEqual([[file, place]])
      for (const args of [['--revert'], ['--revert', run]]) {
        const { code, stderr } = await trial.call([...args, '--yes'])
        expect(code).toBe(1)
        expect(sentence(stderr)).toContain(` at ${file}:${place}`)
      }
      expect(writes(trial.sandbox)).toBe(2)
    })
  }

  test('with a last line torn by a crash is read up to there, and the run can be taken back', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    await migrate(trial)
    const file = await onlyFile(trial)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    // The crash came while the outcome of the second server was being recorded.
    const kept = lines.slice(0, -2)
    await writeFile(file, `${kept.join('\n')}\n`)
    await appendFile(file, (lines.at(-2) ?? '').slice(0, 30))
    const { runs, problems } = await historyOf(trial)
    expect(problems).toEqual([])
    expect(runs[0]).toMatchObject({ finishedAt: null, torn: true, summary: { applied: 1, unknown: 1 } })
    const checked = await trial.call(['history', '--check'])
    expect([checked.code, sentence(checked.stdout)]).toEqual([
      0,
      expect.stringContaining('its last line was torn by a crash and is left out'),
    ])
    expect((await trial.call(['--unfinished', 'revert', '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
    expect(sentence((await trial.call(['history', '--check'])).stdout)).not.toContain('torn')
  })

  test('cut at any place of its last two lines, the run can be taken back', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await migrate(trial)
    const [file, moved] = [await onlyFile(trial), trial.sandbox.rows()]
    const bytes = await readFile(file)
    const last = bytes.lastIndexOf(10, bytes.length - 2) + 1
    const start = bytes.lastIndexOf(10, last - 2) + 1
    for (const cut of [start, start + 1, last - 1, last, last + 57, bytes.length - 1]) {
      await rm(trial.journal, { recursive: true })
      await mkdir(trial.journal, { mode: 0o700 })
      await writeFile(file, bytes.subarray(0, cut))
      for (const { server_id, url } of moved) trial.sandbox.edit(server_id, { url })
      const { code } = await trial.call(['--unfinished', 'revert', '--yes', '--no-wait'])
      expect([cut, code, urls(trial.sandbox.rows())]).toEqual([cut, 0, ORIGINAL])
      expect((await trial.call(['history', '--check'])).code).toBe(0)
    }
  })

  test('that was deleted meanwhile knows no run: exit 1, in a sentence', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const run = await migrate(trial)
    await rm(trial.journal, { recursive: true })
    const { code, stderr } = await trial.call(['--revert', run, '--yes'])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(`no run begins with ${run}`)
  })
})

describe.concurrent('history:', () => {
  test('--check verifies every line: exit 0 with the heads, exit 1 with the file and line of damage', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    const run = await migrate(trial)
    const file = await onlyFile(trial)
    const [{ head } = { head: '' }] = (await historyOf(trial)).runs
    const intact = await trial.call(['history', '--check'])
    expect(intact.code).toBe(0)
    expect(sentence(intact.stdout)).toContain(`1 run checked in ${trial.journal}. `)
    expect(sentence(intact.stdout)).toContain(`${run}: intact head ${head}`)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('"outcome":"applied"', '"outcome":"drifted"'))
    for (const args of [[], ['--json']]) {
      const damaged = await trial.call(['history', '--check', ...args])
      expect([damaged.code, sentence(damaged.stdout)]).toEqual([1, expect.stringContaining(`${file}:3`)])
    }
    await writeFile(file, text)
    await writeFile(file.replace(run, 'copy'), text)
    const copied = await trial.call(['history', '--check'])
    expect([copied.code, sentence(copied.stdout)]).toEqual([
      1,
      expect.stringContaining(`this is run ${run}, under another name`),
    ])
  })

  test('an empty journal has no runs: exit 0', async ({ open }) => {
    const trial = await open()
    const { code, stdout, stderr } = await trial.call(['history'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `0 runs in ${trial.journal}\n`, stderr: '' })
    expect(documentOf(await trial.call(['history', '--json']))).toEqual({
      schema: 'mcp-url-migrate/history/1',
      runs: [],
      problems: [],
      check: null,
    })
  })

  test('lists the runs, the newest first, and shows one in full', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const run = await migrate(trial)
    await trial.setUp(['--revert', '--yes', '--only', 'fetch'])
    const listed = sentence(withoutPlace(trial.plain(await trial.call(['history']))))
    expect(listed).toBe(
      sentence(`exit 0 — stdout
        2 runs of GATEWAY in JOURNAL
        RUN TIME 1 of 1 taken back
          http://mcp-proxy-sse:8080 → http://localhost:8585, by SOMEBODY
          takes back RUN
        RUN TIME 2 of 2 changed, 1 taken back
          migration: http://localhost:8585 → http://mcp-proxy-sse:8080, by SOMEBODY
          taken back by RUN
        — stderr`),
    )
    const one = sentence(withoutPlace(trial.plain(await trial.call(['history', run]))))
    expect(one).toBe(
      sentence(`exit 0 — stdout
        RUN TIME 2 of 2 changed, 1 taken back
          migration: http://localhost:8585 → http://mcp-proxy-sse:8080, by SOMEBODY
          on LiteLLM 1.106.2 at GATEWAY, master key, ended TIME
          taken back by RUN
        fetch: changed
          - http://localhost:8585/servers/fetch/sse
          + http://mcp-proxy-sse:8080/servers/fetch/sse
        n8n: changed
          - http://localhost:8585/servers/n8n/sse
          + http://mcp-proxy-sse:8080/servers/n8n/sse
        — stderr`),
    )
    const { runs } = await historyOf(trial, [run])
    expect(runs).toHaveLength(1)
    expect(runs[0]?.changes?.map(({ outcome, edits }) => [outcome, edits[0]?.before])).toEqual([
      ['applied', ORIGINAL['id-fetch']],
      ['applied', ORIGINAL['id-n8n']],
    ])
  })

  test('shows the head of each run with --verbose, and in full too', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const run = await migrate(trial)
    const head = (await historyOf(trial)).runs[0]?.head ?? ''
    for (const args of [[], [run]]) {
      expect((await trial.call(['history', ...args])).stdout).not.toContain(head)
      expect((await trial.call(['history', ...args, '--verbose'])).stdout).toContain(`\n  head ${head}\n`)
    }
  })

  test('says of runs that were taken back, and of that again, what is in force', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await migrate(trial)
    for (const states of [
      ['changed, in force'],
      ['taken back', 'changed, taken back'],
      ['changed again, in force', 'taken back, changed again', 'changed, in force again'],
      ['taken back', 'changed again, taken back', 'taken back, in force again', 'changed, taken back'],
    ]) {
      const { stdout } = await trial.call(['history'])
      expect(stdout.match(/2 of 2 .*$/gm)).toEqual(states.map((state) => `2 of 2 ${state}`))
      await trial.setUp(['--revert', '--yes'])
    }
  })

  test('--limit shows the newest, and how the others are seen; in a document too', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const [first, second] = [await migrate(trial, ['--only', 'fetch']), await migrate(trial)]
    const { stdout } = await trial.call(['history', '--limit', '1'])
    expect(stdout).toContain(`\n${second}  `)
    expect(stdout).not.toContain(first)
    expect(stdout).toMatch(
      /^2 runs of .*\n[\s\S]*\n1 older run is not shown\. To see all:\n {2}npx mcp-url-migrate history --limit 2 --journal \S+\n$/,
    )
    expect((await historyOf(trial, ['--limit', '1'])).runs.map(({ id }) => id)).toEqual([second])
    expect((await historyOf(trial, ['--limit', '2'])).runs.map(({ id }) => id)).toEqual([first, second])
  })

  test('--url shows the runs of that gateway alone, whatever it is called; each is named otherwise', async ({
    open,
  }) => {
    const [trial, other] = [await open({ servers: TWO }), await open({ servers: TWO })]
    const own = await migrate(trial)
    const theirs = runId(
      await other.call(['--yes', '--json'], { env: { MCP_URL_MIGRATE_JOURNAL: trial.journal } }),
    )
    const all = sentence((await trial.call(['history'])).stdout)
    expect(all).toMatch(/^2 runs in /)
    for (const { sandbox } of [trial, other]) expect(all).toContain(`, on ${sandbox.url}`)
    const url = trial.sandbox.url.replace('127.0.0.1', 'localhost')
    const { stdout } = await trial.call(['history', '--url', `${url}/`])
    expect([stdout.includes(own), stdout.includes(theirs)]).toEqual([true, false])
    const none = await trial.call(['history', '--url', 'http://nowhere:1'])
    expect(sentence(none.stdout)).toBe(`0 runs of http://nowhere:1 in ${trial.journal}`)
    const { runs } = await historyOf(trial, ['--url', other.sandbox.url])
    expect(runs.map(({ id }) => id)).toEqual([theirs])
  })

  test.for([
    [['--url', 'localhost'], '--url has no scheme'],
    [['--limit', '0'], '--limit: takes a number of runs, at least 1'],
    [['2026', '--limit', '1'], '--limit is for the list of runs, not for one run'],
    [['--check', '--url', 'http://a'], '--url is for the list of runs, not for --check'],
  ] as const)('%j is wrong usage', async ([args, message], { open }) => {
    const { code, stderr } = await (await open()).call(['history', ...args])
    expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(message)])
  })

  test('of an unknown run: exit 1', async ({ open }) => {
    const trial = await open()
    const { code, stdout, stderr } = await trial.call(['history', 'nothing', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'mcp-url-migrate/error/1', code: 'run-not-found' })
    expect(sentence(stderr)).toContain('no run begins with nothing')
  })

  test('the document names head, time and gateway of each run', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const run = await migrate(trial)
    const { schema, runs } = await historyOf(trial)
    expect(schema).toBe('mcp-url-migrate/history/1')
    expect(runs).toEqual([
      expect.objectContaining({
        id: run,
        startedAt: expect.any(String) as string,
        finishedAt: expect.any(String) as string,
        gateway: { url: trial.sandbox.url, version: '1.106.2' },
        reverts: null,
        revertedBy: null,
        head: expect.stringMatching(/^[\da-f]{64}$/) as string,
        summary: { applied: 2, notApplied: 0, failed: 0, drifted: 0, unknown: 0, reverted: 0 },
      }),
    ])
  })
})

/** Without who ran it and where. */
const withoutPlace = (text: string): string =>
  text.replaceAll(/, by [\s\S]*? on (?!LiteLLM)[^\s,]+,?/g, ', by SOMEBODY')

describe.concurrent('two invocations at a time:', () => {
  test('each server is written at least once, and the journal of both is sound', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const both = await Promise.all([trial.run(['--yes']), trial.run(['--yes'])])
    expect(urls(trial.sandbox.rows())).toEqual(MOVED)
    expect(both.every(({ code }) => [0, 3, 4].includes(code ?? -1))).toBe(true)
    expect((await historyOf(trial)).problems).toEqual([])
  })
})
