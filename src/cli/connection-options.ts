import type { Command } from 'commander'
import { z } from 'zod'
import { seconds } from './option-values.ts'

/** The options that say which gateway, and as whom: the same for every command that asks one. */
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
}
export type ConnectionOptions = z.infer<z.ZodObject<typeof connectionShape>>

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** Adds them to a command. `timeout`: what is said of that option. */
export function addConnectionOptions(command: Command, timeout: string): Command {
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
    .option('--timeout <SECONDS>', timeout)
}
