import { assemblePlan } from '../../core/plan/forward/forward.ts'
import { notListed } from '../../core/plan/forward/not-listed.ts'
import type { Consent } from '../../core/plan/consent/consent.ts'
import type { Inventory } from '../../core/plan/forward/inventory.ts'
import type { Sightings } from '../../core/record/sighting.ts'
import type { RuleSet } from '../../core/rule/rule.ts'
import type { Note, Plan } from '../../core/plan/plan.ts'
import { strangersAmong } from '../../core/plan/consent/wide-reach.ts'
import { select, type Selection } from '../../core/plan/select.ts'
import type { Gateway } from '../../gateway/port.ts'
import { fileOf } from '../../core/config/nested/pointer.ts'
import { foreseenRefusal } from '../../files/replace-refusals.ts'
import type { Journal } from '../../journal/port.ts'
import type { Configuration } from '../../core/config/move/configuration.ts'
import { takeInventory } from './inventory.ts'
import { recollect } from './recall.ts'
import { listWhole } from './whole-list.ts'
import { seenIn } from './seen-in.ts'

/** What a plan is to cover, as the options of the main job say it. */
export interface PlanScope extends Selection {
  /** LiteLLM's files, as they were read. */
  configuration: Configuration
  thorough: boolean
  accept: readonly Consent[]
}

/** The migrations that an earlier run had under the same id, and that are others since. */
function changedRules({ migrations }: RuleSet, known: Plan['migrations']): Note[] {
  return migrations.flatMap(({ id, sha256, source }) => {
    const then = known.filter((each) => each.id === id)
    if (source.kind !== 'file' || then.length === 0 || then.some((each) => each.sha256 === sha256)) return []
    const message = `migration ${id} is not what it was when a run used it here: give it another id if it does something else`
    return [{ code: 'rule-changed', server: null, field: null, message }]
  })
}

/** The files that a plan would change, and that cannot be replaced as they stand there. */
async function fixedFiles({ changes }: Plan): Promise<Note[]> {
  const paths = new Set(changes.flatMap(({ file }) => (file === null ? [] : [file.path])))
  const found = await Promise.all([...paths].map((path) => foreseenRefusal(fileOf(path))))
  return found
    .filter((why) => why !== null)
    .map((message) => ({ code: 'file-fixed', server: null, field: null, message }))
}

/**
 * Lists the servers of a gateway, reads what has to be read, and plans a migration. Throws `usage` for a pattern that
 * selects nothing, `inventory-invalid` for a list that cannot be used, `key-scoped` for one that is short.
 */
export async function makePlan(
  ruleSet: RuleSet,
  { gateway, journal }: { gateway: Gateway; journal: Journal },
  scope: PlanScope,
  onRead: (done: number, total: number) => void,
): Promise<{ plan: Plan; inventory: Inventory; seen: Sightings }> {
  const before = await recollect(journal, gateway.identity.url)
  const whole = await listWhole(gateway, before.ids)
  const listed = [...whole.servers, ...whole.unlisted]
  const selected = select(scope, listed)
  const taken = await takeInventory(gateway, listed, {
    ruleSet,
    thorough: scope.thorough,
    selected,
    configuration: scope.configuration,
    previous: before.servers,
    recalled: new Set(whole.unlisted.map(({ server_id: id }) => id)),
    onRead,
  })
  const doubts = [taken.suspicion, whole.doubt].filter((doubt) => doubt !== null)
  const inventory = { ...taken, suspicion: doubts.join(' ') || null }
  const plan = assemblePlan({
    createdAt: new Date().toISOString(),
    gateway: gateway.identity,
    ruleSet,
    inventory,
    selected,
    accepted: scope.accept,
  })
  const entries = new Map(inventory.entries.map((entry) => [entry.listed.server_id, entry.listed]))
  const seen = seenIn(plan, (id) => entries.get(id) ?? null, gateway.era)
  const strangers = strangersAmong(ruleSet, before.migrations)
  const absent = notListed(scope.configuration, listed, ruleSet.rules)
  const notes = [
    ...plan.notes,
    ...absent,
    ...changedRules(ruleSet, before.migrations),
    ...(await fixedFiles(plan)),
  ]
  return { plan: { ...plan, notes, ...(strangers.length > 0 && { strangers }) }, inventory, seen }
}
