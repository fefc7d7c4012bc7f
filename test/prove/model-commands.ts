import fc from 'fast-check'
import { expect } from 'vitest'
import type { Rows } from './kill-grounds.ts'
import {
  type Came,
  type Edit,
  fieldsOf,
  type Id,
  IDS,
  isOld,
  type Meanwhile,
  newUrl,
  type World,
} from './model-world.ts'

/** What a run did to a server, as the rows before and after it show. */
interface Effect {
  before: unknown
  after: unknown
  /** Nobody can say whether it has to be. */
  mayBe?: true
}

/** A run as somebody saw it who knows the gateway only. */
interface ModelRun {
  id: string
  reverts: string | null
  unfinished: boolean
  effects: Map<Id, Effect>
  /** What it set out to do. */
  intended: Map<Id, Effect>
  /** Did it die, or somebody edit a server meanwhile? */
  disturbed: boolean
  /**
   * What it may have written before it was disturbed, and somebody else wrote since: whose it is nobody can tell who looks at
   * the gateway. Taking the run back may take it for its own.
   */
  doubtful: Map<Id, Effect>
}

/** What somebody knows who looks at the gateway, and at nothing that the program says. */
export interface Model {
  rows: Rows
  readonly first: Rows
  readonly runs: ModelRun[]
  /** Servers that were edited by somebody else. */
  readonly edited: Set<Id>
  /** Figures. */
  readonly seen: { invocations: number; deaths: number; edits: number }
}

/** A model of gateway rows that nobody has touched. */
export function freshModel(rows: Rows, seen: Model['seen']): Model {
  return { rows, first: rows, runs: [], edited: new Set(), seen }
}

const urlOf = (rows: Rows, id: Id): unknown => rows[id]?.['url']

const withoutUrl = ({ url: _url, ...rest }: Rows[string] = {}): object => rest

const newestUnfinished = ({ runs }: Model): ModelRun | undefined =>
  runs.findLast(({ unfinished }) => unfinished)

/** The moves that an invocation may make, by server: what it may turn from what. */
type Moves = Map<Id, Effect>

const reversed = (moves: Moves): Moves =>
  new Map(
    [...moves].map(([id, { before, after, ...rest }]) => [id, { before: after, after: before, ...rest }]),
  )

const reversalOf = ({ effects }: ModelRun): Moves => reversed(effects)

/** What taking a run back may do. */
const wayBack = (run: ModelRun): Moves => new Map([...reversed(run.doubtful), ...reversalOf(run)])

/** The rows after an invocation, against what it may have done; `exact` where nothing disturbed it. */
function checkRows(model: Model, now: Rows, moves: Moves, came: Came, exact: boolean): void {
  for (const id of IDS) {
    const [was, is] = [urlOf(model.rows, id), urlOf(now, id)]
    const theirs = came.edited?.id === id ? came.edited.fields : {}
    expect(withoutUrl(now[id]), `columns of ${id}`).toEqual(withoutUrl({ ...model.rows[id], ...theirs }))
    const move = moves.get(id)
    const moved = move && move.before === was ? [move.after] : []
    const hasTo = exact && moved.length > 0 && !move?.mayBe
    const allowed = 'url' in theirs ? [theirs['url']] : hasTo ? moved : [was, ...moved]
    expect(allowed, `URL of ${id}`).toContain(is)
  }
}

/** Each outcome in the report, against the rows. */
function checkReport({ output, edited }: Came, now: Rows): void {
  const document = JSON.parse(/^\{[\s\S]*\}$/m.exec(output)?.[0] ?? '{}') as {
    changes?: { server: { id: Id }; outcome: string; edits: { before: string; after: string }[] }[]
  }
  for (const { server, outcome, edits } of document.changes ?? []) {
    if (edited?.id === server.id) continue
    const is = urlOf(now, server.id)
    if (outcome === 'applied') expect(is, `${server.id} is said to be applied`).toBe(edits[0]?.after)
    if (outcome === 'not-applied' || outcome === 'failed')
      expect(is, `${server.id} is said to be ${outcome}`).toBe(edits[0]?.before)
    expect(outcome).not.toBe('unknown')
  }
}

const changesBetween = (before: Rows, now: Rows, moves: Moves): Map<Id, Effect> =>
  new Map(
    IDS.flatMap((id) => {
      const [was, is] = [urlOf(before, id), urlOf(now, id)]
      return was !== is && moves.get(id)?.after === is ? [[id, { before: was, after: is }] as const] : []
    }),
  )

