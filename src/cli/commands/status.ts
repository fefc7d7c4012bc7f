import { GUIDE_NAMES } from '../../core/deployment/guide-names.ts'
import { type Condition, excludes, needs } from '../options/conditions.ts'
import { command, inGroup, option, type OptionsOf, toggle } from '../options/declare.ts'
import {
  CONNECTION,
  deploymentOptions,
  JOURNAL,
  ONE_RULE,
  ONE_SIGN_IN,
  OUTPUT,
  ruleOptions,
  USABLE_HEADERS,
} from '../options/groups.ts'
import { usage } from '../options/usage.ts'

/** How many error lines of each log are looked for unless told. */
export const ERROR_LINES = 5

const OPTIONS = [
  ...CONNECTION,
  ...ruleOptions(
    'with --to: the origin that servers leave, in place of the migration that ships',
    'the origin to which they move',
  ),
  ...inGroup('Journal', JOURNAL),
  ...deploymentOptions(
    `LiteLLM's container, where it is not found by the gateway's port or as ${GUIDE_NAMES.litellm}`,
    `the MCP proxy's, where it is not found by the new host name or as ${GUIDE_NAMES.proxy}`,
    `the network on which they meet (${GUIDE_NAMES.network}, or what they share)`,
  ),
  option(
    '--logs <N>',
    'how many error lines of each log, among its last 200',
    ({ whole }) => whole(0, 200, 'takes a number of lines, from 0 to 200').optional(),
    { usual: String(ERROR_LINES) },
  ),
  option('--watch <SECONDS>', 'again and again, with a pause of that length, until Ctrl-C', ({ seconds }) =>
    seconds.optional(),
  ),
  toggle('--diagram', 'draw the network as it is'),
  option(
    '--format <text|mermaid|html>',
    'with --diagram: how it is drawn',
    ({ oneOf }) => oneOf(['text', 'mermaid', 'html']).optional(),
    { usual: 'text' },
  ),
  ...OUTPUT,
]

/** The options of `status`. */
export type StatusOptions = OptionsOf<typeof OPTIONS>

const TEXT_IN_ROUNDS: Condition<StatusOptions> = ({ watch, format = 'text' }) => {
  if (watch !== undefined && format !== 'text') throw usage('--watch shows a diagram as text only')
}

/** `status`: what is where now. */
export const statusCommand = command({
  name: 'status',
  about: 'what is where now: gateway, servers, last run, containers, networks, errors',
  options: OPTIONS,
  notes: ['Reads only. Exits 1 when the gateway cannot be asked; what else can be seen is shown.'],
  conditions: [
    ONE_SIGN_IN,
    excludes('diagram', 'json'),
    ...ONE_RULE,
    USABLE_HEADERS,
    needs('format', ['diagram']),
    TEXT_IN_ROUNDS,
  ],
  action: async (options, context) => (await import('./status/rounds.ts')).status(options, context),
})
