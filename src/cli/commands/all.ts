import { type Declaration, inGroup, option, toggle } from '../options/declare.ts'
import { type CommandDescription, describeCommand } from '../options/describe.ts'
import { historyCommand } from './history.ts'
import { initCommand } from './init.ts'
import { lintCommand } from './lint.ts'
import { mainCommand } from './main.ts'
import { sandboxCommand } from './sandbox-gateway.ts'
import { statusCommand } from './status.ts'
import { verifyCommand } from './verify.ts'

/** The shells for which there is a completion script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
/** One of them. */
export type Shell = (typeof SHELLS)[number]

/** The commands besides the main job that are carried out. */
export const PERFORMED = [
  historyCommand,
  verifyCommand,
  statusCommand,
  lintCommand,
  initCommand,
  sandboxCommand,
] as const

/** `completion SHELL`: a script for that shell. */
export const COMPLETION: Declaration = {
  name: 'completion',
  about: 'a script that lets bash, zsh or fish complete this command',
  options: inGroup(
    'Help',
    option('[SHELL]', 'the shell', ({ text }) => text.optional(), { words: SHELLS }),
  ),
  notes: [
    'For this session: source <(mcp-url-migrate completion bash), the same with zsh; mcp-url-migrate completion fish | source.',
    'The line goes into ~/.bashrc, into ~/.zshrc after compinit, or into ~/.config/fish/config.fish. Completing asks no gateway.',
  ],
}

/** `help [COMMAND]`. */
export const HELP: Declaration = {
  name: 'help',
  about: 'what a command does, and what it takes',
  options: inGroup(
    'Help',
    option('[COMMAND]', 'the command; without one, the main job', ({ text }) => text.optional(), {
      words: [...PERFORMED, COMPLETION].map(({ name }) => name),
    }),
    toggle('--all', 'every option of the main job, exit codes, and the codes in JSON documents'),
  ),
  notes: [],
}

/** `version`. */
export const VERSION: Declaration = {
  name: 'version',
  about: 'the version of this program',
  options: [],
  notes: [],
}

/** All commands besides the main job, those that are only answered among them, in the order in which --help names them. */
const COMMANDS: readonly Declaration[] = [...PERFORMED, COMPLETION, HELP, VERSION]

/** What the main job takes besides its own. */
const OF_PROGRAM = inGroup('Help', toggle('-V, --version', 'the version of this program'))

/** All that the command line takes, the main job first: what --help, the documentation and completion are made from. */
export const describeCommands = (): CommandDescription[] => [
  describeCommand({ ...mainCommand, options: [...mainCommand.options, ...OF_PROGRAM] }),
  ...COMMANDS.map(describeCommand),
]
