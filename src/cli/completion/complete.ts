import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { homeFolder } from '../../core/home.ts'
import { printable } from '../../core/show/text.ts'
import { packageFolder } from '../../files/package-folder.ts'
import { defaultJournalFolder } from '../../journal/default-folder.ts'
import { KNOWN_RELEASES } from '../../sandbox/version.ts'
import { describeCommands } from '../commands/all.ts'
import { candidates, type Known } from './candidates.ts'

/** The names in a folder that end in this way, without that end; none where it cannot be read. */
function namesIn(folder: string, end: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(end))
      .map((name) => name.slice(0, -end.length))
      .filter((name) => /^\w[\w.-]*$/.test(name))
      .toSorted()
  } catch {
    return []
  }
}

/** A word of a command line as its shell would read it, as far as that is told without one. */
function unquoted(word: string, env: NodeJS.ProcessEnv): string {
  const text = word.replace(/\\(.)|["']/g, '$1')
  return text.startsWith('~/') ? join(homeFolder(env, () => '~') ?? '~', text.slice(2)) : text
}

/** The journal that the command line names, else that of the environment, else the usual one. */
function journalOn(words: readonly string[], env: NodeJS.ProcessEnv): string | null {
  const at = words.findLastIndex((word, i) => /^--journal(=|$)/.test(word) && i < words.length - 1)
  const [, assigned] = /^--journal=(.*)$/s.exec(words[at] ?? '') ?? []
  const named = at < 0 ? undefined : (assigned ?? words[at + 1])
  if (named !== undefined) return unquoted(named, env)
  return env['MCP_URL_MIGRATE_JOURNAL'] || defaultJournalFolder(env)
}

const knownHere = (words: readonly string[], env: NodeJS.ProcessEnv): Known => ({
  RUN: () => namesIn(journalOn(words, env) ?? '', '.jsonl').toReversed(),
  VERSION: () => KNOWN_RELEASES.toReversed(),
  'ID|FILE': () => namesIn(join(packageFolder(), 'migrations'), '.yaml'),
  ENV: () => Object.keys(env).filter((name) => /^[A-Z_][A-Z\d_]*$/.test(name)),
})

/**
 * What a completion script asks for: the words that may stand where the last one of these is, a line each with a tab before
 * what it does; or `:files` or `:folders`. Reads names of files and variables, and nothing that is in them.
 */
export function complete(words: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const found = candidates(words, describeCommands(), knownHere(words, env))
  if (typeof found === 'string') return `:${found}\n`
  const typed = words.at(-1) ?? ''
  return found
    .filter(({ word }) => word.startsWith(typed))
    .map(({ word, about }) => `${printable(word)}${about === '' ? '' : `\t${about}`}\n`)
    .join('')
}
