import type { Command } from 'commander'
import { CONSENTS } from '../core/plan/consent.ts'
import { addConnectionOptions, collect } from './connection-command.ts'

/** Defines the options of the main job. */
export function defineMain(command: Command): Command {
  return addConnectionOptions(
    command,
    'for each request (default 35, above the probes of the gateway itself)',
  )
    .option('--migration <ID>', 'one of the migrations that ship, in place of the default', collect)
    .option('--from <ORIGIN>', 'with --to: move exactly this origin, in place of the migration that ships')
    .option('--to <ORIGIN>', 'the origin it becomes')
    .option(
      '--litellm-config <FILE>',
      "LiteLLM's config.yaml, for the servers defined in it; repeatable",
      collect,
    )
    .option(
      '--litellm-env <FILE>',
      "LiteLLM's .env file, for the URLs that config.yaml has from variables; repeatable",
      collect,
    )
    .option(
      '--only <PATTERN>',
      'servers by name, alias, id or access group; * matches; a,b or repeatable',
      collect,
    )
    .option('--except <PATTERN>', 'not these; wins over --only; a,b or repeatable', collect)
    .option('--thorough', 'read every server by id, where the list would do')
    .option('-n, --dry-run', 'show what would change; write no server, file or journal')
    .option('--exit-code', 'with --dry-run: exit 2 when changes are pending')
    .option('--revert [RUN]', 'take back the newest run of this gateway, or the one named')
    .option(
      '--unfinished <finish|revert>',
      'complete a run that was cut short, or take it back, and end; ignored where there is none',
    )
    .option(
      '--on-failure <stop|continue|revert>',
      'after a failure: stop, go on with the rest, or take back all that this run wrote (default stop)',
    )
    .option(
      '--accept <EFFECT>',
      `consent to what a new URL loses, or to one that does not work: ${CONSENTS.join(', ')}; repeatable`,
      collect,
    )
    .option('--canary', 'change one server, check it through the gateway, then go on')
    .option(
      '--patience <SECONDS>',
      "how long a write whose answer was lost is looked for (default: the gateway's probe and 10 s)",
    )
    .option('--no-preflight', 'do not try the new URLs from the gateway, neither before nor after the run')
    .option('--no-wait', 'do not wait until all workers and replicas of the gateway use the new URLs')
    .option('-y, --yes', 'write without a question')
    .option('--json', 'one JSON document on standard output, nothing else there')
    .option(
      '--journal <DIR>',
      "where the journal lives (MCP_URL_MIGRATE_JOURNAL; default: the user's data folder)",
    )
    .option('--sandbox', 'try it on a private throw-away gateway with seven servers')
    .option('-q, --quiet', 'only the result, warnings and errors')
    .option('-v, --verbose', 'every server in the report, not only those worth a look; the trace of a bug')
    .option('--no-color', 'no colours (also NO_COLOR)')
}
