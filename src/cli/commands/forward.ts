import { LOOPBACK_TEXT, originText } from '../../core/rule/address.ts'
import type { Migration } from '../../core/rule/migration.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Configuration } from '../../runs/plan/configuration.ts'
import { makePlan } from '../../runs/plan/forward.ts'
import { tryBeforehand } from '../looking.ts'
import { readProgress } from '../progress.ts'
import { renderNothing } from '../render/plan/plan.ts'
import { conclude } from './carry-out.ts'
import { requireCanary } from './requirements.ts'
import { offerRevert } from './reversal.ts'
import { type Conclusion, mainCommands, type Way } from './way.ts'

/** Where a migration moves servers from, in words. */
function sourceText({ from: { schemes, hosts, port } }: Migration): string {
  if (hosts === 'loopback') return `localhost:${port} (also ${LOOPBACK_TEXT})`
  return schemes.flatMap((scheme) => hosts.map((host) => originText({ scheme, host, port }))).join(', ')
}

/** In which fields, where that is not the URL alone. */
const whereText = ({ fields }: Migration): string =>
  fields.some((field) => field !== 'url') ? `\nin ${fields.join(', ')}` : ''

const heading = ({ gateway }: Plan, migration: Migration): string =>
  `Migration ${migration.id} on LiteLLM ${gateway.version ?? '(release unknown)'} at ${gateway.url}\nfrom ${sourceText(migration)} to ${originText(migration.to)}${whereText(migration)}`

/** Plans and carries out a migration on a gateway that is open. */
export async function migrateGateway(
  migration: Migration,
  configuration: Configuration,
  way: Way,
): Promise<Conclusion> {
  requireCanary(way)
  const { gateway, journal, options, context } = way
  context.terminal.progress('Listing the MCP servers')
  const made = await makePlan(
    migration,
    { gateway, journal },
    { ...options, configuration },
    readProgress(context.terminal, gateway.era.probeSeconds),
  )
  const plan = await tryBeforehand(made.plan, way)
  const nothing = renderNothing(plan, migration, mainCommands(gateway.identity.url, way))
  const proposal = { plan, heading: heading(plan, migration), nothing }
  return offerRevert(await conclude(proposal, way), way)
}
