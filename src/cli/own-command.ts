import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { redactText } from '../core/show/redact.ts'
import type { CommandMaker, OwnCommand } from '../core/show/own-command.ts'
import { shellQuoted } from '../core/show/shell.ts'
import { isPath, shippedIds } from '../files/shipped.ts'
import { type MainOptions, MOVING, PLAYED } from './commands/main.ts'
import type { StatusOptions } from './commands/status.ts'
import { CHECK, EXPECTED, PARTS, RULE, VERIFY_SECONDS, type VerifyOptions } from './commands/verify.ts'
import type { Context } from './context.ts'
import type { Option } from './options/declare.ts'
import { CREDENTIALS, HEADER, KEY_HEADER, REQUEST_SECONDS, REQUEST_TIMEOUT } from './options/groups.ts'
import { flag } from './options/usage.ts'

/** The options of an invocation, whichever command it was. */
export type Given = Partial<MainOptions & VerifyOptions & StatusOptions> & {
  header?: readonly string[] | undefined
}
type GivenOption = Pick<Option<keyof Given>, 'name' | 'flags'>

const SIGN_IN: readonly GivenOption[] = [KEY_HEADER, ...CREDENTIALS, HEADER]

/** The files of somebody's own rules: what ships is at hand anyway. */
const OWN_RULES: GivenOption = { name: 'migration', flags: '--migration <OWN>' }

/**
 * How each command begins, and what it takes of what another was given. `timeout`: its default in seconds, as one that was
 * given means the same only where that is the same. The files of a run that is ended or taken back come with its own words.
 */
const COMMANDS: Record<OwnCommand, { word: string; takes: readonly GivenOption[]; timeout: number | null }> =
  {
    // With nothing unfinished it is the main job that was asked for.
    unfinished: { word: '--unfinished', takes: [...SIGN_IN, ...MOVING], timeout: REQUEST_SECONDS },
    migrate: { word: '', takes: [...SIGN_IN, ...MOVING], timeout: REQUEST_SECONDS },
    revert: { word: '--revert', takes: [...SIGN_IN, OWN_RULES], timeout: REQUEST_SECONDS },
    status: { word: 'status', takes: [...SIGN_IN, ...RULE, ...PARTS], timeout: REQUEST_SECONDS },
    verify: {
      word: 'verify',
      takes: [...SIGN_IN, ...RULE, ...PARTS, ...EXPECTED, CHECK],
      timeout: VERIFY_SECONDS,
    },
    history: { word: 'history', takes: [], timeout: null },
  }

/** Of standard input, or of a pipe that a shell handed over, nothing is left for another command. */
const isGone = (file: string): boolean => file === '-' || /^\/(dev\/(stdin|fd\/)|proc\/self\/fd\/)/.test(file)

/** Has somebody put the secret itself in the place of a file? It may stand in a command that is printed before that is found out. */
const isSecret = (file: string): boolean => redactText(basename(file)) !== basename(file) && !existsSync(file)

/** The option with the values that were given, a file's by its whole path, so that the line works in any folder. */
function wordsFor({ name, flags }: GivenOption, given: Given): string[] {
  const value: unknown = given[name]
  const values = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String)
  const shown = flags.endsWith('<FILE>')
    ? values.filter((file) => !isGone(file) && !isSecret(file)).map((file) => resolve(file))
    : name === 'migration'
      ? values
          .filter((each) => isPath(each) || !flags.endsWith('<OWN>'))
          .map((each) => (isPath(each) ? resolve(each) : each))
      : values
  return shown.flatMap((text) => [flag(name), text])
}

/** Is what was given for this option replaced by one of these words? A port that may be published joins the others. */
function isReplaced(option: GivenOption, more: readonly string[]): boolean {
  const inPlace = RULE.some(({ name }) => name === option.name) ? RULE : [option]
  return option.name !== 'allowPublished' && inPlace.some(({ name }) => more.includes(flag(name)))
}

/**
 * The words that name migrations by their ids, as far as an id names one: what ships. Of a file of somebody's own a journal knows
 * the id alone; where files were given, those are meant.
 */
function named(more: readonly string[], given: Given): string[] {
  const isRule = (i: number): boolean => more[i] === '--migration'
  const own = more.filter((id, i) => isRule(i - 1) && !shippedIds().includes(id))
  const areGiven = own.length > 0 && (given.migration ?? []).length > 0
  const isLeft = (id: string | undefined): boolean => areGiven || own.includes(id ?? '')
  return more.filter((id, i) => !(isRule(i) ? isLeft(more[i + 1]) : isRule(i - 1) && isLeft(id)))
}

/** By which command this invocation was begun, and for which gateway; `null` where no command needs one. */
export interface Begun {
  context: Pick<Context, 'startedAs' | 'env'>
  invoked: OwnCommand
  url: string | null
}

/** Where the commands are to lead. A journal that a variable of this shell names is named, as another shell lacks it. */
function placeOf(given: Given, { url, context }: Begun, command: OwnCommand): string[] {
  // A sandbox is gone when its run ends, and its journal with it: the same happens once more on another.
  if (given.sandbox) return ['--sandbox', ...PLAYED.flatMap((each) => wordsFor(each, given))]
  const folder = given.journal ?? context.env['MCP_URL_MIGRATE_JOURNAL'] ?? ''
  return [
    ...(url === null || command === 'history' ? [] : ['--url', url]),
    ...(folder === '' ? [] : ['--journal', resolve(folder)]),
  ]
}

/**
 * The program's own commands as this invocation prints them: as the program was started, for the same gateway, journal and
 * sign-in, by the same rule.
 */
export function ownCommands(given: Given, begun: Begun): CommandMaker {
  return (command, ...words) => {
    const more = named(words, given)
    const { word, takes, timeout } = COMMANDS[command]
    const isOwnTime = timeout === COMMANDS[begun.invoked].timeout && given.timeout !== timeout
    const options = isOwnTime ? [...takes, REQUEST_TIMEOUT] : takes
    const kept = options.filter((each) => !isReplaced(each, more)).flatMap((each) => wordsFor(each, given))
    const all = [...(word === '' ? [] : [word]), ...more, ...placeOf(given, begun, command), ...kept]
    return [begun.context.startedAs, ...all.map(shellQuoted)].join(' ')
  }
}