/** Takes over what an invocation left behind. `ongoing`: the run under whose id it went on. */
async function takeOver(
  model: Model,
  world: World,
  came: Came,
  moves: Moves,
  ongoing: ModelRun | null,
): Promise<void> {
  const now = await world.rows()
  const effects = changesBetween(model.rows, now, moves)
  const recorded = await world.runs()
  for (const run of model.runs) run.unfinished = recorded.find(({ id }) => id === run.id)?.unfinished ?? true
  const fresh = recorded.filter(({ id }) => !model.runs.some((run) => run.id === id))
  expect(fresh.length, 'runs that were begun').toBeLessThanOrEqual(1)
  expect(ongoing === null || fresh.length === 0, 'a finished run has its own id').toBe(true)
  const disturbed = came.died || came.edited !== null
  for (const run of fresh)
    model.runs.push({ ...run, effects, intended: moves, disturbed, doubtful: new Map() })
  if (ongoing) {
    ongoing.disturbed ||= disturbed
    for (const [id, effect] of effects) ongoing.effects.set(id, effect)
  }
  if (effects.size > 0 && !ongoing) expect(fresh, 'what was written is in the journal').toHaveLength(1)
  if (!came.died) expect(fresh.filter(({ unfinished }) => unfinished)).toEqual([])
  if (came.edited) model.edited.add(came.edited.id)
  model.rows = now
}

/** What may disturb an invocation. */
export interface Disturbance {
  /** The boundary at which it dies; beyond the last one it lives. */
  dieAt: number
  meanwhile: Meanwhile | null
}

async function doRun(
  model: Model,
  world: World,
  args: readonly string[],
  { dieAt, meanwhile }: Disturbance,
  moves: Moves,
  ongoing: ModelRun | null = null,
): Promise<Came> {
  const came = await world.invoke(args, dieAt, meanwhile)
  model.seen.invocations += 1
  if (came.died) model.seen.deaths += 1
  if (came.edited) model.seen.edits += 1
  const now = await world.rows()
  checkRows(model, now, moves, came, !came.died && came.edited === null)
  if (!came.died) checkReport(came, now)
  await takeOver(model, world, came, moves, ongoing)
  return came
}

/** With a run that has no end nothing else is begun. */
async function expectRefusal(model: Model, world: World, args: readonly string[]): Promise<void> {
  const came = await doRun(
    model,
    world,
    args,
    { dieAt: Number.POSITIVE_INFINITY, meanwhile: null },
    new Map(),
  )
  expect(came.code, came.output).toBe(3)
}

type Command = fc.AsyncCommand<Model, World>

class Migrate implements Command {
  readonly only: readonly Id[]
  readonly disturbance: Disturbance

  constructor(only: readonly Id[], disturbance: Disturbance) {
    this.only = only
    this.disturbance = disturbance
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    const args = this.only.flatMap((id) => ['--only', id])
    if (newestUnfinished(model)) return expectRefusal(model, world, args)
    const meant = IDS.filter((id) => this.only.includes(id) && isOld(urlOf(model.rows, id)))
    const moves = new Map(
      meant.map((id) => {
        const before = urlOf(model.rows, id)
        return [id, { before, after: newUrl(String(before)) }] as const
      }),
    )
    const came = await doRun(model, world, args, this.disturbance, moves)
    if (!came.died && !came.edited) expect(came.code, came.output).toBe(0)
  }

  toString(): string {
    return `migrate(${this.only.join(' ')}; ${JSON.stringify(this.disturbance)})`
  }
}

class Revert implements Command {
  readonly which: number
  readonly disturbance: Disturbance

  constructor(which: number, disturbance: Disturbance) {
    this.which = which
    this.disturbance = disturbance
  }

  check({ runs }: Readonly<Model>): boolean {
    return runs.length > 0
  }

  async run(model: Model, world: World): Promise<void> {
    const run = model.runs[this.which % model.runs.length]
    if (!run) return
    const newest = newestUnfinished(model)
    if (newest && newest !== run) return expectRefusal(model, world, ['--revert', run.id])
    const came = await doRun(model, world, ['--revert', run.id], this.disturbance, wayBack(run))
    if (!came.died && !came.edited) expect(run.unfinished, 'what was taken back has its end').toBe(false)
  }

  toString(): string {
    return `revert(${this.which}; ${JSON.stringify(this.disturbance)})`
  }
}

