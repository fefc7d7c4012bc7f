import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { holdToSchemas } from './documents.ts'

/** A folder, one called `_npx` or below it, in which the packed program is installed; without it this checkout's is run. */
const INSTALLED = process.env['INSTALLED']

/** The program's own file, as `node bin/…` names it. Needs `npm run build`. */
export const SCRIPT = INSTALLED
  ? join(INSTALLED, 'node_modules/mcp-url-migrate/bin/mcp-url-migrate.js')
  : fileURLToPath(new URL('../../bin/mcp-url-migrate.js', import.meta.url))

/** The program as npx starts it: through a link in a folder of npx. */
export const BIN = INSTALLED
  ? join(INSTALLED, 'node_modules/.bin/mcp-url-migrate')
  : fileURLToPath(new URL('_npx/mcp-url-migrate', import.meta.url))

/** What a finished program left behind. */
export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** How to start it: environment on top of a bare one, text for standard input. */
export interface Start {
  env?: Record<string, string>
  stdin?: string
  cwd?: string
  /** Are the new addresses to be tried? In most tests they do not exist, and are not what the test is about. */
  preflight?: boolean
}

const COMMANDS = ' history sandbox verify status lint init completion complete help version '

/** The arguments with --no-preflight, where they are those of the main job and nobody wants the new addresses tried. */
export function plainly(args: readonly string[], preflight = false): string[] {
  return preflight || args.some((each) => COMMANDS.includes(` ${each} `))
    ? [...args]
    : ['--no-preflight', ...args]
}

/** Everything that any program started here printed: the secrets scan reads it. */
export const transcript: string[] = []

/** Takes down what a program printed. Throws where a document in it is not as its schema says. */
export function heard({ stdout, stderr }: Pick<Finished, 'stdout' | 'stderr'>): void {
  transcript.push(stdout, stderr)
  holdToSchemas(stdout)
}

/** An environment without anything of the surrounding one that this tool would read. */
export function bareEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '/',
    TMPDIR: tmpdir(),
    ...extra,
  }
}

/** A fresh folder, which goes away with the run of the tests. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'test-'))
}

/** Runs the program without a terminal, to its end. */
export function runCli(
  args: readonly string[],
  { env = {}, stdin = '', cwd, preflight }: Start = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...plainly(args, preflight)], {
      env: bareEnvironment(env),
      cwd,
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (code) => {
      try {
        heard(output)
        resolve({ code, ...output })
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    child.stdin.end(stdin)
  })
}
