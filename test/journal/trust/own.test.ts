import {
  chmod,
  chown,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { FileJournal } from '../../../src/journal/file-journal.ts'
import { locationWarnings } from '../../../src/journal/location.ts'
import { userName } from '../../../src/journal/lock/process-identity.ts'
import type { RunStarted } from '../../../src/journal/records.ts'
import { temporaryFolder } from '../../support/cli.ts'
import { makePipe } from '../../support/system.ts'

const OTHER = 65_534
const isRoot = process.getuid?.() === 0

const started: RunStarted = {
  type: 'run-started',
  run: 'run-1',
  tool: 'test',
  user: 'u',
  host: 'h',
  pid: 1,
  gateway: { url: 'http://gw', version: '1.106.2' },
  account: 'master key',
  reverts: null,
  migrations: [],
  servers: 0,
  tools: {},
  changes: [],
}

let above: string
let folder: string
let journal: FileJournal
let file: string

beforeEach(async () => {
  above = await temporaryFolder()
  folder = join(above, 'my journal')
  journal = new FileJournal(folder)
  file = join(folder, 'run-1.jsonl')
  await journal.requireWritable()
  await journal.begin(started).record({ type: 'run-finished', halted: null })
  return () => rm(above, { recursive: true })
})

/** What keeps a run from being recorded, and from being believed; `null` where nothing does. */
async function faults(): Promise<[code: string, message: string, hint: string | null][]> {
  const { problems } = await journal.runs()
  const refused = await journal.requireWritable().then(
    () => null,
    (error: { code: string; message: string; hint: string | null }) => error,
  )
  expect(refused === null ? [] : [refused.message]).toEqual(problems.map(({ message }) => message))
  return problems.map(({ code, message, hint }) => [code, message, hint])
}

const runs = async (): Promise<number> => (await journal.runs()).runs.length

test('a journal of one’s own is believed', async () => {
  expect([await faults(), await runs()]).toEqual([[], 1])
  expect((await locationWarnings(folder, {})).filter((each) => !/goes away with it/.test(each))).toEqual([])
})

test.each([0o660, 0o606, 0o622, 0o666])('a run’s file with mode %o is not trusted', async (mode) => {
  await chmod(file, mode)
  expect(await faults()).toEqual([
    [
      'journal-unsafe',
      `${file} is not trusted: other users may write to it, and a revert writes what it holds`,
      `If what it holds is right:\n  chmod go-w -- '${file}'`,
    ],
  ])
  expect(await runs()).toBe(0)
  await chmod(file, mode & ~0o022)
  expect([await faults(), await runs()]).toEqual([[], 1])
})

test.each([0o770, 0o707, 0o777, 0o730, 0o703])(
  'with mode %o, its folder is no place for a run; what is in it is shown',
  async (mode) => {
    await chmod(folder, mode)
    expect(await faults()).toEqual([
      [
        'journal-unsafe',
        `The journal in ${folder} is not trusted: other users may write to it`,
        `If its runs are yours, make it yours alone (else name a folder of your own with --journal DIR):\n  chmod -R go-w -- '${folder}'`,
      ],
    ])
    expect(await runs()).toBe(1)
  },
)

test('a folder for everybody, such as /tmp, is not to be closed: one in it is named', async () => {
  await chmod(folder, 0o1777)
  const [[, , hint] = []] = await faults()
  expect(hint).toBe(`That folder is for everybody. Name one in it: --journal '${folder}/journal'`)
})

test('no command of ours reaches what else a folder holds', async () => {
  await writeFile(join(folder, 'letters.txt'), '')
  await chmod(folder, 0o770)
  const [[, , hint] = []] = await faults()
  expect(hint).toBe(
    `It holds more than runs: name a folder of your own with --journal DIR, or close this one:\n  chmod go-w -- '${folder}'`,
  )
})

test('a link to the folder is followed, to one that is one’s own', async () => {
  const link = join(above, 'link')
  await symlink(folder, link)
  journal = new FileJournal(link)
  expect([await faults(), await runs()]).toEqual([[], 1])
  await chmod(folder, 0o777)
  expect((await faults()).map(([code]) => code)).toEqual(['journal-unsafe'])
})

test('a link in the place of a run’s file is not', async () => {
  const elsewhere = join(above, 'moved.jsonl')
  await rename(file, elsewhere)
  await symlink('../moved.jsonl', file)
  expect(await faults()).toEqual([
    [
      'journal-unsafe',
      `${file} is not trusted: it is a symbolic link, not a file of this journal`,
      `If it leads to a run of yours, move that here:\n  mv -- ${elsewhere} '${file}'`,
    ],
  ])
})

test.each([['/dev/zero'], ['run-2.jsonl'], ['gone.jsonl']])(
  'nor is one that leads to no file (%s), and nothing is to be moved in its place',
  async (target) => {
    const link = join(folder, 'run-2.jsonl')
    await symlink(target, link)
    expect(await faults()).toEqual([
      [
        'journal-unsafe',
        `${link} is not trusted: it is a symbolic link, not a file of this journal`,
        `No run can be where it leads. To remove it:\n  rm -- '${link}'`,
      ],
    ])
  },
)

test('a file that no text can hold is told', async () => {
  await truncate(file, 600_000_000)
  const { problems } = await journal.runs()
  expect(problems.map(({ message }) => message)).toEqual([`${file} cannot be read (it is too large)`])
})

test('pipes, devices and folders with the name of a run are told, waited for by nobody, and in nobody’s way', async () => {
  makePipe(join(folder, 'pipe.jsonl'))
  await mkdir(join(folder, 'folder.jsonl'))
  const { problems } = await journal.runs()
  expect(problems.map(({ code, message }) => [code, message])).toEqual(
    ['folder', 'pipe'].map((name) => [
      'journal-damaged',
      `${join(folder, name)}.jsonl cannot be read (it is not a regular file)`,
    ]),
  )
  await journal.requireWritable()
})

test('a file where the folder should be is told as one', async () => {
  journal = new FileJournal(file)
  await expect(journal.requireWritable()).rejects.toMatchObject({
    message: `The journal in ${file} cannot be written (part of its path is not a folder)`,
  })
})

test('a run is taken up only in a file that nobody else can have written', async () => {
  const [begun = ''] = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, `${begun}\n`)
  const { runs: found } = await journal.runs()
  expect(found.map(({ id, finishedAt }) => [id, finishedAt])).toEqual([['run-1', null]])
  const taken = (): Promise<unknown[]> =>
    Promise.all(
      found.map((each) =>
        journal.resume(each).then(
          () => 'taken up',
          ({ code }: { code: string }) => code,
        ),
      ),
    )
  await chmod(file, 0o666)
  expect(await taken()).toEqual(['journal-unsafe'])
  await chmod(file, 0o600)
  await chmod(folder, 0o777)
  expect(await taken()).toEqual(['journal-unsafe'])
  await chmod(folder, 0o700)
  expect(await taken()).toEqual(['taken up'])
})

