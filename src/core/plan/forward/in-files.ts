import { leftWithPatch } from '../../config/edit/by-hand.ts'
import {
  type Configured,
  configuredUrl,
  placedFor,
  sharedPlace,
  sharersOf,
} from '../../config/move/configured.ts'
import { unsetVariable } from '../../config/move/empty-url.ts'
import { type Hindrance, RESTART } from '../../config/move/fate.ts'
import { type FileEdits, moveConfigured } from '../../config/move/move.ts'
import { hindranceTo, inOrder } from '../../config/move/order.ts'
import { configRecord, entryTransport } from '../../config/read/record.ts'
import type { Config } from '../../config/read/servers.ts'
import { groupedBy } from '../../grouped.ts'
import { type Era, FILE_ERA } from '../../record/eras.ts'
import { identify } from '../../record/server.ts'
import { editsOf, namesOf, transportEdit } from '../../rule/leftovers.ts'
import type { RuleSet, Subject } from '../../rule/rule.ts'
import { verdictOnUrl } from '../../rule/verdict.ts'
import { type Edit, migrationOf, transportAmong } from '../change.ts'
import type { InventoryEntry } from './inventory.ts'
import { aimAt, type Found, type Judgement, judge, type Objection } from '../judge.ts'
import type { Assembly } from './forward.ts'

/** A server whose URL is in a given file, and its new URL. */
interface Moving {
  entry: InventoryEntry
  configured: Configured
  url: string
  next: string
  rules: readonly string[]
  others: readonly Edit[]
  /** Why there is no place in which its URL can be changed, or `null`. */
  hindrance: string | null
}

/** Servers that have their URL from one place, and move together or not at all: what to write, or why not. */
interface Group {
  moving: readonly Moving[]
  plan: readonly FileEdits[] | Hindrance | { strange: string }
}

const NOBODY = { holders: [], complete: false, reason: 'nobody was asked' }

function movingOf(entry: InventoryEntry, { ruleSet }: Assembly): Moving[] {
  const { configured, source } = entry
  if (source !== 'config' || !configured || unsetVariable(entry) !== null) return []
  const found = configuredUrl(configured)
  if (!('url' in found)) return []
  const { rules } = ruleSet
  const subject = subjectOf(entry, configured)
  const verdict = verdictOnUrl(rules, found.url, subject)
  if (verdict.kind !== 'match') return []
  const others = [...transportEdit(verdict.rule, subject), ...editsBeside(entry, configured, ruleSet)]
  const [url, next] = [found.url, verdict.after]
  const placed = placedFor(configured, next)
  const place =
    'reason' in placed ? { configured, hindrance: placed.reason } : { configured: placed, hindrance: null }
  return [{ entry, url, next, rules: namesOf([verdict.rule]), others, ...place }]
}

/** A server as its entry tells of it. */
const subjectOf = ({ listed }: InventoryEntry, { server: { entry, name } }: Configured): Subject => ({
  ...listed,
  server_name: name,
  transport: entryTransport(entry),
})

/** The edits in the other fields of an entry, as far as they can be made there. */
function editsBeside(entry: InventoryEntry, configured: Configured, { rules }: RuleSet): Edit[] {
  const { config, path, server } = configured
  const id = entry.listed.server_id
  const record = configRecord(id, server, null)
  const file = { path, config: path, server: server.name, variable: null }
  return editsOf(rules, { ...record, ...subjectOf(entry, configured), url: null }).filter(
    (each) => hindranceTo(config, { id, file, record, edits: [each], effects: [] }) === null,
  )
}

/** The steps for a server whose URL stays where it is, and other fields do not. */
function stepsBeside(entry: InventoryEntry, { ruleSet }: Assembly): FileEdits[] {
  const { configured, source } = entry
  if (source !== 'config' || !configured) return []
  const edits = editsBeside(entry, configured, ruleSet)
  if (edits.length === 0) return []
  const { path, server } = configured
  const id = entry.listed.server_id
  const file = { path, config: path, server: server.name, variable: null }
  const { url } = server
  const written = url.kind === 'here' ? url.value : (server.entry['url'] ?? null)
  const record = configRecord(id, server, typeof written === 'string' ? written : null)
  return [{ id, file, record, edits, effects: [RESTART] }]
}

