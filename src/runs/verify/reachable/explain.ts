import { diagnose, isVague, outcomeOf } from '../../../core/reach/diagnose.ts'
import type { Reach } from '../../../core/reach/reach.ts'
import { commandTo } from '../../../core/deployment/containers.ts'
import { mendingFor } from '../../deployment/mending.ts'
import { hintOf, mend } from '../../../core/show/remedy.ts'
import { lookWithin, secondLook } from '../limits.ts'
import type { Migrated } from '../scene/migrated.ts'
import type { OpenScene } from '../scene/scene.ts'

/** A server that lists no tools: what is wrong, and how it is mended. */
export interface Failure {
  server: Migrated
  /** The cause, for a person. */
  why: string
  hint: string | null
}

/** What somebody who stands where LiteLLM stands sees there; `null` where there is nobody. */
async function secondWord({ url, transport }: Migrated, scene: OpenScene): Promise<Reach | null> {
  const { witness } = await scene.around()
  if (witness === null) return null
  return lookWithin(secondLook(scene), witness, url, transport)
}

const RESTART =
  'The new address works, and LiteLLM still uses the old one: this release picks up a new URL only when it starts. Restart LiteLLM, all its workers and replicas'

async function restart(scene: OpenScene): Promise<string> {
  const around = await scene.around()
  return around.kind === 'container'
    ? mend(`${RESTART}:`, commandTo('restart', around.litellm))
    : `${RESTART}.`
}

/** Does the address work, and only LiteLLM does not use it yet? Up to 1.80 a new URL waits for a restart. */
const awaitsRestart = (scene: OpenScene, tried: Reach, witness: Reach | null): boolean =>
  scene.gateway.era.restart !== 'no' && [tried.kind, witness?.kind].includes('tools')

/** How an address is mended. */
async function hintFor(reach: Reach, { url, transport }: Migrated, scene: OpenScene): Promise<string | null> {
  const broken = { url, transport, served: await scene.served() }
  const remedy = await mendingFor(reach, broken, await scene.around())
  return remedy && hintOf(remedy)
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
