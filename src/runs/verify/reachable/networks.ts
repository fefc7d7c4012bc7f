import { originText } from '../../../core/rule/address.ts'
import { newOriginsOf } from '../../../core/rule/verdict.ts'
import { listCommand } from '../../../core/deployment/containers.ts'
import { serviceIn } from '../../../core/verify/services.ts'
import { isUnavailable } from '../../../core/unavailable.ts'
import type { Container, Docker } from '../../../docker/port.ts'
import { witnessInside } from '../../../docker/witness/witness.ts'
import type { Deployment } from '../../deployment/deployment.ts'
import { askingDocker, fault, type Finding, fine, found, type Found, judged, skipped } from '../check.ts'
import { coverage } from './coverage.ts'
import { hintOf, mend } from '../../../core/show/remedy.ts'
import { judgeInside } from './from-inside.ts'
import { joinIt, meetingOf, type Pair, pairOf, startIt } from '../../deployment/meeting.ts'
import { askAll, judgeNamesakes, originIn, theProxy } from './sharing.ts'
import type { Scene } from '../scene/scene.ts'

const isRunning = ({ state }: Container): boolean => state === 'running'

function stopped(container: Container): Found {
  if (isRunning(container)) return fine()
  const { name, status, state } = container
  return fault(`${name} does not run (${status || state})`, hintOf(startIt(container)))
}

type Shared = Found & { network: string | null }

/** The network that both are on, or the fault that there is none. */
function shared(pair: Pair, deployment: Deployment, named: boolean): Shared {
  const meeting = meetingOf(pair, deployment, named)
  if ('network' in meeting) {
    const { litellm, proxy } = pair
    return { ...meeting, ...fine(`${litellm.name} and ${proxy.name} share the network ${meeting.network}`) }
  }
  const { absent, target, elsewhere } = meeting
  const names = absent.map(({ name }) => name).join(' and ')
  const instead = elsewhere.length === 0 ? '' : `; they meet on ${elsewhere.join(', ')}`
  return {
    network: null,
    ...fault(`${names} is not on the network ${target}${instead}`, hintOf(joinIt(absent, target))),
  }
}

/** What requests from inside LiteLLM's container came to. `status`: the text of a `/status` that answered. */
interface FromInside extends Found {
  status: string | null
  isUnknown: boolean
}

const NOT_ASKED: FromInside = { ...fine(), status: null, isUnknown: false }

async function askFromInside(
  origins: readonly string[],
  pair: Pair,
  network: string,
  known: readonly string[],
  scene: Scene,
): Promise<FromInside> {
  const asked = origins.map(async (origin) => ({ origin, inside: await scene.inside(origin) }))
  const answers = await Promise.all(asked)
  const judged = answers.map(({ origin, inside }) => judgeInside(inside, pair, network, origin, known))
  const [status = null] = answers.flatMap(({ inside }) =>
    isUnavailable(inside) || inside.status === null ? [] : inside.body,
  )
  return { ...found(...judged), status, isUnknown: answers.some(({ inside }) => isUnavailable(inside)) }
}

async function lookAt(docker: Docker, near: Pair, deployment: Deployment, scene: Scene): Promise<Finding> {
  const { litellm } = near
  const migrated = await scene.migrated()
  const urls = migrated.map(({ url }) => url)
  const origins = [
    ...new Set(urls.length > 0 ? urls.flatMap(originIn) : newOriginsOf(scene.ruleSet.rules).map(originText)),
  ]
  const witness = witnessInside(docker, litellm)
  const namesakes = isRunning(litellm) ? await askAll(origins, migrated, deployment, scene, witness) : []
  const pair = { litellm, proxy: theProxy(near.proxy, namesakes) }
  const { proxy } = pair
  const up = found(stopped(litellm), stopped(proxy))
  const { network, ...together } = shared(pair, deployment, scene.names.network !== null)
  const isAble = up.faults.length === 0 && network !== null
  const known = namesakes.flatMap(({ asked }) => asked.flatMap(({ ip }) => ip ?? []))
  const inside = isAble ? await askFromInside(origins, pair, network, known, scene) : NOT_ASKED
  const wanted = urls.flatMap((url) => serviceIn(url) ?? [])
  const covered = await coverage(docker, proxy, inside.status, wanted)
  const all = found(...namesakes.map(judgeNamesakes), up, together, inside, covered)
  // What nobody could ask from there is not proved.
  const isUnknown = inside.isUnknown && all.faults.length === 0
  return isUnknown ? skipped(...all.fine) : judged(all.faults, all.fine)
}

const noProxy = ({ engine }: Docker): string =>
  mend(
    'Start the MCP proxy under the name that the new URLs have, or name its container with --proxy-container. All containers:',
    listCommand(engine),
  )

/** LiteLLM's container and the proxy's share a network on which the new addresses work. */
export const networks = askingDocker({
  id: 'networks',
  title: 'LiteLLM and the MCP proxy share a network',
  look: async (docker, deployment, scene) => {
    const { litellm, proxy } = deployment
    if (litellm.found === null) return skipped(litellm.how)
    const pair = pairOf(deployment)
    return pair
      ? lookAt(docker, pair, deployment, scene)
      : judged([{ line: proxy.how, hint: noProxy(docker) }], [])
  },
})
