import { readFileSync } from 'node:fs'
import { renderReview } from '../../../src/cli/render/plan/review.ts'
import { painter } from '../../../src/cli/terminal/colour.ts'
import { assemblePlan } from '../../../src/core/plan/forward/forward.ts'
import { entryOf } from '../../../src/core/plan/forward/inventory.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { listedServer, serverRecord } from '../../../src/core/record/server.ts'
import { readableRuns } from '../../../src/journal/damage.ts'
import { FileJournal } from '../../../src/journal/file-journal.ts'
import { Mismeasured } from '../figure.ts'
import { WAY } from './fleet.ts'
import { adHocRules } from '../../support/rules.ts'

const VERSION = '1.106.2'
const GATEWAY = { url: 'http://gateway.test:4000', version: VERSION, account: 'master key' }
const RULES = adHocRules(WAY.from, WAY.to)

/** The plan for a list of servers, each of which was read. */
function planFor(list: readonly unknown[]): Plan {
  const { era } = eraOf(VERSION)
  const entries = list.map((raw) => {
    const reading = { kind: 'record', record: serverRecord.parse(raw), source: 'database' } as const
    return entryOf(listedServer.parse(raw), { reading, signIns: null }, era)
  })
  return assemblePlan({
    createdAt: new Date().toISOString(),
    gateway: GATEWAY,
    ruleSet: RULES,
    inventory: { entries, suspicion: null, gone: [], recalled: new Set(), files: [], startFaults: [] },
    selected: new Set(entries.map(({ listed }) => listed.server_id)),
    accepted: [],
  })
}

const listIn = (file: string): unknown[] => JSON.parse(readFileSync(file, 'utf8')) as unknown[]

/** Plans, and renders the plan both ways. Returns the milliseconds. */
function plan(file: string): number {
  const list = listIn(file)
  const look = { width: 100, paint: painter(false), colour: false, verbose: false }
  const own = (): string => 'mcp-url-migrate'
  const began = performance.now()
  const made = planFor(list)
  const proposal = {
    plan: made,
    purpose: { kind: 'migration', ruleSet: RULES },
    seen: new Map<string, never>(),
  } as const
  const texts = [false, true].map((asDiff) => renderReview(proposal, { own, look, asDiff }))
  const ended = performance.now()
  const shown = (texts[1] ?? '').split('\n').filter((line) => line.includes(`+ `)).length
  if (made.changes.length !== list.length || shown < list.length)
    throw new Mismeasured(
      `${made.changes.length} of ${list.length} servers are in the plan, and ${shown} shown`,
    )
  return ended - began
}

/** Records a run that moved all servers of a list. Returns how many. */
async function record(file: string, folder: string): Promise<number> {
  const { changes } = planFor(listIn(file))
  const journal = new FileJournal(folder)
  await journal.requireWritable()
  const recorder = journal.begin({
    type: 'run-started',
    run: '20261127-000000-000-aaaa',
    tool: 'bench',
    user: 'bench',
    host: 'bench',
    pid: 1,
    gateway: GATEWAY,
    account: GATEWAY.account,
    reverts: null,
    migrations: [],
    servers: changes.length,
    tools: {},
    changes,
  })
  for (const { id: change } of changes) {
    // Of a record that is as planned, an intent holds no hashes.
    recorder.note({ type: 'intent', change, purpose: 'change', writes: ['url'], fields: {} })
    recorder.note({ type: 'outcome', change, outcome: 'applied', collateral: [], error: null })
  }
  await recorder.record({ type: 'run-finished', halted: null })
  return changes.length
}

/** Reads a journal, as `history` and a revert do: each line is verified, and its run folded. Returns the milliseconds. */
async function read(folder: string): Promise<number> {
  const journal = new FileJournal(folder)
  const began = performance.now()
  const { runs, problems } = await readableRuns(journal)
  const ended = performance.now()
  const [run] = runs
  if (problems.length > 0 || !run?.changes.every(({ outcome }) => outcome === 'applied'))
    throw new Mismeasured(`the journal in ${folder} does not read as it was written`)
  return ended - began
}

/** What the bench does in a process of its own, by name: each with a list of servers, and a folder for a journal. */
const PIECES = {
  plan: (list: string) => plan(list),
  record,
  read: (_list: string, folder: string) => read(folder),
} as const
export type Piece = keyof typeof PIECES

/** The first argument of the bench where it is to do a piece alone. */
export const INSIDE = 'inside'

/** Does a piece, and prints its number. */
export async function inside([name = '', list = '', folder = '']: readonly string[]): Promise<void> {
  process.stdout.write(String(await PIECES[name as Piece](list, folder)))
}
