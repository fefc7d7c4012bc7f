import { spawnSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { defaultJournalFolder } from '../../../src/journal/default-folder.ts'
import { locationWarnings } from '../../../src/journal/location.ts'
import { BIN, bareEnvironment, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { sentence, test, TWO } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 60_000 })

const DATA = 'mcp-url-migrate/journal'

describe.skipIf(process.platform !== 'linux')('the journal is in the data folder of the user:', () => {
  test('XDG_DATA_HOME and HOME name it where they are absolute, else the account does', () => {
    const inAccount = join(homedir(), '.local/share', DATA)
    for (const [env, folder] of [
      [{ XDG_DATA_HOME: '/data', HOME: '/home/anna' }, `/data/${DATA}`],
      [{ XDG_DATA_HOME: '/data' }, `/data/${DATA}`],
      [{ XDG_DATA_HOME: 'data', HOME: '/home/anna' }, `/home/anna/.local/share/${DATA}`],
      [{ XDG_DATA_HOME: '', HOME: '' }, inAccount],
      [{ HOME: 'here' }, inAccount],
      [{}, inAccount],
    ] as const)
      expect([env, defaultJournalFolder(env)]).toEqual([env, folder])
  })

  test('where HOME names no folder, the one that is used is told', async () => {
    const folder = defaultJournalFolder({}) ?? ''
    const told = `HOME names no folder, so the journal is kept in the home of this account: ${folder}.`
    expect(await locationWarnings(folder, { HOME: '' })).toContain(told)
    expect(await locationWarnings(folder, { HOME: homedir() })).not.toContain(told)
    expect(await locationWarnings('/elsewhere', {})).not.toContain(told)
  })

  test('nothing is put into the folder that one stands in', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const env = { ...trial.env, HOME: '', XDG_DATA_HOME: 'data', MCP_URL_MIGRATE_JOURNAL: '' }
    const before = await readdir(trial.folder)
    const { code, stdout } = await trial.run(['history'], { env, cwd: trial.folder })
    expect([code, stdout]).toEqual([0, expect.not.stringContaining(trial.folder)])
    expect(await readdir(trial.folder)).toEqual(before)
  })
})

// Only root may start a program as a user whom nobody knows, and that user has to reach Node.
const STRANGER = { uid: 54_321, gid: 54_321, cwd: '/' } as const
const runsAsStranger =
  process.getuid?.() === 0 && spawnSync(process.execPath, [BIN, '--version'], STRANGER).status === 0

describe.skipIf(!runsAsStranger)('a user without a home folder', () => {
  test('names a place for the journal: 64 without one, and the job as usual with one', async ({ open }) => {
    const trial = await open({ servers: [] })
    const { HOME: _, ...env } = bareEnvironment({ ...trial.env, MCP_URL_MIGRATE_JOURNAL: '' })
    const start = (args: readonly string[]) => {
      const who = { ...STRANGER, env, encoding: 'utf8' } as const
      const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], who)
      transcript.push(stdout, stderr)
      return [status, sentence(stderr)]
    }
    for (const args of [['--dry-run'], ['--yes'], ['history'], ['verify'], ['status']])
      expect([args, ...start(args)]).toEqual([
        args,
        64,
        'There is no place for the journal: HOME names no folder, and this user has no home folder Name one with --journal DIR or MCP_URL_MIGRATE_JOURNAL, or set HOME.',
      ])
    expect(trial.sandbox.requests).toEqual([])
    expect(start(['history', '--journal', '/'])).toEqual([0, ''])
  })
})
