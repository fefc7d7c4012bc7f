import { groupedBy } from '../../../../core/grouped.ts'
import type { Change } from '../../../../core/plan/change.ts'
import type { Plan } from '../../../../core/plan/plan.ts'
import type { Tried } from '../../../../core/reach/reach.ts'
import { count } from '../../../../core/show/text.ts'
import { shownName } from '../../name.ts'
import { type Footnotes, numbersFor, refsText } from '../footnotes.ts'
import { pathText, type ShortChange } from './move.ts'
import { shortFinding } from '../reach.ts'

/** Does it fail there, or cost something? */
export type Sign = '✗' | '!' | ' '

/** A line of a group. `changes`: one, but of a line that stands for many servers. */
export interface Row {
  sign: Sign
  name: string
  path: string
  finding: string
  refs: string
  outcome: Tried['outcome'] | null
  changes: readonly Change[]
}

/** What the lines of a plan are made with. `twins`: names that several of its servers have. */
export interface Telling {
  plan: Plan
  footnotes: Footnotes
  twins: ReadonlySet<string>
}

/** What the lines of this plan are made with. */
export function tellingOf(plan: Plan, footnotes: Footnotes): Telling {
  const names = new Map(plan.changes.map(({ server }) => [server.id, shownName(server)]))
  const twins = groupedBy([...names.values()], (name) => name).filter((same) => same.length > 1)
  return { plan, footnotes, twins: new Set(twins.flat()) }
}

interface Judged extends Row {
  tried: Tried | null
  /** The path with `{name}` where the name stands; `null` of one that holds that text itself. */
  pattern: string | null
}

/** Equal lines up to this number are told one by one. */
const MOST_EQUAL = 10

const NAME = '{name}'

const patternOf = (path: string, name: string): string | null =>
  path.includes(NAME)
    ? null
    : path
        .split('/')
        .map((part) => (part === name ? NAME : part))
        .join('/')

/** Effects that cost nothing, or are told of the plan as a whole. */
const UNSIGNED = ['restart', 'settings-restored']

function signOf(change: Change, tried: Tried | null): Sign {
  if (tried?.outcome === 'failed') return '✗'
  return change.effects.some(({ code }) => !UNSIGNED.includes(code)) ? '!' : ' '
}

/** A name that no column can be taken for a part of; with the id where another server has it, too. */
function titleOf({ server }: Change, { twins }: Telling): string {
  const name = shownName(server)
  const title = /^\s|\s\s|\s$/.test(name) ? `"${name}"` : name
  return twins.has(name) ? `${title} (${shownName({ id: server.id, name: null, alias: null })})` : title
}

function judged({ change, move }: ShortChange, telling: Telling, digits: number): Judged {
  const tried = telling.plan.preflight[change.id] ?? null
  return {
    sign: signOf(change, tried),
    name: titleOf(change, telling),
    path: pathText(move),
    finding: tried === null ? '' : shortFinding(tried, digits),
    refs: refsText(numbersFor([change], telling.footnotes)),
    outcome: tried?.outcome ?? null,
    changes: [change],
    tried,
    pattern: patternOf(pathText(move), shownName(change.server)),
  }
}

/** How many tools several servers list, in numbers that say how far they differ. */
function toolsOf(rows: readonly Judged[]): string {
  const [first] = rows
  if (!first?.tried || first.outcome !== 'reached') return first?.finding ?? ''
  const counts = rows.map(({ tried }) => tried?.tools ?? 0)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const shown = (n: number): string => n.toLocaleString('en-US')
  const all = shown(counts.reduce((sum, n) => sum + n, 0))
  const range = least === most ? `${count(most, 'tool')} each` : `${shown(least)} to ${shown(most)} tools`
  return `✓ ${range}, ${all} in all`
}

/** Equal lines as one. */
function folded(rows: readonly Judged[]): Judged[] {
  const [first] = rows
  if (!first) return []
  const { pattern, path } = first
  const changes = rows.flatMap((row) => row.changes)
  return [
    { ...first, name: `${rows.length} servers`, path: pattern ?? path, finding: toolsOf(rows), changes },
  ]
}

/** Is something told beneath its line that is not said of others? */
const hasSettings = ({ changes }: Row): boolean =>
  changes.some(({ settings }) => Object.keys(settings).length > 0)

/** Are these lines no exceptions, and too many to be told one by one? What fails or costs is one unless most of them do. */
function isMany(rows: readonly Judged[], all: readonly Judged[]): boolean {
  const [first] = rows
  if (!first || first.pattern === null || rows.length <= MOST_EQUAL) return false
  return !hasSettings(first) && (first.sign === ' ' || rows.length * 2 > all.length)
}

const RANKS: Record<Sign, number> = { '✗': 0, '!': 1, ' ': 3 }

/** The pattern that more than half of three lines and more have, or `null`. */
function usualPattern(rows: readonly Judged[]): string | null {
  const [most = []] = groupedBy(rows, ({ pattern }) => pattern).toSorted((a, b) => b.length - a.length)
  return most.length > 2 && most.length * 2 > rows.length ? (most[0]?.pattern ?? null) : null
}

// Of the path and not of what was found beside it: the others may fail, too.
const OTHER_PATH = 'another path'

/** What fails, then what costs, what is unlike the others, and the rest by name; many that are equal last. */
function inOrder(rows: readonly Judged[]): Row[] {
  const usual = usualPattern(rows)
  const isUnlike = ({ pattern }: Judged): boolean => usual !== null && pattern !== usual
  const rank = (row: Judged): number => (row.sign === ' ' && isUnlike(row) ? 2 : RANKS[row.sign])
  const named = rows.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
  const equal = groupedBy(named, (row) => [row.sign, row.pattern, row.outcome, row.refs, hasSettings(row)])
  const many = equal.filter((each) => isMany(each, rows))
  const isFolded = new Set(many.flat())
  const few = named.filter((row) => !isFolded.has(row))
  const alike = many.some(([first]) => first?.pattern === usual)
  const told = few.map((row) =>
    alike && isUnlike(row) ? { ...row, finding: [row.finding, OTHER_PATH].filter(Boolean).join(', ') } : row,
  )
  return [...told, ...many.flatMap(folded)].toSorted((a, b) => RANKS[a.sign] - RANKS[b.sign])
}

/** The lines of one group, in the order in which they are shown. */
export function rowsOf(group: readonly ShortChange[], telling: Telling): Row[] {
  const counts = group.map(({ change }) => telling.plan.preflight[change.id]?.tools ?? 0)
  const digits = String(Math.max(0, ...counts)).length
  return inOrder(group.map((each) => judged(each, telling, digits)))
}
