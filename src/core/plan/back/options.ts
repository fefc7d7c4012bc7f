import { aimOf, type Change, type ChangedFile, type Effect } from '../change.ts'
import { acceptOptions, consentsToRevert } from '../consent/consent.ts'

/** That a change writes over what somebody else wrote: what was there before is nothing that a rule knows. */
export const OVER_EDIT: Effect = {
  code: 'over-edit',
  message: 'this writes over what somebody else wrote',
  reversible: true,
}

/** Does a change, or what it takes back, write over what somebody else wrote? */
export const isOverEdit = ({ effects }: Pick<Change, 'effects'>): boolean =>
  effects.some(({ code }) => code === OVER_EDIT.code)

/** What a change may write and be taken back unasked: nobody gains access by it. */
const PLAIN: ReadonlySet<string> = new Set(['url', 'transport'])

type Recoverable = Pick<Change, 'file' | 'edits' | 'landed' | 'effects'>

/**
 * Does a change write nothing but URL and transport, as its rule makes them, and what LiteLLM clears with the URL? Anything else
 * goes back unasked only where the head of the journal is named.
 */
export function isPlain(change: Recoverable): boolean {
  return change.file === null && !isOverEdit(change) && aimOf(change).every(({ field }) => PLAIN.has(field))
}

/** An option that names a file, as it has to be given before that file is written. */
export interface FileOption {
  option: '--litellm-config' | '--litellm-env'
  path: string
}

/** The options that name the files which a change is about: where its entry is read, and where its URL is written. */
export function fileOptions({ path, config, variable }: ChangedFile): FileOption[] {
  const written: FileOption = { option: variable === null ? '--litellm-config' : '--litellm-env', path }
  return path === config && variable === null
    ? [written]
    : [{ option: '--litellm-config', path: config }, written]
}

/** All of these once each, as words of a command. */
export function wordsOf(options: readonly FileOption[]): string[] {
  const once = new Map(options.map((each) => [`${each.option} ${each.path}`, each]))
  return [...once.values()].flatMap(({ option, path }) => [option, path])
}

/** The options with which an unfinished run of these changes is finished. `head`: that of its journal, where it is known. */
export function optionsToFinish(changes: readonly Recoverable[], head: string | null): string[] {
  const files = changes.flatMap(({ file }) => (file === null ? [] : fileOptions(file)))
  const vouching = head === null || changes.every(isPlain) ? [] : ['--expect-head', head]
  return [...wordsOf(files), ...vouching]
}

/** The options with which they are taken back. */
export function optionsToRevert(changes: readonly Recoverable[], head: string | null): string[] {
  return [...acceptOptions(consentsToRevert(changes)), ...optionsToFinish(changes, head)]
}
