import { configFault } from '../core/config/read/fault.ts'
import { configurationsIn } from '../core/config/nested/find.ts'
import { textIn, withText } from '../core/config/nested/nested.ts'
import { type Nested, nestedIn, nestedPath } from '../core/config/nested/pointer.ts'
import { replaceFile } from './replace-file.ts'
import { changed, type Replacement } from './replace-refusals.ts'
import { fileUnreadable, isThere, readText } from './text-file.ts'

/** The place inside a file that a path names, `null` where it names a file alone. A file may be called so, too. */
async function insideOf(path: string): Promise<Nested | null> {
  const nested = nestedIn(path)
  return nested === null || (await isThere(path)) ? null : nested
}

/**
 * The text of a config.yaml or `.env`: a file, or what stands at a JSON pointer of one (`FILE#/data/config.yaml`). A path that
 * such a text includes leads to what stands beside it there, as the keys of a ConfigMap become files of one folder. Throws as
 * `readText`, and where there is no such place `file-unreadable`, or `config-invalid` where it is included.
 */
export async function readConfigText(path: string, includedBy: string | null = null): Promise<string> {
  const nested = await insideOf(path)
  if (!nested) return readText(path, includedBy)
  const found = textIn(await readText(nested.path), nested.pointer)
  if ('text' in found) return found.text
  const what = `${nested.pointer} ${found.fault}`
  if (includedBy === null) throw fileUnreadable(`${nested.path}: ${what}`)
  throw configFault(nested.path, null, `${what}, and ${includedBy} includes it`)
}

/**
 * Where LiteLLM's configuration stands that a path leads to: in the file itself, or at the one place of it where there is any.
 * Throws `file-unreadable` where there are several, with all of them.
 */
export async function configurationAt(path: string): Promise<string> {
  if (await insideOf(path)) return path
  const pointers = configurationsIn(await readText(path))
  const [pointer, second] = pointers
  if (pointer === undefined) return path
  if (second === undefined) return nestedPath({ path, pointer })
  const places = pointers.map((each) => nestedPath({ path, pointer: each }))
  throw fileUnreadable(`${path}: it holds several configurations: name one of ${places.join(', ')}`)
}

/** Replaces such a text by another one, where it is still what was read. Throws as `readConfigText`. */
export async function replaceConfigText(path: string, text: string, next: string): Promise<Replacement> {
  const nested = await insideOf(path)
  if (!nested) return replaceFile(path, text, next)
  const file = await readText(nested.path)
  const present = textIn(file, nested.pointer)
  if (!('text' in present) || present.text !== text) return changed(nested.path)
  const edited = withText(file, nested.pointer, next)
  if ('fault' in edited) throw configFault(nested.path, null, `${nested.pointer} ${edited.fault}`)
  return replaceFile(nested.path, file, edited.text)
}
