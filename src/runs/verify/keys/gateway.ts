import { MigrateError } from '../../../core/errors.ts'
import { mend } from '../../../core/show/remedy.ts'
import { printable } from '../../../core/show/text.ts'
import { compromise } from '../../../core/record/releases.ts'
import { isAdmins, tryToEdit } from '../../../gateway/as-key.ts'
import { askingGateway, type Check, type Fault, judged } from '../check.ts'
import { noKeys } from './no-keys.ts'
import { type OpenScene } from '../scene/scene.ts'

/** Who tried to edit, and what came of it: a fault, or a line. */
interface Attempt {
  fault: Fault | null
  line: string | null
}

const GUARD_HINT =
  'Whoever can edit MCP servers can send their traffic anywhere. Set a master key (general_settings.master_key or LITELLM_MASTER_KEY) and restart LiteLLM.'

async function attemptBy(who: string, secret: string | null, scene: OpenScene): Promise<Attempt> {
  const endpoint = scene.endpointFor(secret)
  const { may, message } = await tryToEdit(endpoint)
  if (may === 'never') return letIn(who, message)
  if (may === 'no') return { fault: null, line: `${who} cannot edit MCP servers (${message})` }
  if (may === 'unclear')
    return {
      fault: { line: `whether ${who} can edit MCP servers could not be told (${message})`, hint: null },
      line: null,
    }
  if (secret !== null && (await isAdmins(endpoint)))
    return { fault: null, line: `${who} is an admin's, and may edit MCP servers` }
  const hint =
    secret === null
      ? GUARD_HINT
      : mend(
          `Delete ${who}, or give its user another role than proxy_admin:`,
          `${scene.gatewayUrl}/ui/?page=api-keys`,
        )
  return { fault: { line: `${who} CAN EDIT MCP servers (${message})`, hint }, line: null }
}

/** Without a database nobody edits anything; but whoever is told so was not asked for a key. */
const letIn = (who: string, message: string): Attempt => ({
  fault: {
    line: `${who} is let in, as LiteLLM has no master key; only the missing database keeps it from editing anything (${message})`,
    hint: GUARD_HINT,
  },
  line: null,
})

function releaseFault(version: string | null): Fault[] {
  const known = compromise(version)
  if (!known) return []
  return [
    {
      line: `LITELLM ${known.version} IS COMPROMISED: ${known.what}. Source: ${known.source}`,
      hint: mend(
        'Take this machine off the network, replace every key and password that LiteLLM or the machine has held, and install another release:',
        "pip install --force-reinstall --no-cache-dir 'litellm[proxy]!=1.82.7,!=1.82.8'",
      ),
    },
  ]
}

/** Is the list of servers short, so that the checks of servers would miss some? Other trouble with it they tell themselves. */
async function shortList(scene: OpenScene): Promise<Fault[]> {
  try {
    await scene.servers()
    return []
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    return error.code === 'key-scoped' ? [{ line: error.message, hint: error.hint }] : []
  }
}

const guarded = askingGateway({
  id: 'gateway',
  title: 'Only admins can edit MCP servers',
  look: async (scene) => {
    const none = noKeys(scene.gateway)
    const attempts = await Promise.all([
      attemptBy('somebody without a key', null, scene),
      ...(none === null ? scene.keys : []).map(({ expected: { name }, secret }) =>
        attemptBy(`the key ${printable(name)}`, secret, scene),
      ),
    ])
    const { version, account } = scene.gateway.identity
    const faults = [
      ...releaseFault(version),
      ...(await shortList(scene)),
      ...attempts.flatMap(({ fault }) => fault ?? []),
    ]
    const about = `LiteLLM ${version ?? '(release unknown)'}, asked with the ${account}`
    const few = scene.keys.length === 0 ? 'no virtual key was tried: --keys FILE, --key NAME=ENV' : null
    const untried = [none ?? few].filter((line) => line !== null)
    return judged(faults, [about, ...attempts.flatMap(({ line }) => line ?? []), ...untried])
  },
})

/**
 * Nobody but an admin may edit MCP servers, and the release is not a compromised one. A gateway that cannot be asked is
 * told of here.
 */
export const gateway: Check = {
  ...guarded,
  skip: () => null,
  look: async (scene, tell) =>
    scene.gateway instanceof MigrateError
      ? judged([{ line: scene.gateway.message, hint: scene.gateway.hint }], [])
      : guarded.look(scene, tell),
}
