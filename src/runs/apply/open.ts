import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { type Change } from '../../core/plan/change.ts'
import { type Plan, readyChanges } from '../../core/plan/plan.ts'
import { nextOrdinal } from '../../core/run/order.ts'
import { readableRuns } from '../../journal/damage.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { Journal, RunRecorder } from '../../journal/port.ts'
import { userName } from '../../journal/lock/process-identity.ts'
import type { RunStarted } from '../../journal/records.ts'

/** A new run's id: its second in UTC, which sorts, and 24 random bits. */
function newRunId(now: Date): string {
  const second = now.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
  return `${second}-${randomBytes(3).toString('hex')}`
}

/** What the servers that will be changed listed before. */
function toolsOf(changes: readonly Change[], { tools }: Plan): RunStarted['tools'] {
  const ids = new Set(changes.map(({ server }) => server.id))
  return Object.fromEntries(Object.entries(tools).filter(([id]) => ids.has(id)))
}

function startOf(
  plan: Plan,
  { id, ordinal, tool }: { id: string; ordinal: number; tool: string },
): RunStarted {
  const changes = readyChanges(plan)
  return {
    type: 'run-started',
    run: id,
    tool,
    user: userName(),
    host: hostname(),
    pid: process.pid,
    gateway: { url: plan.gateway.url, version: plan.gateway.version },
    account: plan.gateway.account,
    reverts: plan.reverts,
    ordinal,
    migrations: plan.migrations,
    servers: plan.summary.servers,
    changes,
    tools: toolsOf(changes, plan),
  }
}

/** A run that is open in the journal. `startedAt` is ISO 8601. */
interface OpenRun {
  recorder: RunRecorder
  id: string
  startedAt: string
}

/**
 * Opens a run in the journal: a new one, or `unfinished` at its end. `tool`: name and version of this program. Throws
 * `journal-damaged` or `journal-unwritable` where a run cannot be taken up.
 */
export async function openRun(
  plan: Plan,
  { journal, tool }: { journal: Journal; tool: string },
  unfinished: RecordedRun | null,
): Promise<OpenRun> {
  const now = new Date()
  if (unfinished) {
    const { id, startedAt } = unfinished
    return { recorder: await journal.resume(unfinished), id, startedAt }
  }
  const id = newRunId(now)
  const { runs, problems } = await readableRuns(journal)
  const ordinal = nextOrdinal(runs, problems.length)
  return { recorder: journal.begin(startOf(plan, { id, ordinal, tool })), id, startedAt: now.toISOString() }
}
