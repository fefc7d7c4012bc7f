import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { BIN, bareEnvironment, type Finished, plainly, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { guideServer, sentence, test, type Trial, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 120_000 })

const TWELVE = [...'abcdefghijkl'].map((name) => guideServer(name))
const ORIGINAL = Object.fromEntries(TWELVE.map((server) => [server['server_id'], server['url']]))

/** Runs a shell script to its end, in which `"$@"` is the program with these arguments. */
function shell(
  script: string,
  trial: Trial,
  args: readonly string[],
  who: { uid?: number; gid?: number } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const argv = ['-c', script, 'sh', process.execPath, BIN, ...plainly(args)]
    const child = spawn('sh', argv, { env: bareEnvironment(trial.env), ...who })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => {
        said[stream] += chunk.toString()
      })
    child.on('error', reject)
    child.on('close', (code) => {
      transcript.push(said.stdout, said.stderr)
      resolve({ code, ...said })
    })
    child.stdin.end()
  })
}

/** How many writes the whole lines of a journal announce. */
async function intents(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n').slice(0, -1))
  return lines.filter((line) => (JSON.parse(line) as { type: string }).type === 'intent').length
}

/** Nothing was sent that is not in the journal; what was, can be taken back when there is room again. */
async function expectKept(trial: Trial, folder: string, { code, stdout, stderr }: Finished, error: string) {
  const sent = writes(trial.sandbox)
  const recorded = await intents(folder)
  expect(recorded).toBeGreaterThanOrEqual(sent)
  if (code === 0) return expect(sent).toBe(TWELVE.length)
  expect(code).toBe(sent === 0 ? 1 : 4)
  expect(sentence(stdout + stderr)).toMatch(
    new RegExp(`The journal in \\S+ cannot be written \\(${error}\\)`),
  )
  if (sent === 0) return expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
  const back = await trial.call(['--unfinished', 'revert', '--yes', '--patience', '0', '--journal', folder])
  expect(back.code).toBe(0)
  expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
}

// A file system of a test's own takes a name space in which one may mount: root has it, others on most systems.
const canMount =
  process.platform === 'linux' && spawnSync('sh', ['-c', 'unshare -rm mount -t tmpfs x /tmp']).status === 0

describe.concurrent('a disk that fills up ends a run before a write that it could not record,', () => {
  const codes = [1, 4, 0]

  test.skipIf(!canMount)(
    'wherever it is full: from the first record on, in the middle, not at all',
    async ({ open }) => {
      const seen = new Set<number | null>()
      for (const pages of [1, 9, 12]) {
        const trial = await open({ servers: TWELVE })
        const [disk, kept] = [join(trial.folder, 'disk'), join(trial.folder, 'kept')]
        await Promise.all([mkdir(disk), mkdir(kept)])
        // The file system goes away with the shell: what the journal holds is saved first.
        const script = `mount -t tmpfs -o size=${pages * 4}k x ${disk} && "$@"; code=$?; cp ${disk}/journal/*.jsonl ${kept}; exit $code`
        const args = ['--yes', '--no-wait', '--journal', join(disk, 'journal')]
        const finished = await shell(`exec unshare -rm sh -c '${script}' sh "$@"`, trial, args)
        await expectKept(trial, kept, finished, 'the disk is full')
        seen.add(finished.code)
      }
      expect([...seen]).toEqual(codes)
    },
  )

  // What every system can do without any right: no file of the process may become larger than so many blocks.
  test('and so does a file that may not grow', async ({ open }) => {
    const seen = new Set<number | null>()
    for (const blocks of [10, 72, 200]) {
      const trial = await open({ servers: TWELVE })
      const finished = await shell(`ulimit -f ${blocks}; exec "$@"`, trial, ['--yes', '--no-wait'])
      await expectKept(trial, trial.journal, finished, 'a file may not be that large')
      seen.add(finished.code)
    }
    expect([...seen]).toEqual(codes)
  })
})

