import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, test, TWO, type Trial } from '../../support/trial.ts'

watchForLeaks()

const SENTENCE =
  'This program does not run on Windows itself. Run it in WSL: https://learn.microsoft.com/windows/wsl/install'

/** Starts the program as if it stood on Windows. */
async function onWindows(trial: Trial, args: readonly string[]) {
  const preload = join(trial.folder, 'preload.mjs')
  await writeFile(preload, "Object.defineProperty(process, 'platform', { value: 'win32' })\n")
  return trial.run(args, { env: { NODE_OPTIONS: `--import ${preload}` } })
}

describe.concurrent('on Windows itself', () => {
  test.for([['--yes'], ['--dry-run'], ['--revert'], ['status'], ['history'], ['verify'], ['sandbox']])(
    '%s names WSL, and nothing is asked or written: exit 64',
    async (args, { open }) => {
      const trial = await open({ servers: TWO })
      expect(await onWindows(trial, args)).toEqual({ code: 64, stdout: '', stderr: `${SENTENCE}\n` })
      expect([trial.sandbox.requests, await trial.journalFiles()]).toEqual([[], []])
    },
  )

  test('--json gets its document', async ({ open }) => {
    const finished = await onWindows(await open({ servers: TWO }), ['--dry-run', '--json'])
    expect(documentOf(finished)).toMatchObject({
      schema: 'mcp-url-migrate/error/1',
      code: 'usage',
      message: SENTENCE,
    })
  })

  test('--help and --version are answered', async ({ open }) => {
    const trial = await open({ servers: TWO })
    for (const option of ['--help', '--version']) expect((await onWindows(trial, [option])).code).toBe(0)
  })
})
