import type { DeploymentNames } from '../../runs/deployment/deployment.ts'
import { type Condition, excludes, together } from './conditions.ts'
import { option, type OptionsOf, repeatable, toggle } from './declare.ts'
import { usage } from './usage.ts'

/** The options to sign in with. */
export const CREDENTIALS = [
  option(
    '--key-file <FILE>',
    'file with an admin key, - for standard input (LITELLM_PROXY_API_KEY, LITELLM_MASTER_KEY)',
    ({ text }) => text.optional(),
  ),
  option('--username <NAME>', 'sign in as on the admin page (UI_USERNAME)', ({ filled }) =>
    filled().optional(),
  ),
  option('--password-file <FILE>', 'file with the password, - for standard input (UI_PASSWORD)', ({ text }) =>
    text.optional(),
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
  'a header for what stands in front of LiteLLM, with its value from the variable ENV; repeatable',
  ({ texts }) => texts,
)

/** The options that say which gateway, and as whom. */
export const GATEWAY = [
  option(
    '--url <URL>',
    'the gateway, with its root path if any (LITELLM_PROXY_URL; default http://localhost:4000)',
    ({ text }) => text.optional(),
  ),
  ...CREDENTIALS,
  KEY_HEADER,
  HEADER,
]

/** The time for a request. `usual`: in seconds, where none is given. */
export const timeout = (usual: number, help: string) =>
  option('--timeout <SECONDS>', help, ({ seconds }) => seconds.default(usual))

/** The seconds that a request has whose answer may wait for the gateway's own requests. */
export const REQUEST_SECONDS = 35

/** The time for such a request. */
export const REQUEST_TIMEOUT = timeout(
  REQUEST_SECONDS,
  'for each request (default 35, above the probes of the gateway itself)',
)

const CONNECTION = [...GATEWAY, REQUEST_TIMEOUT]
/** The options that say which gateway, as whom, and how long to wait for it: the same for every command that asks one. */
export type ConnectionOptions = OptionsOf<typeof CONNECTION>

/** A key and a password are two ways to sign in. */
export const ONE_SIGN_IN = excludes('keyFile', 'username', 'passwordFile')

/** Each header has a name and a variable, and none is sent already. */
export const USABLE_HEADERS: Condition<Pick<ConnectionOptions, 'header' | 'keyHeader'>> = async ({
  header,
  keyHeader,
}) => void (await import('./header-option.ts')).readHeaderOptions(header, keyHeader)

/** The options that say by which rule. `from` and `to`: what those origins are to the command. */
export const ruleOptions = (from: string, to: string) => [
  repeatable(
    '--migration <ID>',
    'one of the migrations that ship, in place of the default',
    ({ texts }) => texts,
  ),
  option('--from <ORIGIN>', from, ({ text }) => text.optional()),
  option('--to <ORIGIN>', to, ({ text }) => text.optional()),
]
/** The options that say by which rule. */
export type RuleOptions = OptionsOf<ReturnType<typeof ruleOptions>>

/** There is one rule. */
export const ONE_RULE: readonly Condition<RuleOptions>[] = [
  excludes('migration', 'from'),
  together('from', 'to'),
]

/** Of the migrations that ship, too, there is one at a time. */
export const ONE_MIGRATION: Condition<RuleOptions> = ({ migration }) => {
  if (migration.length > 1) throw usage('--migration: one at a time, for now')
}

/** The journal. `help`: where it lives. */
export const journal = (help: string) => option('--journal <DIR>', help, ({ filled }) => filled().optional())

/** The options that name the parts of the deployment, for the commands that look at it through Docker; with the help of each. */
export const deploymentOptions = (litellm: string, proxy: string, network: string) => [
  option('--litellm-container <NAME>', litellm, ({ filled }) => filled().optional()),
  option('--proxy-container <NAME>', proxy, ({ filled }) => filled().optional()),
  option('--network <NAME>', network, ({ filled }) => filled().optional()),
]

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
export const NO_COLOR = toggle('--no-color', 'no colours (also NO_COLOR)')

/** What is told, and how, by a command that can go on with --watch. */
export const OUTPUT = [
  toggle('--json', 'one JSON document; with --watch one a line'),
  QUIET,
  VERBOSE,
  NO_COLOR,
]
