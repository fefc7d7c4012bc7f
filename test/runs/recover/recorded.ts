import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { assembleChange } from '../../../src/core/plan/assemble-change.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import type { Outcome } from '../../../src/core/run/outcome.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { hashesOf } from '../../../src/core/record/held.ts'
import type { ServerRecord } from '../../../src/core/record/server.ts'
import { FileJournal } from '../../../src/journal/file-journal.ts'
import type { RecordedRun } from '../../../src/journal/fold.ts'
import type { IntentPurpose, JournalEvent, RunStarted } from '../../../src/journal/records.ts'
import { temporaryFolder } from '../../support/cli.ts'

/** What LiteLLM 1.106.2 does, in whose journals these runs are. */
export const { era: ERA } = eraOf('1.106.2')

export const OLD = 'http://localhost:8585/servers/'
export const NEW = 'http://mcp-proxy-sse:8080/servers/'

/** A server's record at its old URL. */
export const recordOf = (name: string, more: Partial<ServerRecord> = {}): ServerRecord => ({
  server_id: `id-${name}`,
  server_name: name,
  alias: name,
  url: `${OLD}${name}/sse`,
  transport: 'sse',
  ...more,
})

/** The change that moves a server from its old URL to the new one. */
export function changeOf(record: ServerRecord): Change {
  const { server_id: id, server_name: name = null, alias = null, url } = record
  const edits = [{ field: 'url', before: url ?? null, after: url?.replace(OLD, NEW) ?? null }]
  const server = { id, name, alias, source: 'database' as const }
  return assembleChange(record, server, 'to-the-sse-proxy', edits, { era: ERA, signIns: 0 })
}

/** What the journal says of a change besides that it was meant: each event in its turn. */
export type Told = IntentPurpose | Outcome

const event = (told: Told, { id, fields, settings }: Change): JournalEvent =>
  told === 'change' || told === 'restore' || told === 'repair' || told === 'take-back'
    ? {
        type: 'intent',
        change: id,
        purpose: told,
        writes: ['url'],
        fields: { ...hashesOf(fields) },
        settings,
      }
    : { type: 'outcome', change: id, outcome: told, collateral: [], error: null }

/** A run to record. `told`: what is recorded of each of its changes, in turn; nothing of those that it does not name. */
export interface Story {
  id: string
  url: string
  changes: readonly Change[]
  told: readonly (readonly Told[])[]
  reverts?: string
  /** Has it an end? */
  ended?: boolean
}

/** Records a run as it would have been, and returns it as the journal reads it. */
export async function recordRun(
  journal: FileJournal,
  { id, url, changes, told, reverts, ended }: Story,
): Promise<RecordedRun> {
  const started: RunStarted = {
    type: 'run-started',
    run: id,
    tool: 'test',
    user: 'somebody',
    host: 'somewhere',
    pid: 1,
    gateway: { url, version: '1.106.2' },
    account: 'master key',
    reverts: reverts ?? null,
    migrations: [],
    servers: changes.length,
    tools: {},
    changes: [...changes],
  }
  await journal.requireWritable()
  // Two runs of one millisecond are in no order.
  const now = Date.now()
  while (Date.now() === now) await setImmediate()
  const recorder = journal.begin(started)
  for (const [i, change] of changes.entries())
    for (const each of told[i] ?? []) await recorder.record(event(each, change))
  if (ended) await recorder.finish({ type: 'run-finished', halted: null })
  return readRun(journal, id)
}

/** A run as the journal holds it now. */
export async function readRun(journal: FileJournal, id: string): Promise<RecordedRun> {
  const run = (await journal.runs()).runs.find((each) => each.id === id)
  if (!run) throw new Error(`the journal has no run ${id}`)
  return run
}

/** An empty journal of its own. */
export async function newJournal(): Promise<FileJournal> {
  return new FileJournal(join(await temporaryFolder(), 'journal'))
}

/** The file of a run. */
export const fileOf = (journal: FileJournal, id: string): string => join(journal.location, `${id}.jsonl`)

/** Changes a run's file so that it cannot be read any more. */
export async function damage(journal: FileJournal, id: string): Promise<void> {
  const text = await readFile(fileOf(journal, id), 'utf8')
  await writeFile(fileOf(journal, id), text.replace('"somebody"', '"nobody"'))
}
