import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Mismeasured } from '../figure.ts'
import type { Place } from '../place.ts'
import { run } from '../run.ts'
import type { Target } from './client.ts'
import type { Mover } from './fleet.ts'
import { type Body, moveBlindly, moveWithReads } from './floor.ts'

/** Many servers take their time, and silent ones more of it. */
const PATIENCE_MS = 3 * 3_600_000

const signedIn = ({ url, key }: Target): NodeJS.ProcessEnv => ({
  LITELLM_PROXY_URL: url,
  LITELLM_PROXY_API_KEY: key,
})

/** The program does what is not about the writes: it tries no address first, and waits for no other worker afterwards. */
const BARE = ['--no-preflight', '--no-wait']

/**
 * The program as it moves servers; with `isBare` without what is not about the writes. Each run has a journal of its own, so
 * that none has more to read than another. `more`: further members of its environment.
 */
export const program =
  (place: Place, { isBare, more = {} }: { isBare: boolean; more?: NodeJS.ProcessEnv }): Mover =>
  async (target, { from, to }) => {
    const journal = await mkdtemp(join(place.cwd, '..', 'journal-'))
    const env = { ...place.env, ...signedIn(target), ...more, MCP_URL_MIGRATE_JOURNAL: journal }
    const args = ['--yes', ...(isBare ? BARE : []), '--from', from, '--to', to]
    await run([process.execPath, place.program, ...args], { env, cwd: place.cwd, patienceMs: PATIENCE_MS })
    await rm(journal, { recursive: true })
  }

/** Runs as a process ends: the most memory that it has had, in kB. On Linux `maxRSS` would count what its parent had, too. */
const AT_EXIT = `
const { readFileSync, writeFileSync } = require('node:fs')
function peak() {
  try {
    return /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  } catch {
    return process.resourceUsage().maxRSS
  }
}
process.on('exit', () => writeFileSync(process.env.BENCH_PEAK, String(peak())))
`

/** The most memory that the program has at once as it moves servers, in MB (1,000,000 bytes). */
export async function peakOf(place: Place, move: (mover: Mover) => Promise<unknown>): Promise<number> {
  const [hook, peak] = [join(place.cwd, '..', 'at-exit.cjs'), join(place.cwd, '..', 'peak')]
  await writeFile(hook, AT_EXIT)
  await rm(peak, { force: true })
  await move(program(place, { isBare: true, more: { NODE_OPTIONS: `--require ${hook}`, BENCH_PEAK: peak } }))
  const kilobytes = Number(await readFile(peak, 'utf8').catch(() => ''))
  if (!(kilobytes > 0)) throw new Mismeasured('nobody knows how much memory the program took')
  return (kilobytes * 1024) / 1_000_000
}

/** A shell script of this folder that moves servers. The bench is started where the repository begins. */
export const script =
  (place: Place, name: 'careful' | 'naive', body: Body): Mover =>
  async (target, { from, to }) => {
    const env = { ...place.env, ...signedIn(target), BODY: body }
    const words = ['sh', resolve(`test/bench/speed/${name}.sh`), from, to] as const
    await run(words, { env, cwd: place.cwd, patienceMs: PATIENCE_MS })
  }

/** The floor client: list, then GET by id and PUT of each. */
export const floor =
  (body: Body): Mover =>
  (target, way) =>
    moveWithReads(target, way, body)

/** List, then a PUT of each. */
export const blind: Mover = moveBlindly
