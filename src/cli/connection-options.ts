import type { Command } from 'commander'
import { z } from 'zod'
import { MigrateError } from '../core/errors.ts'
import type { DeploymentNames } from '../runs/deployment.ts'
import { GUIDE_NAMES } from '../runs/deployment.ts'

/** What is said where a number of seconds is none. */
export const SECONDS = 'takes a number of seconds, up to 3600'
/** A number of seconds on the command line. */
export const seconds = z.coerce.number(SECONDS).positive(SECONDS).max(3600, SECONDS)
/** An option that may be repeated. */
export const texts = z.array(z.string().min(1)).default([])

/** Gathers the values of an option that may be repeated. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** Which gateway, who signs in, which migration and which journal: what every command on a gateway takes. */
export const connectionShape = {
  url: z.string().optional(),
  keyFile: z.string().optional(),
  username: z.string().min(1).optional(),
  passwordFile: z.string().optional(),
  keyHeader: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no header name')
    .optional(),
  timeout: seconds.default(35),
  migration: texts,
  from: z.string().optional(),
  to: z.string().optional(),
  journal: z.string().min(1).optional(),
}
const connection = z.object(connectionShape)
export type ConnectionOptions = z.infer<typeof connection>

/** The names of the deployment's parts, for the commands that look at it through Docker. */
export const deploymentShape = {
  litellmContainer: z.string().min(1).optional(),
  proxyContainer: z.string().min(1).optional(),
  network: z.string().min(1).optional(),
}
const deployment = z.object(deploymentShape)

/** The names that were given, `null` for those to be found. */
export function namesFrom(options: z.infer<typeof deployment>): DeploymentNames {
  return {
    litellm: options.litellmContainer ?? null,
    proxy: options.proxyContainer ?? null,
    network: options.network ?? null,
  }
}

/** Adds the options of a connection to a command. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      '--url <URL>',
      'the gateway, with its root path if any (LITELLM_PROXY_URL; default http://localhost:4000)',
    )
    .option(
      '--key-file <FILE>',
      'file with an admin key, - for standard input (LITELLM_PROXY_API_KEY, LITELLM_MASTER_KEY)',
    )
    .option('--username <NAME>', 'sign in as on the admin page (UI_USERNAME)')
    .option('--password-file <FILE>', 'file with the password, - for standard input (UI_PASSWORD)')
    .option('--key-header <NAME>', 'header for the key, where the gateway has litellm_key_header_name')
    .option('--timeout <SECONDS>', 'for each request (default 35, above the probes of the gateway itself)')
    .option('--migration <ID>', 'one of the migrations that ship, in place of the default', collect)
    .option('--from <ORIGIN>', 'with --to: move exactly this origin, in place of the migration that ships')
    .option('--to <ORIGIN>', 'the origin it becomes')
    .option(
      '--journal <DIR>',
      "where the journal lives (MCP_URL_MIGRATE_JOURNAL; default: the user's data folder)",
    )
}

/** Adds the options that name the parts of the deployment to a command. */
export function addDeploymentOptions(command: Command): Command {
  return command
    .option(
      '--litellm-container <NAME>',
      `LiteLLM's container, where it is not found by the gateway's port or the name ${GUIDE_NAMES.litellm}`,
    )
    .option(
      '--proxy-container <NAME>',
      `the MCP proxy's, where it is not found by the new host name or as ${GUIDE_NAMES.proxy}`,
    )
    .option(
      '--network <NAME>',
      `the network on which they meet (default ${GUIDE_NAMES.network}, or what they share)`,
    )
}

/** An option as it is written on the command line. */
export const flag = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

type Pair = readonly [string, string]

/** Pairs of a connection that contradict each other. */
const EXCLUSIVE: readonly Pair[] = [
  ['keyFile', 'username'],
  ['keyFile', 'passwordFile'],
  ['migration', 'from'],
]

const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))

/** Throws `usage` where two of a pair were given. */
export function requireNoClash(options: Readonly<Record<string, unknown>>, pairs: readonly Pair[]): void {
  const clash = pairs.find((pair) => pair.every((name) => isGiven(options[name])))
  if (clash) throw new MigrateError('usage', `${flag(clash[0])} and ${flag(clash[1])} exclude each other`)
}

/** Throws `usage` where the options of a connection make no sense together. */
export function requireConnectionSense(options: ConnectionOptions): void {
  requireNoClash(options, EXCLUSIVE)
  if ((options.from === undefined) !== (options.to === undefined))
    throw new MigrateError('usage', '--from and --to go together')
  if (options.migration.length > 1) throw new MigrateError('usage', '--migration: one at a time, for now')
  if (options.keyFile === '-' && options.passwordFile === '-')
    throw new MigrateError('usage', 'Standard input can hold one secret only')
}

/** Reads raw options by their schema. Throws `usage` with a sentence that names the option. */
export function parseOptions<T>(schema: z.ZodType<T>, raw: unknown): T {
  const options = schema.safeParse(raw)
  if (options.success) return options.data
  const issue = options.error.issues[0]
  throw new MigrateError(
    'usage',
    `${flag(String(issue?.path[0] ?? ''))}: ${issue?.message ?? 'is wrong'}`,
    null,
  )
}
