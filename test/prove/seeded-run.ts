import { rm } from 'node:fs/promises'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Sightings } from '../../src/core/record/sighting.ts'
import type { RunReport } from '../../src/core/run/report.ts'
import { LiteLlmGateway } from '../../src/gateway/servers/litellm.ts'
import { type Sandbox, type SandboxRow, startSandbox } from '../../src/sandbox/index.ts'
import { FileJournal } from '../../src/journal/file-journal.ts'
import type { RecordedRun } from '../../src/journal/fold.ts'
import { NO_FILES } from '../../src/core/config/move/configuration.ts'
import { makePlan } from '../../src/runs/plan/forward.ts'
import { planReversal } from '../../src/runs/plan/back.ts'
import { doRun } from '../../src/runs/apply/run.ts'
import { guideServer } from '../support/trial.ts'
import { temporaryFolder } from '../support/cli.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { type Conditions, conditionsOf, PATIENCE_MS, TIMEOUT_MS } from './faults.ts'
import { Redactor } from '../../src/core/show/secrets/redactor.ts'
import { Gate } from '../../src/gateway/http/pace.ts'
import { defaultRules } from '../support/rules.ts'

/** A plan, and how its servers were seen when it was made. */
interface Planned {
  plan: Plan
  seen: Sightings
}

/** What a seed's run came to: figures, and what was not as it was reported. */
export interface Seeded {
  outcomes: string[]
  faults: number
  requests: number
  problems: string[]
  log: readonly string[]
}

const SERVERS = ['fetch', 'n8n', 'postgres', 'playwright'].map((name) =>
  guideServer(name, { mcp_access_groups: ['kept'], description: `The ${name}` }),
)

const withoutStamps = (row: SandboxRow): string => {
  const { url: _url, updated_at: _at, updated_by: _by, ...rest } = row
  return JSON.stringify(rest)
}

const urlsOf = (rows: readonly SandboxRow[]): Map<string, unknown> =>
  new Map(rows.map((row) => [row.server_id, row['url']]))

/** The gateway as the tool sees it, with the patience of these runs where faults are to be met. */
function gatewayAt(url: string, { masterKey, version }: Sandbox, timeoutMs = 30_000): LiteLlmGateway {
  const endpoint = {
    url,
    key: masterKey,
    keyHeader: 'authorization',
    timeoutSeconds: timeoutMs / 1000,
    trouble: { since: null },
    gate: new Gate(),
    redactor: new Redactor(),
    headers: {},
  }
  return new LiteLlmGateway(endpoint, { url, version, account: 'master key' })
}

/** A seed's own gateway, with the faults before it, and a journal. */
class Scene {
  readonly problems: string[] = []
  readonly #conditions: Conditions
  readonly #sandbox: Sandbox
  readonly #proxy: FaultProxy
  readonly #journal: FileJournal
  readonly #first: readonly SandboxRow[]
  /** What the last revert said of each server. */
  readonly #told = new Map<string, string>()

  constructor(conditions: Conditions, sandbox: Sandbox, proxy: FaultProxy, folder: string) {
    this.#conditions = conditions
    this.#sandbox = sandbox
    this.#proxy = proxy
    this.#journal = new FileJournal(folder)
    this.#first = sandbox.rows()
  }

