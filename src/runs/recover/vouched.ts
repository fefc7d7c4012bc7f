import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MigrateError } from '../../core/errors.ts'
import { fileOf } from '../../core/config/nested/pointer.ts'
import { type FileOption, fileOptions, isPlain, wordsOf } from '../../core/plan/back/options.ts'
import type { Change, ChangedFile } from '../../core/plan/change.ts'
import { serverTitle } from '../../core/record/server.ts'
import { shellQuoted } from '../../core/show/shell.ts'
import { shownPath } from '../../core/show/redact.ts'
import { printable } from '../../core/show/text.ts'
import { isUnfinished, type RecordedRun } from '../../journal/fold.ts'

/** The files of LiteLLM that were named, as they were given. */
export interface NamedFiles {
  litellmConfig?: readonly string[] | undefined
  litellmEnv?: readonly string[] | undefined
}

/** The file to which a path leads, whether or not there is any; of a place in a file that file. */
const placeAt = (path: string): Promise<string> =>
  realpath(path).catch(() => realpath(fileOf(path)).catch(() => resolve(path)))

/** The options that would name the files of a change, as far as they were not given. `null`: it is about no file. */
export async function unnamedFor(file: ChangedFile | null, named: NamedFiles): Promise<FileOption[]> {
  if (file === null) return []
  const given = {
    '--litellm-config': await Promise.all((named.litellmConfig ?? []).map(placeAt)),
    '--litellm-env': await Promise.all((named.litellmEnv ?? []).map(placeAt)),
  }
  const needed = await Promise.all(
    fileOptions(file).map(async (each) => ({ each, place: await placeAt(each.path) })),
  )
  return needed.flatMap(({ each, place }) => (given[each.option].includes(place) ? [] : [each]))
}

/**
 * An unfinished run is ended as a whole, or left as it is: all of its files have to be named. Throws `run-interrupted` with
 * the options that are missing.
 */
export async function requireFilesNamed({ id, changes }: RecordedRun, named: NamedFiles): Promise<void> {
  const missing = await Promise.all(changes.map(({ change }) => unnamedFor(change.file, named)))
  const words = wordsOf(missing.flat())
  if (words.length === 0) return
  throw new MigrateError(
    'run-interrupted',
    `Run ${id} did not finish, and has changes in files, each of which is written only when it is named again`,
    `Add ${words.map(shellQuoted).join(' ')}`,
  )
}

/** Where a change writes what is more than a URL, for a person. */
function otherPlace({ server, file, edits }: Change): string {
  if (file !== null) return shownPath(file.path)
  const other = edits.find(({ field }) => field !== 'url')
  return other ? `${serverTitle(server)}, ${shownPath(other.field)}` : serverTitle(server)
}

const PRINTED =
  'HASH is the head that the run printed at its end; where history still shows the same, nothing was changed since.'

const NOTHING_PRINTED =
  'A run that did not finish has printed no head. If nobody else can have written to the journal, name the one that history shows.'

/**
 * What is more than a URL is not taken back, or finished, on the word of a journal alone where nobody is asked. `isSaid`: is
 * somebody asked, is the head named, or is nothing written? Throws `consent-missing`.
 */
export function requireVouched(
  run: Pick<RecordedRun, 'id' | 'finishedAt'>,
  changes: readonly Change[],
  isSaid: boolean,
): void {
  const other = isSaid ? undefined : changes.find((change) => !isPlain(change))
  if (!other) return
  throw new MigrateError(
    'consent-missing',
    `Run ${run.id} wrote more than URLs (${printable(otherPlace(other))}), and nobody is asked, so it needs --expect-head HASH`,
    isUnfinished(run) ? NOTHING_PRINTED : PRINTED,
  )
}
