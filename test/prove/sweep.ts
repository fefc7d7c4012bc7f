import { isDeepStrictEqual } from 'node:util'
import type { RecordedRun } from '../../src/journal/fold.ts'
import { FileJournal } from '../../src/journal/file-journal.ts'
import type { Rows } from './kill-grounds.ts'
import { isOptional, killedAt, type Lane, restore, type State, stateOf } from './kill-program.ts'
import { invoke } from './kill-recovery.ts'

/** The two ways out of a run that has no end. */
export const WAYS = ['finish', 'revert'] as const
export type Way = (typeof WAYS)[number]

/** What `--unfinished` is called with: nothing is under way any more where a test recovers. */
export const recovery = (way: Way): string[] => [
  '--unfinished',
  way,
  '--yes',
  '--no-wait',
  '--patience',
  '0.2',
]

/** What a program is killed in, over and over, and what the gateway must hold once it is recovered. */
export interface Course {
  readonly name: string
  readonly start: State
  readonly args: readonly string[]
  /** The rows that each way must lead to. */
  readonly goals: Readonly<Record<Way, Rows>>
}

/** How much was killed and recovered, and what came of it. */
export interface Tally {
  points: number
  /** Boundaries that a run was done without, as it may be. */
  absent: number
  recoveries: number
  servers: number
  lost: number
  unknown: number
}

/** Something that is not as it should be, with what it takes to see it again. */
export interface Finding {
  course: string
  point: string
  what: string
}

/** A tally of nothing yet. */
export const emptyTally = (): Tally => ({
  points: 0,
  absent: 0,
  recoveries: 0,
  servers: 0,
  lost: 0,
  unknown: 0,
})

const withoutStamps = ({ updated_at: _at, updated_by: _by, ...rest }: Rows[string]): object => rest
const withoutUrl = ({ url: _url, ...rest }: Rows[string]): Rows[string] => rest

/** Does a row hold what it should, whoever wrote it and when? */
const isSame = (row: Rows[string] = {}, wanted: Rows[string] = {}): boolean =>
  isDeepStrictEqual(withoutStamps(row), withoutStamps(wanted))

const runsIn = async ({ journal }: Lane): Promise<RecordedRun[]> => {
  const { runs, problems } = await new FileJournal(journal).runs()
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '))
  return runs
}

const unfinishedIn = (runs: readonly RecordedRun[]): RecordedRun[] =>
  runs.filter(({ finishedAt }) => finishedAt === null)

/** The URLs that the journal allows a server to have: the newest run that knows of it has the word. */
function allowedUrls(runs: readonly RecordedRun[], id: string): unknown[] | null {
  const changes = runs.flatMap((run) => run.changes).filter(({ change }) => change.server.id === id)
  const last = changes.findLast(({ outcome }) => outcome !== 'not-applied') ?? changes[0]
  const edit = last?.change.edits.find(({ field }) => field === 'url')
  if (!last || !edit) return null
  if (last.outcome === 'unsettled') return [edit.before, edit.after]
  return [last.outcome === 'applied' ? edit.after : edit.before]
}

/** What the gateway holds right after a kill, against what the journal says of it. */
function inconsistencies({ rows }: State, runs: readonly RecordedRun[], { start, goals }: Course): string[] {
  return Object.entries(start.rows).flatMap(([id, before]) => {
    const row = rows[id] ?? {}
    const urls = allowedUrls(runs, id) ?? [before['url']]
    const sides = [goals.finish[id]?.['url'], goals.revert[id]?.['url']]
    return [
      ...(urls.includes(row['url'])
        ? []
        : [`the journal allows ${id} ${urls.join(' or ')}, not ${String(row['url'])}`]),
      ...(sides.includes(row['url']) ? [] : [`${id} has a URL that nobody wrote: ${String(row['url'])}`]),
      ...(isSame(withoutUrl(row), withoutUrl(before))
        ? []
        : [`a column of ${id} changed that is not its URL`]),
    ]
  })
}

/** The servers that are not where they should be. */
const lostServers = (rows: Rows, goal: Rows): string[] =>
  Object.keys(goal).filter((id) => !isSame(rows[id], goal[id]))

/** One recovery under the eye of a tally: what it finds it says, and goes on. */
class Recovery {
  readonly problems: string[] = []
  readonly #lane: Lane
  readonly #course: Course
  readonly #tally: Tally

  constructor(lane: Lane, course: Course, tally: Tally) {
    this.#lane = lane
    this.#course = course
    this.#tally = tally
  }

  async #invoke(args: readonly string[]): Promise<void> {
    const { code, output } = await invoke(this.#lane, args)
    if (code !== 0) this.problems.push(`${args.join(' ')}: exit ${code}\n${output}`)
  }

  async #require(goal: Rows, when: string): Promise<void> {
    const lost = lostServers(await this.#lane.grounds.rows(), goal)
    this.#tally.servers += Object.keys(goal).length
    this.#tally.lost += lost.length
    if (lost.length > 0) this.problems.push(`${when}: not as they should be: ${lost.join(', ')}`)
  }

