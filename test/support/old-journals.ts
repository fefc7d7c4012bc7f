import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type SandboxOptions, type SandboxRow, startSandbox } from '../../src/sandbox/index.ts'

/** The folder of what earlier versions wrote; see the README in it. */
export const KEPT = fileURLToPath(new URL('../journal/v1/', import.meta.url))

const anything = z.record(z.string(), z.unknown())
const users = z.record(z.string(), z.array(z.string()))
const texts = z.record(z.string(), z.string())
/** How rows and files differ from those before the first run: columns by row, whole texts by file. */
const difference = z.object({ rows: z.record(z.string(), anything), files: texts })
const end = difference.extend({ args: z.array(z.string()), code: z.int() })
const toldRun = z.looseObject({ id: z.string(), finishedAt: z.string().nullable(), head: z.string() })

const world = z.object({
  what: z.string(),
  gateway: z.string(),
  folder: z.string(),
  args: z.array(z.string()).nullable(),
  preflight: z.boolean(),
  sandbox: z.looseObject({ signIns: users.optional() }),
  before: z.object({ rows: z.array(anything), files: texts }),
  now: difference,
  history: z.object({ problems: z.array(z.unknown()), runs: z.array(toldRun) }),
  ends: z.object({ finish: end.nullable(), revert: end.nullable() }),
})
type World = z.infer<typeof world>

/** A run as `history RUN --json` of then told it. */
export type Told = z.infer<typeof toldRun>

/** How rows and files differ from those before a case's first run. */
export type Difference = z.infer<typeof difference>

/** What the program of then made of a case, with which arguments and exit code. */
export type End = z.infer<typeof end>

/** A situation that was kept: its world, and the files of its journal by name, byte for byte. */
export interface OldCase extends World {
  name: string
  journal: Readonly<Record<string, string>>
}

function readCase(name: string): OldCase {
  const folder = join(KEPT, name)
  const files = readdirSync(folder).filter((file) => file.endsWith('.jsonl'))
  return {
    ...world.parse(JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8'))),
    name,
    journal: Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')])),
  }
}

/** All situations that were kept. Throws where one is not as its README says. */
export function oldCases(): OldCase[] {
  return readdirSync(KEPT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'documents')
    .map(({ name }) => readCase(name))
}

/** The case of a name. Throws where there is none. */
export function oldCase(name: string): OldCase {
  return readCase(name)
}

/** The run of a case that has no end yet. */
export const openRun = ({ history }: OldCase): Told | undefined =>
  history.runs.find(({ finishedAt }) => finishedAt === null)

/** The whole lines of a journal file, and what a crash left of another. */
export function wholeLines(text: string): { lines: string[]; torn: string } {
  const lines = text.split('\n')
  const torn = lines.pop() ?? ''
  return { lines, torn }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

// `,"sha256":"` and `"}` about 64 digits, at the very end.
const SEAL = /,"sha256":"([\da-f]{64})"\}$/
const PREV = /"prev":(?:null|"[\da-f]{64}")/

/** What version 1 says that a line must carry: the SHA-256 of its text without that member. */
export const hashV1 = (line: string): string => hashOf(line.replace(SEAL, '}'))

/** The hash that a line carries. */
export const carriedHash = (line: string): string | undefined => SEAL.exec(line)?.[1]

/** A journal file with its lines changed, chained anew as version 1 chains them. What was torn stays torn. */
export function rechained(text: string, change: (line: string, i: number) => string): string {
  const { lines, torn } = wholeLines(text)
  let prev = 'null'
  const chained = lines.map((line, i) => {
    const open = change(line, i).replace(SEAL, '}').replace(PREV, `"prev":${prev}`)
    const hash = hashOf(open)
    prev = `"${hash}"`
    return `${open.slice(0, -1)},"sha256":"${hash}"}\n`
  })
  return chained.join('') + (torn && change(torn, lines.length))
}

/** The rows before a case's first run, with what differs. */
function rowsWith({ before }: OldCase, { rows }: Pick<Difference, 'rows'>): SandboxRow[] {
  return before.rows.map((row) => ({ ...row, ...rows[String(row['server_id'])] }) as SandboxRow)
}

/** A sandbox to start: as it stood before the first run, or right after the last one was written. */
export function sandboxOf(old: OldCase, at: 'before' | 'now'): SandboxOptions {
  const { signIns, ...options } = old.sandbox
  const kept = at === 'before' && signIns !== undefined ? { signIns } : {}
  return { ...options, ...kept, servers: rowsWith(old, at === 'now' ? old.now : { rows: {} }) }
}

/** Where a case is put in place. */
export interface Site {
  readonly sandbox: { readonly url: string }
  readonly folder: string
  readonly journal: string
}

/** Writes a case's journal and files as a run on this site would have left them. `edit` changes its lines before. */
export async function putInPlace(
  old: OldCase,
  { sandbox, folder, journal }: Site,
  edit: (line: string, i: number) => string = (line) => line,
): Promise<void> {
  const moved = (line: string): string =>
    line.replaceAll(old.gateway, sandbox.url).replaceAll(old.folder, folder)
  await mkdir(journal, { mode: 0o700 })
  for (const [name, text] of Object.entries(old.journal))
    await writeFile(
      join(journal, name),
      rechained(text, (line, i) => edit(moved(line), i)),
      { mode: 0o600 },
    )
  for (const name of Object.keys(old.before.files))
    await writeFile(join(folder, name), await readFile(join(KEPT, old.name, name)))
}

/** A change as the beginning of a run has it. */
export interface PlannedChange {
  id: string
  edits: unknown
  settings: unknown
  fields: Record<string, string>
}

/** The changes of a journal's first run. */
export function startedIn(journal: OldCase['journal']): PlannedChange[] {
  const [text = ''] = Object.values(journal)
  const { changes } = JSON.parse(text.slice(0, text.indexOf('\n'))) as { changes: PlannedChange[] }
  return changes.map(({ id, edits, settings, fields }) => ({ id, edits, settings, fields }))
}

type Row = Record<string, unknown>

const unstamped = ({ updated_at: _at, updated_by: _by, ...row }: Row): Row => row

/** In what rows and files differ from what a run was to leave of them, in words; empty where in nothing. */
export async function unlike(
  old: OldCase,
  { sandbox, folder }: Site & { readonly sandbox: { rows(): SandboxRow[] } },
  wanted: Difference,
): Promise<string[]> {
  // Through a sandbox of its own: it may have learned of columns since.
  const model = await startSandbox({ ...sandboxOf(old, 'before'), servers: rowsWith(old, wanted) })
  const should = new Map(model.rows().map((row) => [row.server_id, unstamped(row)]))
  await model.close()
  const found = sandbox.rows().map(unstamped)
  const rows = found.flatMap((row) => {
    const own: Row = should.get(String(row['server_id'])) ?? {}
    return Object.keys({ ...own, ...row })
      .filter((column) => !isDeepStrictEqual(row[column], own[column]))
      .map((column) => `${String(row['server_id'])}.${column}: ${JSON.stringify(row[column])}`)
  })
  const files = { ...old.before.files, ...wanted.files }
  const texts = Object.entries(files).map(async ([name, text]) => {
    const now = await readFile(join(folder, name), 'utf8')
    return now === text ? [] : [`${name}: ${now}`]
  })
  const missing = found.length === should.size ? [] : [`${found.length} rows, not ${should.size}`]
  return [...missing, ...rows, ...(await Promise.all(texts)).flat()]
}