test('it is said where others can read whole URLs, and where they cannot it is not', async () => {
  const said = async (): Promise<boolean> =>
    (await locationWarnings(folder, {})).some((each) =>
      each.startsWith(
        `Other users can read runs in the journal, which hold whole URLs. To close it:\n  chmod -R go=`,
      ),
    )
  await chmod(file, 0o644)
  expect(await said()).toBe(false)
  await chmod(folder, 0o755)
  expect(await said()).toBe(true)
  await chmod(file, 0o600)
  expect(await said()).toBe(false)
})

test('it is said where others can exchange the folder as a whole', async () => {
  const said = async (): Promise<string[]> =>
    (await locationWarnings(folder, {})).filter((each) => each.includes('above the journal'))
  await chmod(above, 0o777)
  expect(await said()).toEqual([
    `${above}, above the journal, is open to others (other users may write to it): they can move the journal away, or put an older one of yours in its place.`,
  ])
  await chmod(above, 0o1777)
  expect(await said()).toEqual([])
  if (!isRoot) return
  await chown(above, OTHER, OTHER)
  expect(await said()).toEqual([expect.stringContaining(`it belongs to another user (uid ${OTHER})`)])
})

test('a run can be recorded under any umask, and read by its owner alone', async () => {
  for (const mask of [0o000, 0o022, 0o777]) {
    const before = process.umask(mask)
    const run = `run-${mask}`
    await journal.begin({ ...started, run }).record({ type: 'run-finished', halted: null })
    process.umask(before)
    expect((await stat(join(folder, `${run}.jsonl`))).mode & 0o7777).toBe(0o600)
  }
})

describe.skipIf(!isRoot)('somebody else’s', () => {
  test('folder is refused, and what mends that named', async () => {
    await chown(folder, OTHER, OTHER)
    expect(await faults()).toEqual([
      [
        'journal-unsafe',
        `The journal in ${folder} is not trusted: it belongs to another user (uid ${OTHER})`,
        `If its runs are yours, make it yours alone (else name a folder of your own with --journal DIR):\n  chown -R -- ${userName()} '${folder}'`,
      ],
    ])
    await chmod(folder, 0o777)
    const [[, , hint] = []] = await faults()
    expect(hint).toContain(`\n  chown -R -- root '${folder}' && chmod -R go-w -- '${folder}'`)
    await writeFile(join(folder, 'letters.txt'), '')
    const [[, , careful] = []] = await faults()
    expect(careful).toBe('It holds more than runs: name a folder of your own with --journal DIR.')
  })

  test('folder in which one’s own lies is told as what keeps it out of reach, and what mends that named', async () => {
    await chmod(above, 0o711)
    const home = join(above, 'home')
    const made = join(home, 'made by sudo')
    await mkdir(made, { recursive: true, mode: 0o700 })
    await chmod(home, 0o700)
    await chown(home, OTHER, OTHER)
    journal = new FileJournal(join(made, 'journal'))
    process.seteuid?.(OTHER)
    const found = await faults().finally(() => process.seteuid?.(0))
    expect(found).toEqual([
      [
        'journal-unsafe',
        `The journal in ${made}/journal cannot be reached: ${made} belongs to root`,
        `To make it yours again:\n  sudo chown -R -- nobody '${made}'`,
      ],
    ])
  })

  test('file is refused', async () => {
    await chown(file, OTHER, OTHER)
    expect(await faults()).toEqual([
      [
        'journal-unsafe',
        `${file} is not trusted: it belongs to another user (uid ${OTHER}), and a revert writes what it holds`,
        `If what it holds is right:\n  chown -- root '${file}'`,
      ],
    ])
    expect(await runs()).toBe(0)
  })
})