  async #requireSettled(expected: readonly string[], way: Way): Promise<void> {
    const runs = await runsIn(this.#lane)
    const open = runs
      .flatMap(({ changes }) => changes)
      .filter(({ outcome }) => /unknown|unsettled/.test(outcome))
    this.#tally.unknown += open.length
    const left = unfinishedIn(runs).map(({ id }) => id)
    if (open.length > 0 || left.length > 0)
      this.problems.push(`${open.length} changes are open, ${left.length} runs have no end`)
    const wanting = runs.filter(
      ({ id, changes }) => expected.includes(id) && changes.some(({ outcome }) => outcome !== 'applied'),
    )
    if (way === 'finish' && wanting.length > 0)
      this.problems.push('the run was not completed under its own id')
  }

  /** A later `--revert` must find its way; after a complete run it leads back. */
  async #requireWayBack(way: Way): Promise<void> {
    if (way === 'finish') {
      await this.#invoke(['--revert', '--yes', '--no-wait'])
      return this.#require(this.#course.goals.revert, 'after a later --revert')
    }
    const { code, output } = await invoke(this.#lane, ['--revert', '--yes', '--no-wait'])
    if (code === 3) this.problems.push(`a later --revert is refused\n${output}`)
  }

  /** Out of a state in which a run has no end. */
  async unfinished(way: Way, runs: readonly RecordedRun[]): Promise<void> {
    await this.#invoke(recovery(way))
    await this.#require(this.#course.goals[way], `after --unfinished ${way}`)
    await this.#requireSettled(
      unfinishedIn(runs).map(({ id }) => id),
      way,
    )
    await this.#requireWayBack(way)
  }

  /** Where every run has its end, or none was begun: the program simply does it now. */
  async settled(killed: State): Promise<void> {
    const { start, goals, args } = this.#course
    const isDone = lostServers(killed.rows, goals.finish).length === 0
    if (!isDone) {
      await this.#require(start.rows, 'right behind the kill')
      await this.#invoke(args)
    }
    await this.#require(goals.finish, isDone ? 'right behind the kill' : `after ${args.join(' ')}`)
    await this.#requireSettled([], 'finish')
    await this.#requireWayBack('finish')
  }
}

/** Recovers a state in one way, and returns what was wrong then. */
async function recover(lane: Lane, course: Course, killed: State, way: Way, tally: Tally): Promise<string[]> {
  await restore(lane, killed)
  const runs = await runsIn(lane)
  const attempt = new Recovery(lane, course, tally)
  await (unfinishedIn(runs).length > 0 ? attempt.unfinished(way, runs) : attempt.settled(killed))
  tally.recoveries += 1
  return attempt.problems.map((problem) => `${way}: ${problem}`)
}

/** Kills the program once. Returns what it left behind; `null` where it was done without that boundary, as it may be. */
async function kill(lane: Lane, course: Course, point: string): Promise<State | null> {
  await restore(lane, course.start)
  const { code, signal, output } = await killedAt(lane, course.args, point)
  if (code === 0 && isOptional(point)) return null
  if (signal !== 'SIGKILL') throw new Error(`it ended with ${code ?? signal}:\n${output}`)
  return stateOf(lane)
}

/** Kills the program at one boundary, compares gateway and journal, and recovers both ways. */
async function prove(lane: Lane, course: Course, point: string, tally: Tally): Promise<Finding[]> {
  const finding = (what: string): Finding => ({ course: course.name, point, what })
  try {
    const killed = await kill(lane, course, point)
    tally[killed ? 'points' : 'absent'] += 1
    if (!killed) return []
    const problems = inconsistencies(killed, await runsIn(lane), course)
    for (const way of WAYS) problems.push(...(await recover(lane, course, killed, way, tally)))
    return problems.map(finding)
  } catch (error) {
    return [finding(error instanceof Error ? error.message : String(error))]
  }
}

/** Proves these boundaries on several lanes side by side. Each lane has its own course, as its gateway has its own URL. */
export async function sweep(
  lanes: readonly { lane: Lane; course: Course }[],
  points: readonly string[],
): Promise<{ tally: Tally; findings: Finding[] }> {
  const [tally, findings, rest] = [emptyTally(), [] as Finding[], points.values()]
  const work = async ({ lane, course }: { lane: Lane; course: Course }): Promise<void> => {
    for (const point of rest) findings.push(...(await prove(lane, course, point, tally)))
  }
  await Promise.all(lanes.map(work))
  return { tally, findings }
}

/** The two courses on a gateway that holds its old URLs: a whole run, and its revert. */
export async function coursesOn(lane: Lane): Promise<Record<'run' | 'revert', Course>> {
  const old = await stateOf(lane)
  const { code, output } = await invoke(lane, ['--yes', '--no-wait'])
  if (code !== 0) throw new Error(`the run that is to be reverted ended with ${code}:\n${output}`)
  const moved = await stateOf(lane)
  return {
    run: {
      name: 'run',
      start: old,
      args: ['--yes', '--no-wait'],
      goals: { finish: moved.rows, revert: old.rows },
    },
    revert: {
      name: 'revert',
      start: moved,
      args: ['--revert', '--yes', '--no-wait'],
      goals: { finish: old.rows, revert: moved.rows },
    },
  }
}
