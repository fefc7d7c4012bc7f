import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BIN, bareEnvironment, plainly, temporaryFolder, transcript } from '../support/cli.ts'
import { keepJournal } from '../support/secrets.ts'
import type { Grounds, Rows } from './kill-grounds.ts'

const PRELOAD = fileURLToPath(new URL('kill-points.mjs', import.meta.url))

/** The files of a journal by name, as bytes. */
export type JournalFiles = Readonly<Record<string, Buffer>>

/** All that a killed program can leave behind: what the gateway holds, and its journal. */
export interface State {
  rows: Rows
  journal: JournalFiles
}

/** A gateway and a journal of its own: one kill after the other happens here. */
export interface Lane {
  readonly grounds: Grounds
  /** Gone with the lane. */
  readonly folder: string
  readonly journal: string
  readonly env: Readonly<Record<string, string>>
}

/** How a program ended that may have killed itself, and the boundary where it did. */
export interface Ended {
  code: number | null
  signal: string | null
  point: string
  output: string
}

/** A lane on a gateway, its journal empty. */
export async function openLane(grounds: Grounds): Promise<Lane> {
  const folder = await temporaryFolder()
  const journal = join(folder, 'journal')
  const env = { MCP_URL_MIGRATE_JOURNAL: journal, MCP_URL_MIGRATE_LOCKS: join(folder, 'locks') }
  return { grounds, folder, journal, env: { ...grounds.env, ...env } }
}

/** Ends a lane and its gateway. */
export async function closeLane({ grounds, folder, journal }: Lane): Promise<void> {
  await keepJournal(journal)
  await grounds.close()
  await rm(folder, { recursive: true, force: true })
}

/** What gateway and journal hold now. */
export async function stateOf({ grounds, journal }: Lane): Promise<State> {
  const names = await readdir(journal).catch(() => [])
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(journal, name))] as const),
  )
  return { rows: await grounds.rows(), journal: Object.fromEntries(files) }
}

/** Makes gateway and journal hold a state again. */
export async function restore({ grounds, journal }: Lane, state: State): Promise<void> {
  await rm(journal, { recursive: true, force: true })
  if (Object.keys(state.journal).length > 0) await mkdir(journal, { mode: 0o700 })
  for (const [name, bytes] of Object.entries(state.journal))
    await writeFile(join(journal, name), bytes, { mode: 0o600 })
  await grounds.restore(state.rows)
}

async function start({ env, folder }: Lane, args: readonly string[], point: string): Promise<Ended> {
  const list = join(folder, 'points')
  await rm(list, { force: true })
  const child = spawn(process.execPath, ['--import', PRELOAD, BIN, ...plainly(args)], {
    env: bareEnvironment({ ...env, KILL_POINTS: list, KILL_POINT: point }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const end = await new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  transcript.push(output)
  return { ...end, point: await readFile(list, 'utf8').catch(() => ''), output }
}

/** The names of the boundaries that the program passes with these arguments, the first one first. */
export async function boundaries(lane: Lane, args: readonly string[]): Promise<string[]> {
  const { code, point, output } = await start(lane, args, '')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${output}`)
  return point.split('\n')
}

/** May a run be done without this boundary? A list that was slow is asked for once more, and that depends on the machine. */
export const isOptional = (point: string): boolean => / GET \/v1\/mcp\/server \d+$/.test(point)

/** Starts the program, which kills itself at the boundary of this name. */
export function killedAt(lane: Lane, args: readonly string[], point: string): Promise<Ended> {
  return start(lane, args, point)
}