class Recover implements Command {
  readonly way: 'finish' | 'revert'
  readonly disturbance: Disturbance

  constructor(way: 'finish' | 'revert', disturbance: Disturbance) {
    this.way = way
    this.disturbance = disturbance
  }

  check(model: Readonly<Model>): boolean {
    return newestUnfinished(model) !== undefined
  }

  async run(model: Model, world: World): Promise<void> {
    const run = newestUnfinished(model)
    if (!run) return
    const back = this.way === 'revert'
    const moves = back ? wayBack(run) : run.intended
    // Somebody's edit to another field keeps a run from being finished there, and may stop it.
    const disturbed = IDS.some((id) => model.edited.has(id))
    const disturbance = this.disturbance
    const came =
      disturbed && !back
        ? await carryOutLoosely(model, world, ['--unfinished', this.way], disturbance, moves, run)
        : await doRun(model, world, ['--unfinished', this.way], disturbance, moves, back ? null : run)
    if (came.died || came.edited) return
    expect(run.unfinished, 'what was recovered has its end').toBe(false)
    if (!disturbed) expect(came.code, came.output).toBe(0)
  }

  toString(): string {
    return `recover(${this.way}; ${JSON.stringify(this.disturbance)})`
  }
}

async function carryOutLoosely(
  model: Model,
  world: World,
  args: readonly string[],
  { dieAt, meanwhile }: Disturbance,
  moves: Moves,
  ongoing: ModelRun,
): Promise<Came> {
  const came = await world.invoke(args, dieAt, meanwhile)
  model.seen.invocations += 1
  const now = await world.rows()
  checkRows(model, now, moves, came, false)
  if (!came.died) checkReport(came, now)
  await takeOver(model, world, came, moves, ongoing)
  return came
}

class OutsideEdit implements Command {
  readonly edit: Edit

  constructor(edit: Edit) {
    this.edit = edit
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    await world.edit(this.edit.id, fieldsOf(this.edit))
    model.edited.add(this.edit.id)
    model.seen.edits += 1
    model.rows = await world.rows()
    this.raiseDoubts(model)
  }

  private raiseDoubts({ runs, rows }: Model): void {
    const { id } = this.edit
    for (const { disturbed, effects, intended, doubtful } of runs) {
      const meant = intended.get(id)
      if (meant && disturbed && !effects.has(id) && urlOf(rows, id) === meant.after)
        doubtful.set(id, { ...meant, mayBe: true })
    }
  }

  toString(): string {
    return `edit(${this.edit.id} ${this.edit.kind})`
  }
}

/** After everything: every run is taken back, newest first, and whoever was left in peace stands where they began. */
export async function takeAllBack(model: Model, world: World): Promise<void> {
  const calm = { dieAt: Number.POSITIVE_INFINITY, meanwhile: null }
  for (let run = newestUnfinished(model); run; run = newestUnfinished(model))
    await new Recover('revert', calm).run(model, world)
  for (const { id } of model.runs.toReversed())
    await new Revert(
      model.runs.findIndex((run) => run.id === id),
      calm,
    ).run(model, world)
  for (const id of IDS) if (!model.edited.has(id)) expect(model.rows[id], id).toEqual(model.first[id])
}

const id = fc.constantFrom(...IDS)
const edit = fc.record({ id, kind: fc.constantFrom('elsewhere', 'old', 'groups') })
const disturbance = fc.record({
  dieAt: fc.oneof(
    fc.constant(Number.POSITIVE_INFINITY),
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 25, max: 75 }),
  ),
  meanwhile: fc.option(
    fc.record({ id, kind: fc.constantFrom('elsewhere', 'groups'), at: fc.integer({ min: 1, max: 20 }) }),
    {
      freq: 3,
    },
  ),
}) as fc.Arbitrary<Disturbance>

/** Any interleaving of migrations, whole and in part, edits by others, deaths, reverts and recoveries. */
export const commands = fc.commands<Model, World, false>(
  [
    fc
      .tuple(fc.subarray([...IDS], { minLength: 1 }), disturbance)
      .map(([only, what]) => new Migrate(only, what)),
    fc.tuple(fc.nat(9), disturbance).map(([which, what]) => new Revert(which, what)),
    fc.tuple(fc.constantFrom('finish', 'revert'), disturbance).map(([way, what]) => new Recover(way, what)),
    (edit as fc.Arbitrary<Edit>).map((what) => new OutsideEdit(what)),
  ],
  { size: 'large', maxCommands: 14 },
)
