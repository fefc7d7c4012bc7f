import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { bareEnvironment, type Finished, SCRIPT, temporaryFolder, transcript } from '../support/cli.ts'
import { watchForLeaks } from '../support/secrets.ts'

watchForLeaks()

const PACKAGE = dirname(dirname(SCRIPT))

/** Runs the program of an installation. */
function start(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  return new Promise((done) => {
    const argv = [join(folder, 'bin/mcp-url-migrate.js'), ...args]
    execFile(process.execPath, argv, { env: bareEnvironment(env) }, (error, stdout, stderr) => {
      transcript.push(stdout, stderr)
      done({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

async function installation(): Promise<string> {
  const folder = await temporaryFolder()
  for (const each of ['bin', 'dist', 'migrations', 'package.json'])
    await cp(join(PACKAGE, each), join(folder, each), { recursive: true })
  return folder
}

test('a part that is missing is told in a sentence, and not as a bug', async () => {
  const folder = await installation()
  const without = async (part: string, ...args: string[]): Promise<Finished> => {
    await rm(join(folder, part))
    const finished = await start(folder, args)
    await cp(join(PACKAGE, part), join(folder, part))
    return finished
  }
  const missing =
    'A part of this program is missing: its installation is not whole, or was replaced while it ran\nInstall mcp-url-migrate again.\n'
  expect(await start(folder, ['--version'])).toMatchObject({ code: 0, stderr: '' })
  const early = {
    code: 1,
    stdout: '',
    stderr: 'This installation of mcp-url-migrate is not whole: install it again.\n',
  }
  expect(await without('dist/main.js', '--version')).toEqual(early)
  expect(await without('package.json', '--version')).toEqual(early)
  const first = await without('dist/command.js', '--dry-run', '--json')
  expect([first.code, first.stderr]).toEqual([1, missing])
  expect(JSON.parse(first.stdout)).toMatchObject({ schema: 'mcp-url-migrate/error/1', code: 'internal' })
  const later = await without('dist/sandbox.js', 'sandbox')
  expect([later.code, later.stderr.replace(/,? or was\s+replaced/, ', or was replaced')]).toEqual([
    1,
    missing,
  ])
})

// Node has it from 22.1 on.
test.runIf('enableCompileCache' in module)(
  'compiled code is kept where only this user can write',
  async () => {
    const kept = async (env: Record<string, string>): Promise<string[]> => {
      expect(await start(PACKAGE, ['--version'], env)).toMatchObject({ code: 0, stderr: '' })
      return readdir(
        join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? '', '.cache'), 'mcp-url-migrate'),
      ).catch(() => [])
    }
    const home = await temporaryFolder()
    expect(await kept({ HOME: home })).toHaveLength(1)
    expect(
      await kept({ HOME: home, NODE_DISABLE_COMPILE_CACHE: '1', XDG_CACHE_HOME: join(home, 'off') }),
    ).toEqual([])
    expect(await kept({ HOME: '' })).toEqual([])
    const open = await temporaryFolder()
    await chmod(open, 0o777)
    expect(await kept({ HOME: open })).toEqual([])
    expect(await kept({ HOME: home, XDG_CACHE_HOME: open })).toEqual([])
    // Somebody else's link could lead elsewhere the next time.
    const linked = await temporaryFolder()
    await mkdir(join(home, 'elsewhere'))
    await symlink(join(home, 'elsewhere'), join(linked, 'mcp-url-migrate'))
    expect(await kept({ HOME: home, XDG_CACHE_HOME: linked })).toEqual([])
  },
)
