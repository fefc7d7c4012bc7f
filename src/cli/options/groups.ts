import type { DeploymentNames } from '../../runs/deployment/deployment.ts'
import { type Condition, excludes, together } from './conditions.ts'
import { inGroup, option, type OptionsOf, repeatable, toggle } from './declare.ts'

/** The options to sign in with. */
export const CREDENTIALS = [
  option('--key-file <FILE>', 'file with an admin key, - for standard input', ({ text }) => text.optional(), {
    environment: ['LITELLM_PROXY_API_KEY', 'LITELLM_MASTER_KEY'],
  }),
  option('--username <NAME>', 'sign in as on the admin page', ({ filled }) => filled().optional(), {
    environment: ['UI_USERNAME'],
  }),
  option(
    '--password-file <FILE>',
    'file with the password, - for standard input',
    ({ text }) => text.optional(),
    { environment: ['UI_PASSWORD'] },
  ),
]

/** The header that the key goes into. */
export const KEY_HEADER = option(
  '--key-header <NAME>',
  'header for the key, where the gateway has litellm_key_header_name',
  ({ headerName }) => headerName.optional(),
)

/** The headers for what stands before the gateway. */
export const HEADER = repeatable(
  '--header <NAME=ENV>',
  'a header for what stands in front of LiteLLM, with its value from the variable ENV',
  ({ texts }) => texts,
)

/** The options that say which gateway, and as whom. */
const GATEWAY = [
  option('--url <URL>', 'the gateway, with its root path if any', ({ text }) => text.optional(), {
    environment: ['LITELLM_PROXY_URL'],
    usual: 'http://localhost:4000',
  }),
  ...CREDENTIALS,
  KEY_HEADER,
  HEADER,
]

/** The time for a request. `usual`: in seconds, where none is given. */
const timeout = (usual: number, help: string) =>
  option('--timeout <SECONDS>', help, ({ seconds }) => seconds.default(usual), { usual: String(usual) })

/** The seconds that a request has whose answer may wait for the gateway's own requests. */
export const REQUEST_SECONDS = 35

/** The time for such a request. */
export const REQUEST_TIMEOUT = timeout(
  REQUEST_SECONDS,
  'for each request; longer than the probes of the gateway itself',
)

/** The options that say which gateway, as whom, and how long to wait for it. */
export const CONNECTION = inGroup('Connection', ...GATEWAY, REQUEST_TIMEOUT)

/** The same for a command whose requests have another time. `usual`: that time in seconds. */
export const connectionWithin = (usual: number, help: string) =>
  inGroup('Connection', ...GATEWAY, timeout(usual, help))

/** The options that say which gateway, as whom, and how long to wait for it: the same for every command that asks one. */
export type ConnectionOptions = OptionsOf<typeof CONNECTION>

/** A key and a password are two ways to sign in. */
export const ONE_SIGN_IN = excludes('keyFile', 'username', 'passwordFile')

/** Each header has a name and a variable, and none is sent already. */
export const USABLE_HEADERS: Condition<Pick<ConnectionOptions, 'header' | 'keyHeader'>> = async ({
  header,
  keyHeader,
}) => void (await import('./header-option.ts')).readHeaderOptions(header, keyHeader)

const MANY = 'For several addresses write a migration file, as init migration does.'

/** The options that say by which rule. `from` and `to`: what those origins are to the command. */
export const ruleOptions = (from: string, to: string) =>
  inGroup(
    'Which servers',
    repeatable(
      '--migration <ID|FILE>',
      'a migration that ships, by its id, or a file or folder of your own, in place of the default',
      ({ texts }) => texts,
    ),
    option('--from <ORIGIN>', from, ({ text }) => text.optional(), { again: MANY }),
    option('--to <ORIGIN>', to, ({ text }) => text.optional(), { again: MANY }),
  )
/** The options that say by which rule. */
export type RuleOptions = OptionsOf<ReturnType<typeof ruleOptions>>

/** There is one rule. */
export const ONE_RULE: readonly Condition<RuleOptions>[] = [
  excludes('migration', 'from'),
  together('from', 'to'),
]

/** The journal. */
export const JOURNAL = option(
  '--journal <DIR>',
  'where the journal lives',
  ({ filled }) => filled().optional(),
  {
    environment: ['MCP_URL_MIGRATE_JOURNAL'],
    usual: "the user's data folder",
  },
)

/** The options that name the parts of the deployment, for the commands that look at it through Docker; with the help of each. */
export const deploymentOptions = (litellm: string, proxy: string, network: string) =>
  inGroup(
    'Deployment',
    option('--litellm-container <NAME>', litellm, ({ filled }) => filled().optional()),
    option('--proxy-container <NAME>', proxy, ({ filled }) => filled().optional()),
    option('--network <NAME>', network, ({ filled }) => filled().optional()),
  )

/** The names that were given, `null` for those that are to be found. */
export function deploymentNames(options: OptionsOf<ReturnType<typeof deploymentOptions>>): DeploymentNames {
  return {
    litellm: options.litellmContainer ?? null,
    proxy: options.proxyContainer ?? null,
    network: options.network ?? null,
  }
}

/** Only what counts is told. */
export const QUIET = toggle('-q, --quiet', 'only the result, warnings and errors')

/** More is told of a failure that nobody foresaw. */
export const VERBOSE = toggle('-v, --verbose', 'the trace of a failure of this program')

/** No colours. */
export const NO_COLOR = toggle('--no-color', 'no colours', { environment: ['NO_COLOR'] })

/** What is told, and how, by a command that can go on with --watch. */
export const OUTPUT = [
  toggle('--json', 'one JSON document; with --watch one a line'),
  QUIET,
  VERBOSE,
  NO_COLOR,
]
