import { constants, type Stats } from 'node:fs'
import { access, lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileWords, OWN_MOUNT } from '../core/show/system-words.ts'
import { CONFIG_LIMIT, readRegular } from './text-file.ts'

/**
 * How the replacement of a file ended. `replaced`: the new text is in place; `durable` is false where the folder could
 * not be synced, so that a power cut may bring the old text back. `refused`: the file is as it was, and nothing is left
 * of the attempt; `message` is a sentence for a person.
 */
export type Replacement =
  | { kind: 'replaced'; durable: boolean }
  | {
      kind: 'refused'
      code: 'changed' | 'no-regular-file' | 'hard-links' | 'mounted' | 'owner' | 'attributes' | 'unwritable'
      message: string
    }

/** A file that is left as it was. */
export type Refusal = Extract<Replacement, { kind: 'refused' }>

/** The refusal of a file. */
export const refused = (code: Refusal['code'], message: string): Refusal => ({
  kind: 'refused',
  code,
  message,
})

/** The refusal of a file that somebody else changed. */
export const changed = (path: string): Refusal =>
  refused('changed', `${path} was changed by somebody else since it was read`)

/** Is something mounted right at a path, by Linux's mount table? There a space is `\040`. */
export function isMountPoint(path: string, table: string): boolean {
  const plain = (point: string): string =>
    point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(parseInt(octal, 8)))
  return table.split('\n').some((line) => plain(line.split(' ')[4] ?? '') === path)
}

/** The mount table; elsewhere than on Linux there is none, and the failure alone tells. */
const mountTable = (): Promise<string> => readFile('/proc/self/mountinfo', 'utf8').catch(() => '')

/** The other name of a file, where it stands in the same folder. */
async function otherName(path: string, { ino, dev }: Stats): Promise<string | null> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => [])
  for (const name of names.slice(0, 1000)) {
    const other = join(folder, name)
    const found = await lstat(other).catch(() => null)
    if (other !== path && found?.ino === ino && found.dev === dev) return other
  }
  return null
}

async function secondName(path: string, seen: Stats): Promise<Refusal> {
  const other = await otherName(path, seen)
  const where =
    other === null ? 'a hard link somewhere else; find -samefile shows it' : `the hard link ${other}`
  return refused('hard-links', `${path} has another name (${where}), which would keep the old text`)
}

/** Why a file can never be replaced as it stands there, whatever it holds; `null` where nothing speaks against it. */
async function fixed(path: string, seen: Stats): Promise<Refusal | null> {
  if (seen.isDirectory()) return refused('no-regular-file', `${path}: it is a folder`)
  if (!seen.isFile()) return refused('no-regular-file', `${path}: it is not a regular file`)
  if (seen.nlink > 1) return secondName(path, seen)
  return isMountPoint(path, await mountTable()) ? refused('mounted', `${path}: ${OWN_MOUNT}`) : null
}

/** Why this file must not be replaced, `null` where nothing speaks against it. */
export async function objection(path: string, seen: Stats, expected: Buffer): Promise<Refusal | null> {
  const refusal = await fixed(path, seen)
  if (refusal) return refusal
  const contents = await readRegular(path, CONFIG_LIMIT)
  if (contents.kind === 'unreadable') return refused('unwritable', `${path}: ${contents.why}`)
  return contents.bytes.equals(expected) ? null : changed(path)
}

/** Why a file could not be replaced, as far as that can be seen beforehand; `null` where nothing speaks against it. */
export async function foreseenRefusal(path: string): Promise<string | null> {
  try {
    const target = await realpath(path)
    const refusal = await fixed(target, await stat(target))
    if (refusal) return refusal.message
    await access(dirname(target), constants.W_OK)
    return null
  } catch (error) {
    return `${path}: ${fileWords(error, 'write')}`
  }
}
