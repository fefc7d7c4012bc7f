import { realpathSync } from 'node:fs'
import { basename, delimiter, isAbsolute, join, relative } from 'node:path'
import { shellQuoted } from '../core/show/shell.ts'

/** The name of the program, as it is on the PATH. */
export const NAME = 'mcp-url-migrate'

/** What is known of how the program was started. */
export interface Start {
  /** Its script as Node names it: absolute, links not followed. */
  script: string
  /** The same with links followed. */
  real: string
  cwd: string
  /** What `mcp-url-migrate` is on the PATH, links followed; `null` where there is none but in folders of packages. */
  onPath: string | null
  /** `npm_config_user_agent` and `npm_command`, which package managers set; `''` where there is none. */
  agent: string
  npmCommand: string
}

/** Which package manager runs it, from where, and what is typed for that; the first that fits. */
const RUNNERS: readonly (readonly [agent: string, script: RegExp, typed: string])[] = [
  ['pnpm', /[/\\]dlx/, 'pnpm dlx'],
  ['pnpm', /./, 'pnpm exec'],
  ['yarn', /[/\\]dlx-/, 'yarn dlx'],
  ['yarn', /./, 'yarn'],
  ['bun', /./, 'bunx'],
  ['npm', /./, 'npx'],
]

const isPackaged = (script: string): boolean => /[/\\](node_modules|_npx)[/\\]/.test(script)

/** What a package manager's user types; `null` where none runs it. What it hands to its children says little: the script has to be one of its own. */
function byRunner({ script, agent, npmCommand }: Start): string | null {
  const isRun = isPackaged(script) || (npmCommand === 'exec' && basename(script) === NAME)
  const runner = RUNNERS.find(([name, from]) => agent.startsWith(`${name}/`) && from.test(script))
  return isRun && runner ? `${runner[2]} ${NAME}` : null
}

/** The path from the current folder where the script is below it. */
function shownPath({ script, cwd }: Start): string {
  const path = relative(cwd, script)
  return path === '' || path.startsWith('..') || isAbsolute(path) ? script : path
}

/** The words with which the program was started, ready for a shell: `npx mcp-url-migrate`, its name alone, or `node` and its file. */
export function startedAs(start: Start): string {
  const { script, real, onPath, cwd } = start
  const run = byRunner(start)
  if (run !== null) return run
  if (onPath !== null && real === onPath) return NAME
  if (script.includes('/_npx/') || script.startsWith(join(cwd, 'node_modules/'))) return `npx ${NAME}`
  // What some installers put on the PATH is a script of theirs, which starts ours.
  if (onPath !== null && isPackaged(script)) return NAME
  return `node ${shellQuoted(shownPath(start))}`
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

/** Reads how this process was started. */
export function readStart(env: NodeJS.ProcessEnv): Start {
  const script = process.argv[1] ?? NAME
  // Package managers put these there for their children; a shell does not have them.
  const folders = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((each) => each !== '' && !/node_modules[/\\]\.bin[/\\]?$/.test(each))
  const found = folders.map((folder) => realPath(join(folder, NAME))).find((path) => path !== null)
  return {
    script,
    real: realPath(script) ?? script,
    cwd: process.cwd(),
    onPath: found ?? null,
    agent: env['npm_config_user_agent'] ?? '',
    npmCommand: env['npm_command'] ?? '',
  }
}
