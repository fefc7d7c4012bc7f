import { CHECK_IDS } from '../../core/verify/check.ts'
import { needs } from '../options/conditions.ts'
import { command, inGroup, option, type OptionsOf, repeatable } from '../options/declare.ts'
import {
  connectionWithin,
  deploymentOptions,
  JOURNAL,
  ONE_RULE,
  ONE_SIGN_IN,
  OUTPUT,
  ruleOptions,
  USABLE_HEADERS,
} from '../options/groups.ts'

/** The seconds that a request of a check has. */
export const VERIFY_SECONDS = 5

/** The checks to be played. */
export const CHECK = repeatable('--check <ID>', 'only this check', ({ severalOf }) => severalOf(CHECK_IDS), {
  words: CHECK_IDS,
})

/** The options that say what is right: which keys there are, and which ports. */
export const EXPECTED = [
  option(
    '--keys <FILE>',
    'a keys file: which virtual keys there are, and what each must and must not reach',
    ({ filled }) => filled().optional(),
  ),
  repeatable('--key <NAME=ENV>', 'a virtual key to try, from the variable ENV', ({ texts }) => texts),
  option(
    '--chat <MODEL>',
    'ask this model for one token with each key; costs what the model costs',
    ({ filled }) => filled().optional(),
  ),
  repeatable(
    '--allow-published <PORT>',
    'a port that may be published on this machine',
    ({ severalAs, whole }) => severalAs(whole(1, 65_535, 'takes a port, from 1 to 65535')),
  ),
]

/** The options that name the parts of the deployment. */
export const PARTS = deploymentOptions(
  "LiteLLM's container, where it is not found automatically",
  "the MCP proxy's container, where it is not found automatically",
  'the network on which the two have to meet',
)

/** The options that say by which rule. */
export const RULE = ruleOptions(
  'with --to: the origin that should be closed, in place of the migration that ships',
  'the origin that should work',
)

const OPTIONS = [
  ...connectionWithin(VERIFY_SECONDS, 'for each request; a check has half as much again'),
  ...RULE,
  ...inGroup(
    'Checks',
    CHECK,
    ...EXPECTED,
    option(
      '--watch <SECONDS>',
      'verify again and again, with a pause of that length, until Ctrl-C',
      ({ seconds }) => seconds.optional(),
    ),
  ),
  ...PARTS,
  ...inGroup('Journal', JOURNAL),
  ...OUTPUT,
]

/** The options of `verify`. */
export type VerifyOptions = OptionsOf<typeof OPTIONS>

/** `verify`: proves that the old addresses are closed, the new ones reachable, and open to the right keys only. */
export const verifyCommand = command({
  name: 'verify',
  about: 'proves that the old addresses are closed, and the new ones open to the right keys only',
  options: OPTIONS,
  notes: ['Exits 5 when a check fails, 0 when none does.'],
  conditions: [
    ONE_SIGN_IN,
    ...ONE_RULE,
    USABLE_HEADERS,
    needs('chat', ['keys', 'key'], ': each of those keys is tried'),
  ],
  action: async (options, context) => (await import('./verify/rounds.ts')).verify(options, context),
})
