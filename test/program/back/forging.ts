import { readFile, writeFile } from 'node:fs/promises'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { rechained } from '../../support/old-journals.ts'
import { documentOf, guideServer, newestFile, type Trial } from '../../support/trial.ts'

/** Where the server `fetch` is before a run, and after it. */
export const OLD = 'http://localhost:8585/servers/fetch/sse'
export const NEW = 'http://mcp-proxy-sse:8080/servers/fetch/sse'
/** Without what takes time. */
export const NOW = ['--no-preflight', '--no-wait']

/** A line of a journal, as far as it is forged. */
export interface Line {
  type: string
  run?: string
  reverts?: string | null
  gateway?: { url: string; version: string }
  migrations?: { id: string; sha256: string }[]
  changes?: Forgeable[]
  outcome?: string
  halted?: string | null
  settings?: Record<string, unknown>
}

/** A change in its first line. */
export interface Forgeable {
  server: { id: string; name: string; source?: string }
  file: object | null
  migration: string
  edits: { field: string; before: unknown; after: unknown }[]
  settings: Record<string, unknown>
  onlySettings: boolean
}

/** Makes a change what it never was. */
export type Forgery = (change: Forgeable, line: Line) => void

/** Changes each line of a journal as somebody would who can write it, with all its hashes made anew. `kept`: how many stay. */
export async function forge(
  trial: Trial,
  change: (line: Line) => void,
  kept = Number.POSITIVE_INFINITY,
): Promise<void> {
  const file = await newestFile(trial)
  const text = rechained(await readFile(file, 'utf8'), (line) => {
    // The hash stands last, whatever a forgery adds.
    const { sha256: _sha256, ...read } = JSON.parse(line) as Line & { sha256: string }
    change(read)
    return JSON.stringify(read)
  })
  await writeFile(file, `${text.split('\n').slice(0, kept).join('\n').trimEnd()}\n`)
}

/** A forgery of each change that a run set out to make. */
export const begun =
  (forgery: Forgery) =>
  (line: Line): void => {
    for (const change of line.changes ?? []) forgery(change, line)
  }

/** A server to move, and one that no migration of this program is about. */
export const SERVERS: SandboxOptions = {
  servers: [
    guideServer('fetch'),
    guideServer('stdio', { transport: 'stdio', url: null, command: 'npx', args: ['-y', 'some-server'] }),
  ],
}

/** A gateway on which a run has moved one server, by one write. */
export async function moved(
  open: (options: SandboxOptions) => Promise<Trial>,
  options = SERVERS,
): Promise<Trial> {
  const trial = await open(options)
  await trial.setUp(['--yes', ...NOW])
  return trial
}

interface Run {
  id: string
  head: string
}

/** The newest run, as `history` tells it. */
export const newestRun = async ({ call }: Trial): Promise<Run> => {
  const { runs } = documentOf<{ runs: Run[] }>(await call(['history', '--json']))
  return runs.at(-1) ?? { id: '', head: '' }
}