describe
  .skipIf(process.platform !== 'linux')
  .concurrent('an answer that could not be written as a whole is told of:', () => {
    const full = 'Standard output could not be written as a whole: the disk is full.'

    test('where nothing was written, 1 in place of 0 or 2', async ({ open }) => {
      const trial = await open({ servers: TWELVE })
      for (const args of [['--dry-run', '--json'], ['--dry-run', '--exit-code'], ['history'], ['--help']]) {
        const { code, stderr } = await shell('exec "$@" > /dev/full', trial, args)
        expect([code, stderr]).toEqual([1, expect.stringMatching(`${full}\n$`)])
      }
    })

    test('where something was written, 4, with the command that shows it', async ({ open }) => {
      const trial = await open({ servers: TWELVE })
      const { code, stderr } = await shell('exec "$@" > /dev/full', trial, ['--yes', '--json', '--no-wait'])
      expect(code).toBe(4)
      expect(stderr).toContain(
        `${full}\nSomething was written, and the journal holds what became of it:\n  npx mcp-url-migrate history --journal ${trial.journal}\nTo take it back:\n  npx mcp-url-migrate --revert `,
      )
      expect(writes(trial.sandbox)).toBe(TWELVE.length)
      const again = await shell('exec "$@" > /dev/full', trial, ['--yes', '--json', '--no-wait'])
      expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(`${full}\n$`)])
    })

    test('where only its beginning was written, as a file may not grow', async ({ open }) => {
      const trial = await open({ servers: TWELVE })
      const file = join(trial.folder, 'plan.json')
      const script = `ulimit -f 2; exec "$@" > ${file}`
      const { code, stderr } = await shell(script, trial, ['--dry-run', '--json'])
      expect((await readFile(file)).length).toBe(1024)
      expect(code).toBe(1)
      expect(stderr).toContain('could not be written as a whole: a file may not be that large.\n')
    })

    test.skipIf(!canMount)('where only its beginning was written, as the disk is full', async ({ open }) => {
      const trial = await open({ servers: TWELVE })
      const disk = join(trial.folder, 'disk')
      await mkdir(disk)
      const script = `mount -t tmpfs -o size=4k x ${disk} && "$@" > ${disk}/run.json; code=$?; wc -c < ${disk}/run.json; exit $code`
      const args = ['--yes', '--json', '--no-wait']
      const { code, stdout, stderr } = await shell(`exec unshare -rm sh -c '${script}' sh "$@"`, trial, args)
      expect([code, stdout.trim(), writes(trial.sandbox)]).toEqual([4, '4096', TWELVE.length])
      expect(stderr).toContain(full)
    })

    test('and what watches ends when nobody can read it any more', async ({ open }) => {
      const trial = await open({ servers: TWELVE })
      const nowhere = { ...trial, env: { ...trial.env, DOCKER_HOST: 'unix:///nowhere.sock' } }
      const args = ['status', '--watch', '0.01', '--json']
      const piped = await shell('{ "$@"; echo code $? >&2; } | head -c 1', nowhere, args)
      expect([piped.stdout, piped.stderr]).toEqual(['{', expect.stringMatching(/code 0\n$/)])
      expect((await shell('exec "$@" > /dev/full', nowhere, args)).code).toBe(1)
    })

    test('but not where its reader has gone, and neither where standard error is lost', async ({ open }) => {
      const trial = await open({ servers: TWELVE })
      const piped = await shell('{ "$@"; echo code $? >&2; } | head -c 1', trial, ['--dry-run', '--json'])
      expect([piped.stdout, piped.stderr]).toEqual(['{', expect.stringMatching(/code 0\n$/)])
      const silent = await shell('exec "$@" 2> /dev/full', trial, ['--yes', '--no-wait'])
      expect([silent.code, writes(trial.sandbox)]).toEqual([0, TWELVE.length])
      expect((await shell('exec "$@" > /dev/full 2> /dev/full', trial, ['--dry-run'])).code).toBe(1)
    })
  })

// Root may write anywhere: a test that runs as root starts the program as nobody.
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
const runsAsNobody = spawnSync(process.execPath, [BIN, '--version'], nobody).status === 0

describe.skipIf(!runsAsNobody)('a journal without the right to write', () => {
  const own = async (trial: Trial): Promise<void> => {
    await mkdir(trial.journal)
    const { uid, gid } = nobody
    if (uid !== undefined && gid !== undefined)
      for (const folder of [trial.folder, trial.journal]) await chown(folder, uid, gid)
  }

  test('in its folder: exit 1, before the gateway is asked anything', async ({ open }) => {
    const trial = await open({ servers: TWELVE })
    await own(trial)
    await chmod(trial.journal, 0o500)
    const { code, stderr } = await shell('exec "$@"', trial, ['--yes'], nobody)
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      `The journal in ${trial.journal} cannot be written (no permission to write in the folder) Without a journal nothing could be taken back, so nothing more is written. Make room or give access there, or name another folder with --journal DIR.`,
    )
    expect(trial.sandbox.requests).toEqual([])
    await chmod(trial.journal, 0o700)
  })

  test('to its file, from the middle of a run on: exit 4, and no further write', async ({ open }) => {
    const state: { trial: Trial | null } = { trial: null }
    // Before the answer leaves: the program may read it at once, and append to its journal.
    const alter = (body: unknown): unknown => {
      const folder = state.trial?.journal ?? ''
      for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o400)
      return body
    }
    const quirk = { on: { method: 'PUT', path: '/v1/mcp/server', nth: 2 }, do: { alter } }
    const trial = await open({ servers: TWELVE, quirks: [quirk] })
    state.trial = trial
    await own(trial)
    const finished = await shell('exec "$@"', trial, ['--yes'], nobody)
    expect([finished.code, writes(trial.sandbox)]).toEqual([4, 2])
    for (const name of await trial.journalFiles()) await chmod(join(trial.journal, name), 0o600)
    // Root believes no journal of nobody's.
    for (const path of [
      trial.journal,
      ...(await trial.journalFiles()).map((name) => join(trial.journal, name)),
    ])
      await chown(path, process.getuid?.() ?? 0, process.getgid?.() ?? 0)
    await expectKept(trial, trial.journal, finished, 'no permission to write in the folder')
  })
})
