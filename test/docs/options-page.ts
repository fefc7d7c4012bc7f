import { describeCommands } from '../../src/cli/commands/all.ts'
import type { CommandDescription, OptionDescription } from '../../src/cli/options/describe.ts'
import { EXIT_CODES } from '../../src/cli/exit.ts'
import { listed, page, table } from './markdown.ts'
import { NOTES } from './option-notes.ts'

const INTRO = `# Commands and options

<!-- Made from src/cli by \`npm run docs\`: change it there, or in test/docs. -->

\`help\` shows this in the terminal: \`help COMMAND\` one command, \`help --all\` every option of the main job. So does \`--help\` (\`-h\`)
after any of them. An option stands after its command. An option beats the environment, and that beats a prompt; a key beats a
user name, and two ways to sign in as options are refused.`

const EXITS = `A signal always ends the program. Where the system holds a file for ever, as on a disk that is gone, it ends by the signal
itself, which a shell shows as the same number; in a run, ten seconds after the first signal.

Where the answer could not be printed in full, as on a full disk, 0 and 2 become 1, or 4 where something was written; a reader
that goes away, such as \`| head\`, changes nothing. What you decline at a question has no effect on the code. A change that waits
for an \`--accept\` that is not given makes it 1 (nothing written) or 4. Where a run went wrong, and a server still lacks what that
run may have taken from it, taking it back ends with 4, or with 1 where nothing was left to write. With \`--dry-run --exit-code\`,
pending changes (2) come before servers that would be left alone (1). Refused with 3 are a run where all servers drifted, one
that meets an unfinished run, another head or a lock that is held, and a \`--canary\` that is not possible. The code of each
error: [error](json.md#error).`

const ENVIRONMENT = `## Environment

Besides the variables above:`

const VARIABLES: readonly (readonly [string, string])[] = [
  [
    '`MCP_URL_MIGRATE_LOCKS`',
    'the folder for locks, an absolute path, the same for every run; default `/tmp`',
  ],
  [
    '`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`',
    'proxies, never used for loopback addresses; `NO_PROXY` means what it means to curl: names with all below them, addresses, ranges such as `10.0.0.0/8`',
  ],
  ['`NODE_EXTRA_CA_CERTS`', 'the certificate of a private certificate authority, a file'],
  [
    '`DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG`, `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH`',
    "the Docker engine for `status` and `verify`, as to Docker's own client; default: its current context, else the usual sockets, Podman's among them",
  ],
  ['`XDG_DATA_HOME`', 'where the data folder is in which the journal lives by default'],
  ['`XDG_CACHE_HOME`', 'where compiled code is kept from one start to the next, from Node 22.1 on'],
  ['`NODE_DISABLE_COMPILE_CACHE`', '`1`: it is not kept'],
  ['`TMPDIR`', 'where a sandbox keeps its journal'],
]

/** What is known of an option besides its help, from the notes. */
const noteOn = (command: string, { long }: OptionDescription): string =>
  NOTES[`${command} ${long}`] ?? NOTES[long ?? ''] ?? ''

const sentence = (text: string): string => {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return first.endsWith('.') ? first : `${first}.`
}

const words = (all: readonly string[]): string =>
  listed(
    all.map((word) => `\`${word}\``),
    'or',
  )

function meaning(command: string, option: OptionDescription): string {
  const { help, words: among, repeats, flags } = option
  return [
    sentence(help),
    among.length > 0 && !flags.includes('|') ? `One of ${words(among)}.` : '',
    noteOn(command, option),
    repeats ? 'Repeatable.' : '',
  ]
    .filter(Boolean)
    .join(' ')
}

function rowOf(command: string, option: OptionDescription): string[] {
  const { flags, usual, environment } = option
  const variables = environment.map((name) => `\`${name}\``).join(', then ')
  return [`\`${flags}\``, meaning(command, option), usual ?? '', variables]
}

const HEAD = ['option', 'meaning', 'default', 'environment']

/** The rows as a table, without columns in which nothing stands. */
function optionTable(rows: readonly string[][]): string {
  const filled = HEAD.map((_, i) => rows.some((row) => row[i] !== ''))
  const kept = (row: readonly string[]): string[] => row.filter((_, i) => filled[i])
  return table(kept(HEAD), rows.map(kept))
}

function commandPart({ name, about, groups, notes }: CommandDescription): string[] {
  const tables = groups.flatMap(({ title, options }) => {
    const rows = options.filter(({ long }) => long !== '--help').map((option) => rowOf(name, option))
    return rows.length === 0 ? [] : [`**${title}**`, optionTable(rows)]
  })
  return [`## ${name}`, sentence(about), ...notes, ...tables]
}

/** The keys of the notes that no option has. */
export function idleNotes(): string[] {
  const known = describeCommands().flatMap(({ name, groups }) =>
    groups.flatMap(({ options }) => options.flatMap(({ long }) => [long, `${name} ${long}`])),
  )
  return Object.keys(NOTES).filter((key) => !known.includes(key))
}

/** The page about every command and option, made of what is declared. */
export function optionsPage(): string {
  return page(
    INTRO,
    ...describeCommands().flatMap(commandPart),
    '## Exit codes',
    table(
      ['code', 'meaning'],
      EXIT_CODES.map(([code, text]) => [String(code), text]),
    ),
    EXITS,
    ENVIRONMENT,
    table(['variable', 'meaning'], VARIABLES),
    'There is no telemetry.',
  )
}
