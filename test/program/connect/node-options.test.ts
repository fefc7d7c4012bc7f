import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandLine } from '../../../src/cli/program.ts'
import { SCRIPT, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()

/** Every option of ours, as a person writes it. Node does not know our commands. */
const PROGRAM = commandLine('0', { on: () => {} })
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

/** The file after an option, which leaves a marker behind where Node reads it. */
async function given(option: string): Promise<{ file: string; marker: string }> {
  const [file, marker] = [join(folder, `given${option}`), join(folder, `marker${option}`)]
  await writeFile(`${file}.cjs`, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'ran')`)
  await writeFile(file, `NODE_OPTIONS=--require ${file}.cjs\n`)
  return { file, marker }
}

/** Runs the program with a file after each option, and ends it before it does anything. What does Node read? */
async function readByNode(options: readonly string[]): Promise<string[]> {
  const files = await Promise.all(options.map(given))
  const env = { PATH: process.env['PATH'] }
  const args = [SCRIPT, ...options.flatMap((option, i) => [option, files[i]?.file ?? '']), '--help']
  const exit = await new Promise<unknown>((done) => {
    execFile(process.execPath, args, { env, cwd: folder }, (error, stdout, stderr) => {
      transcript.push(stdout, stderr)
      done(error?.code ?? 0)
    })
  })
  // Node ends with 9 where it cannot read what it was to read.
  expect(exit).not.toBe(9)
  return options.filter((_, i) => existsSync(files[i]?.marker ?? ''))
}

describe('Node reads some of its own options after the script, too,', () => {
  test('such as --env-file', async () => {
    expect(await readByNode(['--yes', '--env-file'])).toEqual(['--env-file'])
  })

  test('and none of ours', async () => {
    expect(OPTIONS).toEqual(
      expect.arrayContaining(['--litellm-config', '--litellm-env', '--key-file', '--keys']),
    )
    expect(await readByNode(OPTIONS)).toEqual([])
  })
})
