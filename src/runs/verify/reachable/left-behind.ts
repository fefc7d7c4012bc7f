import { aimOf } from '../../../core/plan/change.ts'
import { originOf } from '../../../core/rule/address.ts'
import { mend } from '../../../core/show/remedy.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { ruleOptions } from '../../../core/show/own-command.ts'
import { type ListedServer, titleOf } from '../../../core/record/server.ts'
import { count } from '../../../core/show/text.ts'
import { type Fault } from '../check.ts'
import { leftServers, type Returned, returnedServers } from '../scene/migrated.ts'
import type { OpenScene, Scene } from '../scene/scene.ts'

const namesOf = (servers: readonly ListedServer[]): string => servers.map(titleOf).join(', ')

const RESTARTED =
  'LiteLLM reads its files when it starts: restart it, all its workers and replicas. If it was restarted since, the file was put back; then migrate again:'

/** What happened to servers that are at an old address of theirs. */
function returnedText({ run, settled, change: { file } }: Returned): string {
  if (!settled) return `to be moved by run ${run.id}, and at the old address`
  return file === null
    ? `moved by run ${run.id}, and at the old address again`
    : `moved in its file by run ${run.id}, and listed at the old address`
}

/** The rule that moves a server on to where the run put it. */
function ruleFor({ change, server }: Returned): string[] {
  const { before, after } = aimOf(change).find(({ field }) => field === 'url') ?? {
    before: null,
    after: null,
  }
  const here = originOf(server.url ?? '')
  const isWhole = before === null || after === null || originOf(before) === here
  return isWhole ? ruleOptions([change]) : ['--from', here, '--to', originOf(after)]
}

/** Servers that one run moved from one origin to another, and that are back there. */
function returnedFault(group: readonly Returned[], { own }: OpenScene): Fault[] {
  const [first] = group
  if (!first) return []
  const { file } = first.change
  const files = file === null ? [] : ['--litellm-config', file.config]
  const variables = file?.variable ? ['--litellm-env', file.path] : []
  const command = own('migrate', ...ruleFor(first), ...files, ...variables)
  const line = `${returnedText(first)}: ${namesOf(group.map(({ server }) => server))}`
  return [{ line, hint: mend(file === null ? 'Migrate them:' : RESTARTED, command) }]
}

const isInFile = (server: ListedServer): boolean[] => [server.is_config === true]

const IN_FILE =
  "they stand in LiteLLM's config.yaml. Run the migration with --litellm-config and that file, or write the new URL into it, and restart LiteLLM."

/** What moves servers that the rule would still move. `what` begins it; the API cannot change those of config.yaml. */
export function migrateHint(
  servers: readonly ListedServer[],
  { own }: Pick<Scene, 'own'>,
  what: string,
): string {
  return servers.every(({ is_config: isConfig }) => isConfig === true)
    ? `${what}; ${IN_FILE}`
    : mend(`${what}:`, own('migrate'))
}

/**
 * Servers at an address that is closed, or should be: those that a run of the journal has moved and that are back there,
 * whatever the rule, and those that the rule would still move.
 */
export async function leftBehind(scene: OpenScene): Promise<Fault[]> {
  const servers = await scene.servers()
  const returned = returnedServers(servers, scene.runs, scene.gatewayUrl)
  const groups = groupedBy(returned, ({ run, settled, change: { file }, server }) => [
    run.id,
    settled,
    originOf(server.url ?? ''),
    file?.config,
    file?.variable ? file.path : null,
  ])
  const ids = new Set(returned.map(({ server }) => server.server_id))
  const left = leftServers(servers, scene.ruleSet.rules).filter((server) => !ids.has(server.server_id))
  const byPlace = groupedBy(left, isInFile)
  return [
    ...groups.flatMap((group) => returnedFault(group, scene)),
    ...byPlace.map((group) => ({
      line: `${count(group.length, 'server')} still at the old address: ${namesOf(group)}`,
      hint: migrateHint(group, scene, 'Migrate them'),
    })),
  ]
}
