import { assemblePlan } from '../core/assemble.ts'
import type { Consent } from '../core/consent.ts'
import type { Inventory } from '../core/inventory.ts'
import type { Migration } from '../core/migration.ts'
import type { Plan } from '../core/plan.ts'
import { select, type Selection } from '../core/selection.ts'
import type { Gateway } from '../gateway/port.ts'
import type { Journal } from '../journal/port.ts'
import { readConfiguration } from './configured.ts'
import { takeInventory } from './inventory.ts'
import { recollect } from './recall.ts'
import { listWhole } from './whole-list.ts'

/** What a plan is to cover, as the options of the main job say it. */
export interface PlanScope extends Selection {
  litellmConfig: readonly string[]
  envFile: readonly string[]
  thorough: boolean
  accept: readonly Consent[]
}

/**
 * Lists the servers of a gateway, reads what has to be read, and plans a migration. Throws `usage` for a pattern that
 * selects nothing, `config-invalid` for a wrong file, `inventory-invalid` for a list that is none, `key-scoped` for one
 * that is short.
 */
export async function makePlan(
  migration: Migration,
  { gateway, journal }: { gateway: Gateway; journal: Journal },
  scope: PlanScope,
  onRead: (done: number, total: number) => void,
): Promise<{ plan: Plan; inventory: Inventory }> {
  const configuration = await readConfiguration(scope.litellmConfig, scope.envFile)
  const before = await recollect(journal, gateway.identity.url)
  const whole = await listWhole(gateway, before.ids)
  const listed = [...whole.servers, ...whole.unlisted]
  const selected = select(scope, listed)
  const taken = await takeInventory(gateway, listed, {
    migration,
    thorough: scope.thorough,
    selected,
    configuration,
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
  return { plan, inventory }
}