/** Why a place stays as it is that is the URL of servers that do not move, or `null`. */
function stranger(moving: readonly Moving[], { inventory, selected }: Assembly): string | null {
  const [first] = moving
  if (!first) return null
  const own = new Set(moving.map(({ entry }) => entry.listed.server_name))
  const others = sharersOf(first.configured).filter((name) => !own.has(name))
  if (others.length === 0) return null
  const listed = inventory.entries.filter(({ source }) => source === 'config')
  const ids = new Map(listed.map(({ listed: { server_name: name, server_id: id } }) => [name, id]))
  const unlisted = others.filter((name) => !ids.has(name))
  const left = others.filter((name) => ids.has(name) && !selected.has(ids.get(name) ?? ''))
  const is = (names: readonly string[]): string =>
    `${sharedPlace(first.configured)} is the URL of ${names.join(', ')}, too, which`
  if (unlisted.length > 0) return `${is(unlisted)} LiteLLM does not list`
  return left.length > 0 ? `${is(left)} is not selected` : `${is(others)} cannot be moved`
}

const ASTRAY = 'its URL would become another one than the rules say'

/** Would a server get another URL than it is to have, with the change of the first in the place that they share? */
function isAstray({ configured: { variable }, next }: Moving, first: Moving): boolean {
  const { becomes } = first.configured.variable ?? { becomes: new Map<string, string>() }
  return (variable && becomes.size > 0 ? (becomes.get(variable.name) ?? null) : first.next) !== next
}

function stepsFor(moving: readonly Moving[], assembly: Assembly, era: Era): Group['plan'] {
  const [first] = moving
  if (!first) return []
  for (const { configured, hindrance } of moving)
    if (hindrance !== null) return { name: configured.server.name, reason: hindrance }
  const strange = stranger(moving, assembly)
  if (strange !== null) return { strange }
  const astray = moving.find((each) => isAstray(each, first))
  if (astray) return { name: astray.configured.server.name, reason: ASTRAY }
  const movers = moving.map(({ entry, hindrance: _none, ...rest }) => ({
    ...rest,
    id: entry.listed.server_id,
    held: entry.held ?? NOBODY,
  }))
  return moveConfigured({ movers, era })
}

const stepsOf = ({ plan }: Group): readonly FileEdits[] => ('length' in plan ? plan : [])

/** The config files that will be written. */
function configsOf(groups: readonly Group[]): Map<string, Config> {
  const moving = groups.flatMap((group) => group.moving)
  return new Map(moving.map(({ configured }) => [configured.path, configured.config]))
}

/** The groups that can be written, and all their steps in an order in which that works; what cannot be goes as a group. */
function tried(groups: readonly Group[]): { groups: readonly Group[]; steps: readonly FileEdits[] } {
  const all = groups.flatMap(stepsOf)
  const inEntries = all.filter(({ file }) => file.variable === null)
  const found = [...configsOf(groups)].map(([path, config]) =>
    inOrder(
      config,
      inEntries.filter(({ file }) => file.path === path),
    ),
  )
  const refused = new Map(found.flatMap((each) => [...each.refused]))
  const inVariables = all.filter(({ file }) => file.variable !== null)
  if (refused.size === 0) return { groups, steps: [...found.flatMap(({ order }) => order), ...inVariables] }
  return tried(
    groups.map((group): Group => {
      const culprit = stepsOf(group).find((step) => refused.has(step))
      if (!culprit) return group
      return { ...group, plan: { name: culprit.file.server, reason: refused.get(culprit) ?? '' } }
    }),
  )
}

/** Why a server of a group is left alone. */
function reasonFor(name: string, configured: Configured, plan: Hindrance | { strange: string }): string {
  if ('strange' in plan) return plan.strange
  if (plan.name === name) return plan.reason
  return `${sharedPlace(configured)} is the URL of ${plan.name}, too, which cannot be moved: ${plan.reason}`
}

