import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { commandLine } from '../../../src/cli/program.ts'
import { SCRIPT, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4 })

/** Every option of ours, as a person writes it. Node does not know our commands. */
const PROGRAM = commandLine('0', () => {})
const OPTIONS = [
  ...new Set(
    [PROGRAM, ...PROGRAM.commands].flatMap((command) =>
      command.options.flatMap(({ long, short }) => [long, short].filter((name) => name !== undefined)),
    ),
  ),
]

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-options-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the program with a file after an option, and ends it before it does anything. Does Node read that file? */
const isReadByNode = async (option: string): Promise<boolean> => {
  const file = `given${option}`
  const marker = join(folder, `marker${option}`)
  const code = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'ran')`
  await writeFile(join(folder, `${file}.cjs`), code)
  await writeFile(join(folder, file), `NODE_OPTIONS=--require ${join(folder, `${file}.cjs`)}\n`)
  const env = { PATH: process.env['PATH'] }
  const args = [SCRIPT, option, join(folder, file), '--help']
  const exit = await new Promise<unknown>((done) => {
    execFile(process.execPath, args, { env, cwd: folder }, (error, stdout, stderr) => {
      transcript.push(stdout, stderr)
      done(error?.code ?? 0)
    })
  })
  // Node ends with 9 where it cannot read what it was to read.
  return exit === 9 || existsSync(marker)
}

describe.concurrent('Node does not read an option of ours, as it does some of its own after the script, too', () => {
  test('all of them are tried', () => {
    expect(OPTIONS).toEqual(
      expect.arrayContaining(['--litellm-config', '--litellm-env', '--key-file', '--keys']),
    )
  })

  test.each(OPTIONS)('%s', async (option) => {
    expect(await isReadByNode(option)).toBe(false)
  })

  test('--env-file is one that it reads', async () => {
    expect(await isReadByNode('--env-file')).toBe(true)
  })
})
