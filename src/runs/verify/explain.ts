import { diagnose, isVague, outcomeOf } from '../../core/diagnose.ts'
import type { Reach, ReachKind } from '../../core/reach.ts'
import { remedyFor } from '../../core/remedies.ts'
import type { Deployment } from '../deployment.ts'
import { mend } from './check.ts'
import { secondLook } from './limits.ts'
import { joinIt, meetingOf, pairOf, renameIt, startIt } from './meeting.ts'
import type { Migrated } from './migrated.ts'
import type { OpenScene } from './scene.ts'

/** A server that lists no tools: what is wrong, and how it is mended. */
export interface Failure {
  server: Migrated
  /** The cause, for a person. */
  why: string
  hint: string | null
}

async function within<T>(limitMs: number, act: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late), limitMs)
  })
  return Promise.race([act, limit]).finally(() => clearTimeout(timer))
}

/** What somebody who stands where LiteLLM stands sees there; `null` where there is nobody. */
async function secondWord({ url, transport }: Migrated, scene: OpenScene): Promise<Reach | null> {
  const witness = await scene.witness()
  if (witness === null) return null
  const limitMs = secondLook(scene)
  const evidence = `${witness.where}: no answer in ${limitMs / 1000} s`
  return within(limitMs, witness.look(url, transport), { kind: 'time-out', tools: null, evidence })
}

const RESTART =
  'The new address works, and LiteLLM still uses the old one: this release takes a new URL up when it starts. Restart LiteLLM, all its workers and replicas:'

async function restart(scene: OpenScene): Promise<string> {
  const deployment = await scene.deployment()
  return mend(RESTART, `docker restart ${deployment?.litellm.found?.name ?? 'litellm'}`)
}

/** Does the address work, and only LiteLLM does not use it yet? Up to 1.80 a new URL waits for a restart. */
const awaitsRestart = (scene: OpenScene, tried: Reach, witness: Reach | null): boolean =>
  scene.gateway.era.restart !== 'no' && [tried.kind, witness?.kind].includes('tools')

/** What Docker knows better than any look at the address: a proxy that does not run, or that LiteLLM cannot meet. */
function hintOfDocker(
  kind: ReachKind,
  url: string,
  scene: OpenScene,
  deployment: Deployment | null,
): string | null {
  const pair = pairOf(deployment)
  if (!pair || !deployment) return null
  if (pair.proxy.state !== 'running') return startIt(pair.proxy)
  if (kind !== 'unknown-host' && kind !== 'unreachable') return null
  const meeting = meetingOf(pair, deployment, scene.names.network !== null)
  if (!('network' in meeting)) return joinIt(meeting.absent, meeting.target)
  return kind === 'unknown-host' ? renameIt(pair.proxy, new URL(url).hostname, meeting.network) : null
}

/** How an address is mended. */
async function hintFor(
  { kind, leadsTo }: Reach,
  { url, transport }: Migrated,
  scene: OpenScene,
): Promise<string | null> {
  const deployment = await scene.deployment()
  const known = hintOfDocker(kind, url, scene, deployment)
  if (known !== null) return known
  const failing = {
    url,
    transport,
    served: await scene.served(),
    gatewayContainer: deployment?.litellm.found?.name ?? null,
    proxyContainer: deployment?.proxy.found?.name ?? null,
    network: deployment?.network.found?.name ?? null,
  }
  const remedy = remedyFor(kind, failing, leadsTo)
  return remedy && (remedy.command === null ? remedy.sentence : mend(remedy.sentence, remedy.command))
}

/** The more telling of what LiteLLM says of a server and of its address. */
const gatewaysWord = (listed: Reach, tried: Reach): Reach =>
  isVague(listed) && outcomeOf(tried.kind) !== 'reached' && tried.kind !== 'untried' ? tried : listed

/** Why a server lists no tools, and what mends it; `sign-in` where it is there, and wants to know who asks. */
export async function explain(
  server: Migrated,
  listed: Reach,
  scene: OpenScene,
): Promise<Failure | 'sign-in'> {
  const { url, transport, identity } = server
  const [tried, witness] = await Promise.all([
    listed.kind === 'time-out'
      ? listed
      : scene.gateway.tryAddress({ url, transport, serverId: identity.id }, secondLook(scene)),
    secondWord(server, scene),
  ])
  const found = diagnose(gatewaysWord(listed, tried), witness)
  const why = `${found.kind.replaceAll('-', ' ')}. ${found.evidence}`
  if (awaitsRestart(scene, tried, witness)) return { server, why, hint: await restart(scene) }
  if (outcomeOf(found.kind) === 'sign-in') return 'sign-in'
  return { server, why, hint: await hintFor(found, server, scene) }
}
