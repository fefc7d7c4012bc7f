import { MigrateError } from '../../core/errors.ts'
import { CONSENTS } from '../../core/plan/consent/consent.ts'
import { type Condition, excludes, needs } from '../options/conditions.ts'
import { command, inGroup, option, type OptionsOf, repeatable, toggle } from '../options/declare.ts'
import {
  CONNECTION,
  JOURNAL,
  NO_COLOR,
  ONE_RULE,
  ONE_SIGN_IN,
  QUIET,
  ruleOptions,
  USABLE_HEADERS,
} from '../options/groups.ts'
import { KNOWN_RELEASE, releaseOption, scenarioOption } from '../options/played.ts'

/** The options that say what is to be moved: by which rule, in which files, of which servers. */
export const MOVING = inGroup(
  'Which servers',
  ...ruleOptions(
    'with --to: move exactly this origin, in place of the migration that ships',
    'the origin it becomes',
  ),
  repeatable(
    '--litellm-config <FILE>',
    "LiteLLM's config.yaml, for the servers defined in it",
    ({ texts }) => texts,
  ),
  repeatable(
    '--litellm-env <FILE>',
    "LiteLLM's .env file, for the URLs that config.yaml has from variables",
    ({ texts }) => texts,
  ),
  repeatable(
    '--only <PATTERN>',
    'servers by name, alias, id or access group; * matches; several as a,b',
    ({ patterns }) => patterns,
  ),
  repeatable('--except <PATTERN>', 'not these; wins over --only; several as a,b', ({ patterns }) => patterns),
)

const REVIEW = inGroup(
  'Review',
  toggle('-n, --dry-run', 'show what would change; write no server, file or journal'),
  toggle('--diff', 'the unified diff of each record, not only a line for each server'),
  toggle('-y, --yes', 'write without a question'),
  toggle('--exit-code', 'with --dry-run: exit 2 when changes are pending'),
)

const SAFETY = inGroup(
  'Safety',
  repeatable(
    '--accept <EFFECT>',
    'consent to what a new URL loses, or to one that does not work',
    ({ severalOf }) => severalOf(CONSENTS),
    { words: CONSENTS },
  ),
  option(
    '--on-failure <stop|continue|revert>',
    'after a failure: stop, go on with the rest, or take back all that this run wrote',
    ({ oneOf }) => oneOf(['stop', 'continue', 'revert']).default('stop'),
    { usual: 'stop' },
  ),
  option(
    '--allow <N>',
    'how many servers a migration of your own may change at its first time on a gateway, where that is over 30 %',
    ({ whole }) => whole(1, 1_000_000, 'takes a number of servers').optional(),
  ),
  toggle('--canary', 'change one server, check it through the gateway, then go on'),
  option(
    '--patience <SECONDS>',
    'how long a write whose answer was lost is looked for',
    ({ secondsOrNone }) => secondsOrNone.optional(),
    { usual: "the gateway's probe and 10 s" },
  ),
  toggle('--no-preflight', 'do not try the new URLs from the gateway, neither before nor after the run'),
  toggle('--no-wait', 'do not wait until all workers and replicas of the gateway use the new URLs'),
)

const RUNS = inGroup(
  'Journal',
  option('--revert [RUN]', 'take back the newest run of this gateway, or the one named', ({ filledOrBare }) =>
    filledOrBare.optional(),
  ),
  option(
    '--unfinished <finish|revert>',
    'complete a run that was cut short, or take it back, and end; ignored where there is none',
    ({ oneOf }) => oneOf(['finish', 'revert']).optional(),
  ),
  option(
    '--expect-head <HASH>',
    'with --revert or --unfinished: only if the journal of the run has this head',
    ({ head }) => head.optional(),
  ),
  JOURNAL,
)

/** The options that say what a sandbox plays. */
export const PLAYED = inGroup(
  'Sandbox',
  releaseOption('with --sandbox: the LiteLLM release to behave as'),
  scenarioOption('with --sandbox: what is to go wrong there'),
)

const OPTIONS = [
  ...CONNECTION,
  ...MOVING,
  ...inGroup('Which servers', toggle('--thorough', 'read every server by id, where the list would do')),
  ...REVIEW,
  ...SAFETY,
  ...RUNS,
  ...inGroup('Sandbox', toggle('--sandbox', 'try it on a private throw-away gateway with seven servers')),
  ...PLAYED,
  toggle('--json', 'one JSON document on standard output, nothing else there'),
  QUIET,
  toggle('-v, --verbose', 'every server in the report, not only those worth a look; the trace of a bug'),
  NO_COLOR,
]

/** The options of the main job. */
export type MainOptions = OptionsOf<typeof OPTIONS>

const JSON_NEVER_ASKS: Condition<MainOptions> = ({ json, yes, dryRun }) => {
  if (json && !yes && !dryRun)
    throw new MigrateError('consent-missing', '--json never asks, so it needs --yes or --dry-run', null)
}

/** The main job, and the same on a sandbox, and back. */
export const mainCommand = command({
  name: 'mcp-url-migrate',
  about:
    'Moves the MCP server URLs of a LiteLLM gateway: shows the diff, asks, applies, checks, and can take it all back.',
  options: OPTIONS,
  notes: [
    'A question is asked only where standard input and standard error are terminals; elsewhere --yes is needed to write.',
    'No option takes a secret as its value: use a file, standard input, the environment, or the hidden prompt.',
  ],
  conditions: [
    ONE_SIGN_IN,
    excludes('quiet', 'verbose'),
    excludes(
      'sandbox',
      'url',
      'litellmConfig',
      'litellmEnv',
      'keyFile',
      'username',
      'header',
      'journal',
      'revert',
    ),
    excludes('revert', 'canary', 'from', 'thorough'),
    ...ONE_RULE,
    USABLE_HEADERS,
    needs('exitCode', ['dryRun']),
    needs('release', ['sandbox']),
    needs('scenario', ['sandbox']),
    KNOWN_RELEASE,
    needs('expectHead', ['revert', 'unfinished']),
    JSON_NEVER_ASKS,
  ],
  action: async (options, context) => {
    if (options.sandbox) return (await import('./sandbox.ts')).migrateSandbox(options, context)
    if (options.revert !== undefined) return (await import('./revert.ts')).revert(options, context)
    return (await import('./migrate.ts')).migrate(options, context)
  },
})
