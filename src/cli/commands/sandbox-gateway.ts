import { excludes } from '../options/conditions.ts'
import { command, inGroup, option, type OptionsOf } from '../options/declare.ts'
import { VERBOSE } from '../options/groups.ts'
import { KNOWN_RELEASE, releaseOption, scenarioOption } from '../options/played.ts'

const OPTIONS = [
  ...inGroup(
    'Sandbox',
    releaseOption('the LiteLLM release to behave as; beats that of --world'),
    option(
      '--world <FILE>',
      'a JSON file that says what the gateway is like: servers, keys, faults and so on',
      ({ filled }) => filled('takes a file').optional(),
    ),
    scenarioOption('what is to go wrong there'),
  ),
  VERBOSE,
]

/** The options of `sandbox`. */
export type SandboxGatewayOptions = OptionsOf<typeof OPTIONS>

/** `sandbox`: a gateway to try things on. The main job on one of its own is `--sandbox`. */
export const sandboxCommand = command({
  name: 'sandbox',
  about: 'a throw-away gateway with seven servers; stays up until Ctrl-C',
  options: OPTIONS,
  conditions: [excludes('world', 'scenario'), KNOWN_RELEASE],
  action: async (options, context) =>
    (await import('./sandbox-gateway/serve.ts')).serveSandbox(options, context),
})
