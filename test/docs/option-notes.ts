/** What is to be known of options beyond their help, by their names; where that differs for a command, by its name before that. */
export const NOTES: Readonly<Record<string, string>> = {
  '--url': 'Asked for in a terminal. User info in it is refused.',
  'history --url': '',
  'history --limit': 'With `--json`, all of them.',
  '--key-file':
    'Asked for, hidden, in a terminal. A file that anybody but you and root can write is refused (64); you are warned of one that others can read. A key from standard input cannot be read twice.',
  '--username': 'LiteLLM keeps a session key for it for 24 hours.',
  '--key-header': '`x-litellm-api-key` where something else needs `Authorization`.',
  '--header':
    "For Cloudflare Access, basic authentication and the like; sent to the gateway's own origin only; `Authorization` needs `--key-header`. See [What stands in front of LiteLLM](before-litellm.md).",
  '--timeout': 'Reads are repeated on 429, 503 or a dropped connection, within 60 s in all; writes never.',
  'verify --timeout': 'Give a slow machine more.',
  '--migration': 'They are in `migrations/`; one at a time, for now.',
  '--litellm-config': "Its includes are followed. See [LiteLLM's files](config-files.md).",
  '--litellm-env': 'Needed where config.yaml has URLs as `os.environ/NAME`.',
  '--only': '64 where nothing is selected.',
  '--thorough': 'Each such read makes the gateway probe the server, up to 10 s.',
  '--dry-run': 'With `--json`: [plan/1](json.md#plan1).',
  '--yes': 'Required to write where there is no terminal.',
  '--exit-code': 'Pending changes (2) come before servers that would be left alone (1).',
  '--accept': 'What each means: [consent](json.md#consent).',
  '--on-failure':
    'Drift is no failure: a drifted server is left alone, and the rest go on. A change to who may reach a server stops the run in any case, and so does a change to another field that could not be put back.',
  '--canary': 'Not up to LiteLLM 1.80, where a new URL works after a restart only (3).',
  '--no-wait':
    'Without it, it waits until ten answers in a row, each on a connection of its own, show the new URLs: at most 90 s, from LiteLLM 1.81 on.',
  '--revert':
    'Without RUN, the newest that wrote something, reverts included: a second `--revert` does it again. RUN may be the beginning of an id.',
  '--unfinished': 'May always be given in a pipeline.',
  '--expect-head':
    'HASH may be the first 16 digits or more, and a head that the run had before it went on; 3 otherwise.',
  '--journal': '64 where HOME and the account name no home folder.',
  'mcp-url-migrate --json': 'Needs `--yes` or `--dry-run`. See [JSON](json.md).',
  'history --json': '[history/1](json.md#history1).',
  'verify --json': '[verify/1](json.md#verify1).',
  'status --json': '[status/1](json.md#status1).',
  'verify --network': 'With it the two have to meet on that one, and no other.',
  '--key': 'A value that looks like a key is refused.',
  '--check': 'What each tells: [check](json.md#check).',
  'history --check': 'It proves that each run is whole and in order, not who wrote it.',
  '--watch': 'Signs in once, also with a key from standard input. With `--json`, one document a line.',
}
