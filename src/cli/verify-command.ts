import type { Command } from 'commander'
import { CHECK_IDS } from '../core/verify/check.ts'
import { addConnectionOptions, collect } from './connection-command.ts'

/** Defines the options of the command `verify`. */
export function defineVerify(command: Command): Command {
  return addConnectionOptions(command, 'for each request (default 5); a check has half as much again')
    .option('--check <ID>', `only this check: ${CHECK_IDS.join(', ')}; repeatable`, collect)
    .option('--watch <SECONDS>', 'verify again and again, with a pause of that length, until Ctrl-C')
    .option(
      '--keys <FILE>',
      'a keys file: which virtual keys there are, and what each must and must not reach',
    )
    .option('--key <NAME=ENV>', 'a virtual key to try, from the variable ENV; repeatable', collect)
    .option('--chat <MODEL>', 'ask this model for one token with each key; costs what the model costs')
    .option('--allow-published <PORT>', 'a port that may be published on this machine; repeatable', collect)
    .option('--litellm-container <NAME>', "LiteLLM's container, where it is not found automatically")
    .option('--proxy-container <NAME>', "the MCP proxy's container, where it is not found automatically")
    .option('--network <NAME>', 'the network on which the two have to meet')
    .option('--migration <ID>', 'one of the migrations that ship, in place of the default', collect)
    .option(
      '--from <ORIGIN>',
      'with --to: the origin that should be closed, in place of the migration that ships',
    )
    .option('--to <ORIGIN>', 'the origin that should work')
    .option('--journal <DIR>', 'where the journal lives (MCP_URL_MIGRATE_JOURNAL)')
    .option('--json', 'one JSON document; with --watch one a line')
    .option('-q, --quiet', 'only the result, warnings and errors')
    .option('-v, --verbose', 'the trace of a failure of this program')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .addHelpText('after', '\nExits 5 when a check fails, 0 when none does.')
}
