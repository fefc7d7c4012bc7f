import { assemblePlan } from '../../core/plan/forward/forward.ts'
import type { Consent } from '../../core/plan/consent.ts'
import type { Inventory } from '../../core/plan/forward/inventory.ts'
import type { Sightings } from '../../core/record/sighting.ts'
import type { Migration } from '../../core/rule/migration.ts'
import type { Note, Plan } from '../../core/plan/plan.ts'
import { select, type Selection } from '../../core/plan/select.ts'
import type { Gateway } from '../../gateway/port.ts'
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

/** The files that a plan would change, and that cannot be replaced as they stand there. */
async function fixedFiles({ changes }: Plan): Promise<Note[]> {
  const paths = new Set(changes.flatMap(({ file }) => (file === null ? [] : [file.path])))
  const found = await Promise.all([...paths].map(foreseenRefusal))
  return found
    .filter((why) => why !== null)
    .map((message) => ({ code: 'file-fixed', server: null, field: null, message }))
}

/**
 * Lists the servers of a gateway, reads what has to be read, and plans a migration. Throws `usage` for a pattern that
 * selects nothing, `inventory-invalid` for a list that cannot be used, `key-scoped` for one that is short.
 */
export async function makePlan(
  migration: Migration,
  { gateway, journal }: { gateway: Gateway; journal: Journal },
  scope: PlanScope,
  onRead: (done: number, total: number) => void,
): Promise<{ plan: Plan; inventory: Inventory; seen: Sightings }> {
  const before = await recollect(journal, gateway.identity.url)
  const whole = await listWhole(gateway, before.ids)
  const listed = [...whole.servers, ...whole.unlisted]
  const selected = select(scope, listed)
  const taken = await takeInventory(gateway, listed, {
    migration,
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
    migration,
    inventory,
    selected,
    accepted: scope.accept,
  })
  const entries = new Map(inventory.entries.map((entry) => [entry.listed.server_id, entry.listed]))
  const seen = seenIn(plan, (id) => entries.get(id) ?? null, gateway.era)
  return { plan: { ...plan, notes: [...plan.notes, ...(await fixedFiles(plan))] }, inventory, seen }
}
