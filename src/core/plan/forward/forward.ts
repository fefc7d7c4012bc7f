import { eraOf } from '../../record/eras.ts'
import { originText, readAddress } from '../../rule/address.ts'
import type { RuleSet } from '../../rule/rule.ts'
import type { Consent } from '../consent/consent.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './inventory.ts'
import { planOf } from '../assemble-plan.ts'
import type { GatewayIdentity, Plan } from '../plan.ts'
import { judgeByRule, tellsOfFiles } from './by-rule.ts'
import { judgeFiles } from './in-files.ts'
import { forwardNotes } from './notes.ts'

/** What the plan of a migration is made of. `selected` holds the ids of the servers that are meant. */
export interface Assembly {
  createdAt: string
  gateway: GatewayIdentity
  ruleSet: RuleSet
  inventory: Inventory
  selected: ReadonlySet<string>
  /** Effects that the person consents to. */
  accepted: readonly Consent[]
}

function countOrigins(entries: readonly InventoryEntry[]): Plan['origins'] {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    const url = entryUrl(entry)
    const address = readAddress(url ?? '')
    if (address.kind === 'address')
      counts.set(originText(address), (counts.get(originText(address)) ?? 0) + 1)
  }
  return [...counts].map(([origin, count]) => ({ origin, count })).toSorted((a, b) => b.count - a.count)
}

/** Makes the plan of a migration. Pure: the same values give the same plan. */
export function assemblePlan(assembly: Assembly): Plan {
  const { createdAt, gateway, ruleSet, inventory, selected, accepted } = assembly
  const { era } = eraOf(gateway.version)
  const entries = inventory.entries.map((entry) => ({ entry, server: { id: entry.listed.server_id } }))
  const meant = entries.filter(({ server }) => selected.has(server.id))
  const inFiles = judgeFiles(assembly, era)
  const judged = meant.map((each) => ({
    ...each,
    judgements: inFiles.get(each.server.id) ?? [judgeByRule(each.entry, assembly, era)],
  }))
  const judgements = judged.flatMap((each) => each.judgements)
  return planOf({
    createdAt,
    gateway,
    reverts: null,
    migrations: ruleSet.migrations.map(({ id, sha256 }) => ({ id, sha256 })),
    notes: forwardNotes(assembly, {
      meant: meant.map(({ entry }) => entry),
      changes: judgements.flatMap((each) => (each.kind === 'change' ? [each.change] : [])),
      areFilesTold: judged.some((each) => each.judgements.some((one) => tellsOfFiles(each.entry, one))),
    }),
    servers: entries.length,
    meant,
    judgements,
    order: 'forward',
    accepted,
    moved: judged.filter((each) => each.judgements.some((one) => one.kind === 'nothing' && one.moved)),
    silent: new Set(entries.filter(({ entry }) => entry.silent).map(({ server }) => server.id)),
    origins: countOrigins(inventory.entries),
  })
}
