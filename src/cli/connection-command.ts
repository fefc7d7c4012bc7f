import type { Command } from 'commander'

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** Adds the options that say which gateway, as whom, to a command. `timeout`: what is said of that option. */
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
    .option(
      '--header <NAME=ENV>',
      'a header for what stands in front of LiteLLM, with its value from the variable ENV; repeatable',
      collect,
    )
    .option('--timeout <SECONDS>', timeout)
}
