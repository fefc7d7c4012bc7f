import { LOOPBACK_TEXT, originText } from '../../core/address.ts'
import type { Migration } from '../../core/migration.ts'
import type { Plan } from '../../core/plan.ts'
import { type Configuration, readConfiguration } from '../../runs/configured.ts'
import { makePlan } from '../../runs/make-plan.ts'
import { type Context, journalFor } from '../context.ts'
import { adHocMigration, defaultMigration, namedMigration } from '../migrations.ts'
import { usage } from '../option-values.ts'
import type { MainOptions } from '../options.ts'
import { tryBeforehand } from '../looking.ts'
import { readProgress } from '../progress.ts'
import { renderNothing } from '../render/plan.ts'
import { conclude, requireCanary, requireConsent, requireJournal } from './carry-out.ts'
import { offerRevert } from './reversal.ts'
import { gatewayUrl, openGateway, underLock } from './session.ts'
import { attendTo, noticeUnfinished } from './unfinished.ts'
import { type Conclusion, mainCommands, type Way } from './way.ts'

/** The rule of this invocation: --from and --to, the one that --migration names, else the default that ships. */
export async function migrationFor({
  from,
  to,
  migration: [id],
}: Pick<MainOptions, 'from' | 'to' | 'migration'>): Promise<Migration> {
  if (from !== undefined && to !== undefined) return adHocMigration(from, to)
  return id === undefined ? defaultMigration() : namedMigration(id)
}

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

/** The main job: connect, plan, show, ask, apply, check, journal. Returns the exit code. */
export async function migrate(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  const migration = await migrationFor(options)
  // Before the gateway hears of anything: a file that is not there is a slip of the keyboard.
  const configuration = await readConfiguration(options.litellmConfig, options.litellmEnv)
  if (options.litellmEnv.length > 0 && options.litellmConfig.length === 0)
    throw usage('--litellm-env goes with --litellm-config, in which the variables stand')
  const journal = journalFor(options, context.env)
  await requireJournal(journal, options, context)
  const url = await gatewayUrl(options, context, null)
  return underLock(url, options, async () => {
    const unfinished = await noticeUnfinished(url, null, { journal, options, context })
    const gateway = await openGateway(options, url, context)
    const way = { gateway, journal, options, context }
    return (
      await (unfinished ? attendTo(unfinished, null, way) : migrateGateway(migration, configuration, way))
    ).code
  })
}
