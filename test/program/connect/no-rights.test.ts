import { readdir } from 'node:fs/promises'
import { expect, vi } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import { onlyRead, sentence, test, TWO } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 60_000 })

/** An environment in which all folders, or all files, are for everybody however they are made, as on FAT. */
function withoutRights(what: 'mkdir' | 'open'): Record<string, string> {
  const script = `
    import { chmodSync, promises } from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const { mkdir, open } = promises
    const first = await open(${JSON.stringify(import.meta.filename)})
    Object.getPrototypeOf(first).chmod = async () => {}
    await first.close()
    if (${what === 'mkdir'})
      promises.mkdir = async (path, ...rest) => {
        const made = await mkdir(path, ...rest)
        chmodSync(path, 0o777)
        return made
      }
    else
      promises.open = async (path, flags, ...rest) => {
        const handle = await open(path, flags, ...rest)
        if (String(flags).includes('x')) chmodSync(path, 0o777)
        return handle
      }
    syncBuiltinESMExports()`
  return { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(script)}"` }
}

test.for(['mkdir', 'open'] as const)(
  'where the file system does not keep who may write (%s), nothing is written: no run would be trusted later',
  async (what, { open }) => {
    const trial = await open({ servers: TWO })
    const { code, stderr } = await trial.run(['--yes', '--no-wait'], { env: withoutRights(what) })
    expect([code, sentence(stderr)]).toEqual([
      1,
      expect.stringContaining(
        `The file system of ${trial.journal} does not keep who may write to a file, so a journal there would not be trusted Name a folder on another file system with --journal DIR.`,
      ),
    ])
    expect([onlyRead(trial.sandbox), await readdir(trial.journal)]).toEqual([true, []])
  },
)