  plan(): Promise<Planned> {
    const around = { gateway: gatewayAt(this.#sandbox.url, this.#sandbox), journal: this.#journal }
    const scope = { only: [], except: [], configuration: NO_FILES, thorough: false, accept: [] }
    return defaultRules().then((ruleSet) => makePlan(ruleSet, around, scope, () => {}))
  }

  /** Carries out a plan through the proxy, and compares what is reported with what is there once all is quiet. */
  async doRun({ plan, seen }: Planned, timeoutMs = TIMEOUT_MS): Promise<RunReport> {
    const report = await doRun(plan, {
      seen,
      gateway: gatewayAt(this.#proxy.url, this.#sandbox, timeoutMs),
      journal: this.#journal,
      tool: 'prove',
      patienceMs: PATIENCE_MS,
      onFailure: this.#conditions.onFailure,
      canary: false,
      onEvent: () => {},
      onWrite: () => {},
      onFault: (error) => {
        throw error
      },
      stopRequested: () => null,
    })
    await this.#proxy.quiet()
    this.#compare(report)
    await this.#compareJournal(report)
    return report
  }

  #compare({ changes }: RunReport): void {
    const rows = urlsOf(this.#sandbox.rows())
    for (const { server, outcome, edits, collateral } of changes) {
      const [edit] = edits
      const is = rows.get(server.id)
      const should =
        outcome === 'applied'
          ? [edit?.after]
          : outcome === 'unknown'
            ? [edit?.before, edit?.after]
            : [edit?.before]
      if (!should.includes(is as string))
        this.problems.push(`${server.id} is told as ${outcome}, and holds ${String(is)}`)
      if (collateral.length > 0) this.problems.push(`${server.id}: collateral that nobody caused`)
    }
    this.#sandbox.rows().forEach((row, i) => {
      const first = this.#first[i]
      if (!first || withoutStamps(row) !== withoutStamps(first))
        this.problems.push(`${row.server_id}: another column changed`)
    })
  }

  async #compareJournal({ run, changes }: RunReport): Promise<void> {
    if (!run) return
    const recorded = (await this.recorded()).find(({ id }) => id === run.id)
    const told = changes.map(({ outcome }) => outcome)
    const kept = recorded?.changes.map(({ outcome }) => outcome)
    if (String(told) !== String(kept)) this.problems.push(`told ${String(told)}, recorded ${String(kept)}`)
  }

  async recorded(): Promise<RecordedRun[]> {
    const { runs, problems } = await this.#journal.runs()
    this.problems.push(...problems.map(({ message }) => message))
    return runs
  }

  /** Takes a run back, through the faults where `troubled`. */
  async takeBack(run: RecordedRun, troubled: boolean): Promise<void> {
    const selection = { only: [], except: [] }
    const others = { earlier: [], inForce: [] }
    const scope = { run, named: {}, ...others, selection, accepted: [], createdAt: '', onRead: () => {} }
    if (!troubled) this.#proxy.calm()
    const planned = await planReversal(gatewayAt(this.#sandbox.url, this.#sandbox), scope)
    const { plan } = planned
    for (const { server, message } of plan.skipped) this.#told.set(server.id, message)
    if (plan.changes.length === 0) return
    const report = await this.doRun(planned, troubled ? TIMEOUT_MS : 30_000)
    for (const { server, outcome, error } of report.changes)
      this.#told.set(server.id, `${outcome} (${String(error)}; the run: ${String(report.halted)})`)
  }

  /** Every server stands where it began. */
  requireBeginning(): void {
    const rows = urlsOf(this.#sandbox.rows())
    for (const [id, url] of urlsOf(this.#first))
      if (rows.get(id) !== url)
        this.problems.push(`${id} was not taken back: ${String(rows.get(id))}, ${String(this.#told.get(id))}`)
  }
}

async function play(scene: Scene, { troubledRevert }: Conditions): Promise<string[]> {
  const { changes, run } = await scene.doRun(await scene.plan())
  const mine = run && (await scene.recorded()).find(({ id }) => id === run.id)
  if (mine && troubledRevert) await scene.takeBack(mine, true)
  // Whatever the troubled one took back or not: a calm one takes back the rest.
  if (mine) await scene.takeBack(mine, false)
  scene.requireBeginning()
  return changes.map(({ outcome }) => outcome)
}

/** Plays one seed on a gateway and a journal of its own. */
export async function playSeed(seed: number): Promise<Seeded> {
  const conditions = conditionsOf(seed)
  const sandbox = await startSandbox({ servers: SERVERS, version: conditions.version })
  const proxy = await startFaultProxy(sandbox.url, conditions.decide)
  const folder = await temporaryFolder()
  const scene = new Scene(conditions, sandbox, proxy, folder)
  try {
    const outcomes = await play(scene, conditions)
    const { log } = proxy
    const faults = log.filter((line) => !line.endsWith(' pass')).length
    return { outcomes, faults, requests: log.length, problems: scene.problems, log }
  } finally {
    await proxy.close()
    await sandbox.close()
    await rm(folder, { recursive: true, force: true })
  }
}
