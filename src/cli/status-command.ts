import type { Command } from 'commander'
import { GUIDE_NAMES } from '../core/deployment/guide-names.ts'
import { addConnectionOptions, collect } from './connection-command.ts'

/** Defines the options of the command `status`. */
export function defineStatus(command: Command): Command {
  return addConnectionOptions(
    command,
    'for each request (default 35, above the probes of the gateway itself)',
  )
    .option('--migration <ID>', 'one of the migrations that ship, in place of the default', collect)
    .option(
      '--from <ORIGIN>',
      'with --to: the origin that servers leave, in place of the migration that ships',
    )
    .option('--to <ORIGIN>', 'the origin to which they move')
    .option('--journal <DIR>', 'where the journal lives (MCP_URL_MIGRATE_JOURNAL)')
    .option(
      '--litellm-container <NAME>',
      `LiteLLM's container, where it is not found by the gateway's port or as ${GUIDE_NAMES.litellm}`,
    )
    .option(
      '--proxy-container <NAME>',
      `the MCP proxy's, where it is not found by the new host name or as ${GUIDE_NAMES.proxy}`,
    )
    .option(
      '--network <NAME>',
      `the network on which they meet (default ${GUIDE_NAMES.network}, or what they share)`,
    )
    .option('--logs <N>', 'how many error lines of each log, among its last 200 (default 5)')
    .option('--watch <SECONDS>', 'again and again, with a pause of that length, until Ctrl-C')
    .option('--diagram', 'draw the network as it is')
    .option('--format <text|mermaid|html>', 'with --diagram: how it is drawn (default text)')
    .option('--json', 'one JSON document; with --watch one a line')
    .option('-q, --quiet', 'only the result, warnings and errors')
    .option('-v, --verbose', 'the trace of a failure of this program')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .addHelpText(
      'after',
      '\nReads only. Exits 1 when the gateway cannot be asked; what else can be seen is shown.',
    )
}
