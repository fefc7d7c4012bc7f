import { newOriginsOf } from '../../../core/rule/verdict.ts'
import { count } from '../../../core/show/text.ts'
import { transportAt } from '../../../core/verify/services.ts'
import type { Knock } from '../../../machine/port.ts'
import { type Check, judged, skipped, fault, found, type Found } from '../check.ts'
import { type InUse, judgeUse, usedPlaces } from './in-use.ts'
import { KNOCK_MS } from '../limits.ts'
import { oldOrigins, placeText, type Target, targetsOf } from './old-origins.ts'
import { type Knocked, type Opener, openersOf } from './openers.ts'
import type { Scene } from '../scene/scene.ts'

/** How many paths are tried where something answers: one that works is proof enough. */
const PATHS_TRIED = 2

const SEEN: readonly [Knock['kind'], string][] = [
  ['refused', 'refused'],
  ['unknown-host', 'unknown host'],
  ['no-route', 'no route to it'],
  ['silent', 'filtered, no answer in 2 s'],
]

/** What refused, and how: a line for each way. */
function refusals(knocked: readonly Knocked[]): string[] {
  return SEEN.flatMap(([kind, word]) => {
    const labels = knocked.filter(({ knock }) => knock.kind === kind).map(({ target }) => target.label)
    if (labels.length === 0) return []
    const more = labels.length - 6
    return [`${word}: ${labels.slice(0, 6).join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
  })
}

const UNASKED = 'LiteLLM could not be asked which servers use it now, so first make sure that none does.'

const urlOf = ({ origin: { scheme, port }, host }: Target, path: string): string =>
  `${scheme}://${placeText(host, port)}${path}`

/** What answers there: the MCP server that was to be closed, or something else that has taken its place. */
async function answers(target: Target, { machine, handshake }: Scene): Promise<string> {
  const paths = target.origin.paths.slice(0, PATHS_TRIED)
  const [http, ...reached] = await Promise.all([
    machine.greet(urlOf(target, paths[0] ?? '/'), KNOCK_MS),
    ...paths.map(async (path) => ({
      path,
      reach: await handshake(urlOf(target, path), transportAt(path), KNOCK_MS),
    })),
  ])
  const mcp = reached.find(({ reach }) => reach.kind === 'tools' || reach.kind === 'no-tools')
  if (mcp)
    return `an MCP server answers, without any key: initialize works, ${count(mcp.reach.tools?.length ?? 0, 'tool')} at ${mcp.path}`
  if (reached.some(({ reach }) => reach.kind === 'unauthorized' || reach.kind === 'forbidden'))
    return `${http}: a server that asks for a sign-in`
  return `no MCP server: something else listens there now (${paths[0] ?? '/'}: ${http})`
}

async function toldOf(opener: Opener, scene: Scene, used: readonly InUse[] | null): Promise<Found> {
  const labels = opener.open.map(({ label }) => label)
  const shown =
    labels.length > 4 ? `${labels.slice(0, 3).join(', ')} and ${labels.length - 3} more` : labels.join(', ')
  // A zone, as in fe80::1%eth0, cannot stand in a URL.
  const target = opener.open.find(({ host }) => !host.includes('%'))
  const said = target ? `; ${await answers(target, scene)}` : ''
  const line = `${shown}: accepted by ${opener.who}${said}`
  if (used === null) return fault(line, `${UNASKED} ${opener.hint}`)
  return judgeUse(line, opener, used, scene)
}

/** What of the journal cannot be read, so that old addresses may be missing: a sentence, and a command, which is indented. */
function journalRemarks({ journalProblems: problems, own }: Scene): string[] {
  if (problems.length === 0) return []
  const unread = `${count(problems.length, 'file')} of the journal cannot be read, so old addresses may be missing. To see which:`
  return [unread, `  ${own('history', '--check')}`]
}

/** Every old address refuses: TCP, and with it HTTP and MCP. */
export const closed: Check = {
  id: 'closed',
  title: 'The old addresses are closed',
  skip: () => null,
  look: async (scene, tell) => {
    const { runs, gatewayUrl, ruleSet, machine } = scene
    const origins = oldOrigins(runs, gatewayUrl, ruleSet.rules, await scene.knownPaths())
    const targets = targetsOf(origins, machine.addresses(), gatewayUrl, newOriginsOf(ruleSet.rules))
    if (targets.length === 0)
      return skipped('the rule stays at the same host and port, so no old address has to be closed')
    const knocked = await Promise.all(
      targets.map(async (target) => ({
        target,
        knock: await machine.knock(target.host, target.origin.port, KNOCK_MS),
      })),
    )
    const open = knocked.filter(({ knock }) => knock.kind === 'open')
    for (const { target } of open) tell(`${target.label}: accepts connections`)
    const [openers, used] = await Promise.all([
      openersOf(open, scene),
      usedPlaces(
        scene,
        open.map(({ target }) => target.origin.port),
      ),
    ])
    const told = await Promise.all(openers.map((opener) => toldOf(opener, scene, used)))
    const { faults, fine: remarks } = found(...told)
    return judged(faults, [...refusals(knocked), ...remarks, ...journalRemarks(scene)])
  },
}
