import { spawn } from 'node:child_process'
import { mkdir, realpath, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Start, startedAs } from '../../src/cli/started-as.ts'
import { BIN, bareEnvironment, SCRIPT, temporaryFolder, transcript } from '../support/cli.ts'
import { watchForLeaks } from '../support/secrets.ts'

watchForLeaks()

const NPM = 'npm/10.8.2 node/v20.20.2 linux x64'
const CHECKOUT = '/home/me/tool/bin/mcp-url-migrate.js'
const GLOBAL = '/usr/lib/node_modules/mcp-url-migrate/bin/mcp-url-migrate.js'

/** A start in a folder of somebody's, with nothing on the PATH, and by no package manager. */
const start = (script: string, more: Partial<Start> = {}): string =>
  startedAs({ script, real: script, cwd: '/home/me', onPath: null, agent: '', npmCommand: '', ...more })

describe('the words with which the program was started', () => {
  const cases: [what: string, script: string, more: Partial<Start>, words: string][] = [
    [
      'npx, from its cache',
      '/home/me/.npm/_npx/51c1/node_modules/.bin/mcp-url-migrate',
      { agent: NPM, npmCommand: 'exec' },
      'npx mcp-url-migrate',
    ],
    [
      'npx, from a project',
      '/home/me/node_modules/.bin/mcp-url-migrate',
      { agent: NPM, npmCommand: 'exec' },
      'npx mcp-url-migrate',
    ],
    [
      'npx, of a global install',
      '/usr/bin/mcp-url-migrate',
      { real: GLOBAL, onPath: GLOBAL, agent: NPM, npmCommand: 'exec' },
      'npx mcp-url-migrate',
    ],
    [
      'a script of package.json',
      '/home/me/node_modules/.bin/mcp-url-migrate',
      { agent: NPM, npmCommand: 'run-script' },
      'npx mcp-url-migrate',
    ],
    ['a link of a project', '/home/me/node_modules/.bin/mcp-url-migrate', {}, 'npx mcp-url-migrate'],
    [
      'pnpm dlx',
      '/home/me/.cache/pnpm/dlx/1/node_modules/mcp-url-migrate/bin/mcp-url-migrate.js',
      { agent: 'pnpm/9.1.0' },
      'pnpm dlx mcp-url-migrate',
    ],
    [
      'pnpm exec',
      '/home/me/node_modules/mcp-url-migrate/bin/mcp-url-migrate.js',
      { agent: 'pnpm/9.1.0' },
      'pnpm exec mcp-url-migrate',
    ],
    [
      'bunx',
      '/tmp/bunx-0-mcp-url-migrate@latest/node_modules/.bin/mcp-url-migrate',
      { agent: 'bun/1.1.0' },
      'bunx mcp-url-migrate',
    ],
    [
      'yarn dlx',
      '/tmp/xfs-1/dlx-1/node_modules/mcp-url-migrate/bin/mcp-url-migrate.js',
      { agent: 'yarn/4.1.0' },
      'yarn dlx mcp-url-migrate',
    ],
    ['a global install', '/usr/bin/mcp-url-migrate', { real: GLOBAL, onPath: GLOBAL }, 'mcp-url-migrate'],
    [
      'a global install whose link is a script of the installer',
      '/home/me/.pnpm/global/5/node_modules/mcp-url-migrate/bin/mcp-url-migrate.js',
      { cwd: '/work', onPath: '/home/me/.pnpm/mcp-url-migrate' },
      'mcp-url-migrate',
    ],
    ['node with a file below this folder', CHECKOUT, {}, 'node tool/bin/mcp-url-migrate.js'],
    ['node in the checkout itself', CHECKOUT, { cwd: '/home/me/tool' }, 'node bin/mcp-url-migrate.js'],
    ['node with a file elsewhere', CHECKOUT, { cwd: '/work' }, `node ${CHECKOUT}`],
    [
      'node with a file, where another is on the PATH',
      CHECKOUT,
      { onPath: GLOBAL },
      'node tool/bin/mcp-url-migrate.js',
    ],
    [
      'node with a file, from a shell that npx started',
      CHECKOUT,
      { agent: NPM, npmCommand: 'exec' },
      'node tool/bin/mcp-url-migrate.js',
    ],
    [
      'a path that a shell would take apart',
      "/opt/my tool's/bin/mcp-url-migrate.js",
      {},
      "node '/opt/my tool'\\''s/bin/mcp-url-migrate.js'",
    ],
  ]
  for (const [what, script, more, words] of cases)
    test(`${what}: ${words}`, () => {
      expect(start(script, more)).toBe(words)
    })
})

describe('a started program', () => {
  /** What its one hint names as the command, with the place of this checkout as CHECKOUT. */
  async function named(command: string, args: readonly string[], cwd: string, PATH = ''): Promise<string> {
    const env = bareEnvironment({ PATH: `${PATH}:${process.env['PATH']}` })
    const child = spawn(command, [...args, 'history', 'none', '--journal', '.'], { env, cwd })
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString()
    })
    await new Promise((resolve) => child.on('close', resolve))
    transcript.push(told)
    return told.split('\n').find((line) => line.startsWith('  ')) ?? told
  }

  test('by its file, by the PATH and by npx names itself so', async () => {
    const folder = await realpath(await temporaryFolder())
    const bin = join(folder, 'a bin')
    await mkdir(bin)
    await symlink(SCRIPT, join(bin, 'mcp-url-migrate'))
    await symlink(join(SCRIPT, '..'), join(folder, 'program'))
    const program = join(folder, 'program/mcp-url-migrate.js')
    const rest = (cwd: string) => `history --journal ${cwd}`
    const found = await Promise.all([
      named('mcp-url-migrate', [], folder, bin),
      named('node', ['program/mcp-url-migrate.js'], folder),
      named('node', [program], bin),
      named('node', [BIN], folder),
    ])
    await rm(folder, { recursive: true })
    expect(found).toEqual([
      `  mcp-url-migrate ${rest(folder)}`,
      `  node program/mcp-url-migrate.js ${rest(folder)}`,
      `  node ${program} ${rest(`'${bin}'`)}`,
      `  npx mcp-url-migrate ${rest(folder)}`,
    ])
  })
})
