import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from './text-file.ts'

/**
 * How the replacement of a file ended. `replaced`: the new text is in place; `durable` is false where the folder could
 * not be synced, so that a power cut may bring the old text back. `refused`: the file is as it was, and nothing is left
 * of the attempt; `message` is a sentence for a person.
 */
export type Replacement =
  | { kind: 'replaced'; durable: boolean }
  | {
      kind: 'refused'
      code: 'changed' | 'no-regular-file' | 'hard-links' | 'owner' | 'unwritable'
      message: string
    }

type Refusal = Extract<Replacement, { kind: 'refused' }>

const refused = (code: Refusal['code'], message: string): Refusal => ({ kind: 'refused', code, message })

const unwritable = (path: string, error: unknown): Refusal =>
  refused('unwritable', `${path} cannot be replaced (${codeOf(error)})`)

/** Why this file must not be replaced, `null` where nothing speaks against it. */
async function objection(path: string, seen: Stats, expected: Buffer): Promise<Refusal | null> {
  if (!seen.isFile()) return refused('no-regular-file', `${path} is no regular file`)
  if (seen.nlink > 1)
    return refused('hard-links', `${path} has another name (a hard link), which would keep the old text`)
  if (!(await readFile(path)).equals(expected))
    return refused('changed', `${path} was changed by somebody else since it was read`)
  return null
}

/** Gives a new file the owner and mode of another. False where the owner may not be given away. */
async function dressed(handle: FileHandle, like: Stats): Promise<boolean> {
  const { uid, gid } = await handle.stat()
  if (uid !== like.uid || gid !== like.gid) {
    try {
      await handle.chown(like.uid, like.gid)
    } catch (error) {
      if (codeOf(error) === 'EPERM') return false
      throw error
    }
  }
  // After the owner: a change of owner takes special bits away.
  await handle.chmod(like.mode & 0o7777)
  return true
}

async function write(trial: string, text: string, like: Stats): Promise<boolean> {
  const handle = await open(trial, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    const same = await dressed(handle, like)
    await handle.sync()
    return same
  } finally {
    await handle.close()
  }
}

async function isFolderSynced(folder: string): Promise<boolean> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    return true
  } catch {
    return false
  }
}

/** Writes beside the file and renames over it, looking once more right before that whether it is still the expected one. */
async function exchange(path: string, trial: string, expected: Buffer, text: string): Promise<Replacement> {
  const seen = await stat(path)
  const early = await objection(path, seen, expected)
  if (early) return early
  if (!(await write(trial, text, seen)))
    return refused('owner', `${path} belongs to another user or group, which the new file could not be given`)
  const late = await objection(path, await stat(path), expected)
  if (late) return late
  await rename(trial, path)
  return { kind: 'replaced', durable: await isFolderSynced(dirname(path)) }
}

/**
 * Replaces the text of a file at one stroke: whoever reads it sees all of the old text or all of the new. Mode and
 * owner stay, extended attributes do not; a symbolic link stays and its target is replaced. Refuses where the file does
 * not hold `expected`, byte for byte. A process killed on the way may leave a hidden `.mcp-url-migrate-…` file behind.
 */
export async function replaceFile(path: string, expected: string, text: string): Promise<Replacement> {
  let trial: string | null = null
  try {
    const target = await realpath(path)
    trial = join(dirname(target), `.mcp-url-migrate-${randomBytes(6).toString('hex')}`)
    const outcome = await exchange(target, trial, Buffer.from(expected), text)
    if (outcome.kind === 'refused') await discard(trial)
    return outcome
  } catch (error) {
    if (trial !== null) await discard(trial)
    return unwritable(path, error)
  }
}

/** A file that was never made, or is in place by now, is no reason to fail. */
async function discard(trial: string): Promise<void> {
  try {
    await unlink(trial)
  } catch {
    // Nothing to remove.
  }
}