/** What to write, server by server; where the order counts, all of it with the first. */
function share(groups: readonly Group[], steps: readonly FileEdits[]): Map<Moving, readonly FileEdits[]> {
  const natural = groups.map((group): [Moving | undefined, readonly FileEdits[]] => [
    group.moving[0],
    stepsOf(group),
  ])
  const inEntries = (some: readonly FileEdits[]) => some.filter(({ file }) => file.variable === null)
  const isNatural = inEntries(natural.flatMap(([, own]) => own)).every((step, i) => steps[i] === step)
  const [first] = groups.flatMap((group) => ('length' in group.plan ? group.moving : []))
  if (!isNatural && first) return new Map([[first, steps]])
  return new Map(natural.flatMap(([mover, own]) => (mover ? [[mover, own]] : [])))
}

/** Judges the steps of some servers of an inventory: of each the record is what its file holds. */
function stepJudge({ inventory, ruleSet }: Assembly): (step: FileEdits) => Judgement[] {
  const identities = new Map(
    inventory.entries.map(({ listed }) => [listed.server_id, identify(listed, 'config')]),
  )
  return ({ id, file, record, edits, effects }) => {
    const server = identities.get(id)
    const found: Found = {
      reading: { kind: 'record', record, source: 'config' },
      signIns: null,
      url: record.url ?? null,
    }
    return server
      ? [
          judge(
            found,
            aimAt({ server, migration: migrationOf(edits, ruleSet), edits }, { file, effects }),
            FILE_ERA,
          ),
        ]
      : []
  }
}

/** That a server of a file stays, as its group cannot be moved, with what a person would change by hand. */
function leave(
  { entry, configured, url, next, others }: Moving,
  plan: Hindrance | { strange: string },
  { ruleSet }: Assembly,
  era: Era,
): Judgement {
  const id = era.pinsConfigIds ? entry.listed.server_id : null
  const reason = reasonFor(configured.server.name, configured, plan)
  const left = leftWithPatch(
    configured,
    { url: next, server_id: id, transport: transportAmong(others) },
    reason,
  )
  const server = identify(entry.listed, 'config')
  const objection: Objection = { code: 'config-defined', ...left }
  const aim = aimAt({ server, migration: migrationOf([], ruleSet), edits: [] }, { objection })
  return judge({ reading: null, signIns: null, url }, aim, era)
}

/**
 * What is to become of the servers whose URL stands in a file that was given, by id. None where the change of another one
 * moves it, too.
 */
export function judgeFiles(assembly: Assembly, era: Era): Map<string, Judgement[]> {
  const { inventory, selected } = assembly
  const meant = inventory.entries.filter(({ listed }) => selected.has(listed.server_id))
  // A server has its URL from one place, so that one of its servers tells which.
  const moving = meant.flatMap((entry) => movingOf(entry, assembly))
  const together = groupedBy(moving, ({ configured }) => {
    const { variable, path } = configured
    return variable ? [variable.path, variable.place] : [path, sharersOf(configured)[0]]
  })
  const { groups, steps } = tried(
    together.map((own) => ({ moving: own, plan: stepsFor(own, assembly, era) })),
  )
  const written = share(groups, steps)
  const judgeStep = stepJudge(assembly)
  const besides = meant
    .filter((entry) => !moving.some((each) => each.entry === entry))
    .flatMap((entry) => stepsBeside(entry, assembly))
  const alone = besides.map((step): [string, Judgement[]] => [step.id, judgeStep(step)])
  return new Map([
    ...alone,
    ...groups.flatMap(({ moving: own, plan }) =>
      own.map((each): [string, Judgement[]] => [
        each.entry.listed.server_id,
        'length' in plan ? (written.get(each) ?? []).flatMap(judgeStep) : [leave(each, plan, assembly, era)],
      ]),
    ),
  ])
}
