import { originOf } from '../../../core/rule/address.ts'
import { outcomeOf } from '../../../core/reach/diagnose.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { serverTitle, titleOf } from '../../../core/record/server.ts'
import { count, printable, shortened } from '../../../core/show/text.ts'
import { inParallel, LOOKS_AT_ONCE } from '../../../core/in-parallel.ts'
import { askingGateway, type Fault, judged, skipped } from '../check.ts'
import { explain, type Failure } from './explain.ts'
import { secondLook } from '../limits.ts'
import { leftBehind } from './left-behind.ts'
import { emptiedServers, type Migrated } from '../scene/migrated.ts'
import type { OpenScene } from '../scene/scene.ts'

/** What became of one server. */
type Reached = { tools: number } | { remark: string } | Failure

const title = ({ identity }: Migrated): string => printable(serverTitle(identity))

const TURNED_AWAY = 'unauthorized. It is there, but does not accept what LiteLLM sends it'
const CREDENTIALS =
  'Give LiteLLM the credentials that the server wants (MCP Servers, Authentication), or have the server accept those that it has.'

/**
 * Up to 1.80 LiteLLM lists tools at the old address until it is restarted: there the new one is tried by itself.
 * Without its credentials an address that wants some tells nothing.
 */
async function brokenBehind(server: Migrated, scene: OpenScene): Promise<Failure | null> {
  if (scene.gateway.era.restart === 'no' || server.hasCredentials || server.usersSignIn) return null
  const { url, transport, identity } = server
  const tried = await scene.gateway.tryAddress({ url, transport, serverId: identity.id }, secondLook(scene))
  if (outcomeOf(tried.kind) !== 'failed') return null
  const found = await explain(server, tried, scene)
  return found === 'sign-in' ? null : found
}

async function reach(server: Migrated, scene: OpenScene): Promise<Reached> {
  const listed = await scene.toolsOf(server.identity.id)
  if (listed.kind === 'tools')
    return (await brokenBehind(server, scene)) ?? { tools: listed.tools?.length ?? 0 }
  const found = await explain(server, listed, scene)
  if (found !== 'sign-in') return found
  // LiteLLM asked with all that it has for the server: unless users sign in for themselves, nobody gets any further.
  if (!server.usersSignIn || server.before !== null) return { server, why: TURNED_AWAY, hint: CREDENTIALS }
  return { remark: `${title(server)}: answers, and wants a sign-in that cannot be tried from here` }
}

/** Servers that were moved and have no URL any more: those of config.yaml lose it with the variable behind it. */
async function emptied(scene: OpenScene): Promise<Fault[]> {
  return emptiedServers(await scene.servers(), scene.runs, scene.gatewayUrl).map(({ server, run }) => {
    const file = run.changes.find(
      ({ change }) => change.server.id === server.server_id && change.file?.variable,
    )
    const variable = file?.change.file?.variable ?? null
    return {
      line: `${titleOf(server)}: moved by run ${run.id}, and listed with an empty URL now`,
      hint:
        variable === null
          ? 'Give it its URL again, or take the run back.'
          : `LiteLLM was started without the variable ${printable(variable)}, or with it empty: set it and restart LiteLLM.`,
    }
  })
}

/** The failures as faults: those with one cause and one cure are one fault. */
function faultsOf(failures: readonly Failure[]): Fault[] {
  const groups = groupedBy(failures, ({ why, hint, server }) => [originOf(server.url), why, hint])
  return groups.map((group) => {
    const [first] = group
    const names = group.map(({ server }) => title(server)).join(', ')
    const url = first?.server.url ?? ''
    const at = shortened(maskUrl(group.length === 1 ? url : originOf(url)), 120)
    return { line: `${names} at ${at}: ${first?.why ?? ''}`, hint: first?.hint ?? null }
  })
}

function told(servers: readonly Migrated[], reached: readonly Reached[]): string[] {
  const working = reached.flatMap((each, i) => {
    const server = servers[i]
    return server && 'tools' in each ? [`${title(server)} (${each.tools})`] : []
  })
  const head = `${count(working.length, 'server')} of ${servers.length} list tools: ${working.join(', ')}`
  return [
    ...(working.length > 0 ? [head] : []),
    ...reached.flatMap((each) => ('remark' in each ? each.remark : [])),
  ]
}

/** Each migrated server lists its tools through LiteLLM. */
export const reachable = askingGateway({
  id: 'reachable',
  title: 'The new addresses work through LiteLLM',
  look: async (scene, tell) => {
    const servers = await scene.migrated()
    const left = [...(await leftBehind(scene)), ...(await emptied(scene))]
    if (servers.length === 0 && left.length === 0)
      return skipped('no server is at the new address, and none at the old one')
    const reached: Reached[] = []
    await inParallel(LOOKS_AT_ONCE, [...servers.entries()], async ([i, server]) => {
      const found = await reach(server, scene)
      reached[i] = found
      if ('why' in found) tell(`${title(server)}: ${found.why}`)
    })
    const failures = reached.filter((each) => 'why' in each)
    return judged([...faultsOf(failures), ...left], told(servers, reached))
  },
})
