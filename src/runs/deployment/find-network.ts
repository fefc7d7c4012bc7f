import { GUIDE_NAMES } from '../../core/deployment/guide-names.ts'
import { printable } from '../../core/show/text.ts'
import type { Container, Network } from '../../docker/port.ts'
import type { DeploymentRequest, Holdings, Part } from './deployment.ts'
import { networksOf } from './names-of.ts'

/** Compose puts the project's name before that of a network. */
const isNetwork =
  (name: string) =>
  (network: string): boolean =>
    network === name || network.endsWith(`_${name}`)

/** Who of the two is not on a network, as the end of a sentence. */
function absence(network: string, ...both: (Container | null)[]): string {
  const missing = both.filter((each) => each !== null).filter((each) => !networksOf(each).includes(network))
  return missing.map(({ name }) => `; ${printable(name)} is not on it`).join('')
}

/** The network on which LiteLLM and the MCP proxy are to meet. */
export function findNetwork(
  { networks }: Holdings,
  { names }: DeploymentRequest,
  litellm: Container | null,
  proxy: Container | null,
): Part<Network> {
  const named = (name: string): Network | null =>
    networks.find((each) => each.name === name) ?? networks.find((each) => isNetwork(name)(each.name)) ?? null
  if (names.network !== null) {
    const found = named(names.network)
    return {
      found,
      how: found ? 'as --network says' : `there is no network ${printable(names.network)}, as --network says`,
    }
  }
  // Before any other that they share: where they should meet is not where they happen to.
  const usual = named(GUIDE_NAMES.network)
  if (usual) {
    const absent = absence(usual.name, litellm, proxy)
    return { found: usual, how: `by its name${absent}`, isDoubtful: absent !== '' }
  }
  const shared =
    litellm && proxy
      ? networks.find(({ name }) => [litellm, proxy].every((each) => networksOf(each).includes(name)))
      : undefined
  if (shared) return { found: shared, how: 'both are on it' }
  return {
    found: null,
    how: `LiteLLM and the MCP proxy share no network, and none is called ${GUIDE_NAMES.network}`,
  }
}
