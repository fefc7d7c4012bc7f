import { excludes } from '../options/conditions.ts'
import { command, inGroup, option, type OptionsOf } from '../options/declare.ts'
import { VERBOSE } from '../options/groups.ts'

const OPTIONS = [
  ...inGroup(
    'Sandbox',
    option('--release <VERSION>', 'the LiteLLM release to behave as; beats that of --world', async () =>
      (await import('../../sandbox/world-file/file.ts')).worldRelease.optional(),
    ),
    option(
      '--world <FILE>',
      'a JSON file that says what the gateway is like: servers, keys, faults and so on',
      ({ filled }) => filled('takes a file').optional(),
    ),
    option(
      '--scenario <guide|unreachable|drift|crash>',
      'what is to go wrong there',
      ({ oneOf }) => oneOf(['guide', 'unreachable', 'drift', 'crash']).optional(),
      { usual: 'guide, where nothing does' },
    ),
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
  conditions: [excludes('world', 'scenario')],
  action: async (options, context) =>
    (await import('./sandbox-gateway/serve.ts')).serveSandbox(options, context),
})
