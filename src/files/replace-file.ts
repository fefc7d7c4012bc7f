import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from '../core/errors.ts'
import { fileWords } from '../core/show/system-words.ts'
import { copyAttributes, OVERWRITES } from './file-attributes.ts'
import { changed, objection, type Refusal, refused, type Replacement } from './replace-refusals.ts'

/** A file that will be replaced, as it was seen, and the new one beside it. */
interface Pair {
  target: string
  seen: Stats
  trial: string
}

const attributes = ({ target }: Pair, why: string): Refusal => refused('attributes', `${target}: ${why}`)

/** Gives a new file the owner of another. False where it may not be given away. */
async function isGivenAway(handle: FileHandle, { uid, gid }: Stats): Promise<boolean> {
  const own = await handle.stat()
  if (uid === own.uid && gid === own.gid) return true
  try {
    await handle.chown(uid, gid)
    return true
  } catch (error) {
    // The second where the owner has no number in this container.
    if (codeOf(error) === 'EPERM' || codeOf(error) === 'EINVAL') return false
    throw error
  }
}

async function attributesCopied(pair: Pair, to: FileHandle): Promise<Refusal | null> {
  const from = await open(pair.target, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const { ino, dev } = await from.stat()
    if (ino !== pair.seen.ino || dev !== pair.seen.dev) return changed(pair.target)
    const why = await copyAttributes({ path: pair.target, handle: from }, { path: pair.trial, handle: to })
    return why === null ? null : attributes(pair, why)
  } finally {
    await from.close()
  }
}

async function holds(handle: FileHandle, text: Buffer): Promise<boolean> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(text.length + 1), 0, text.length + 1, 0)
  return buffer.subarray(0, bytesRead).equals(text)
}

/** Does the file beside it hold all that it should? Another program has worked on it. */
async function inspected(pair: Pair, handle: FileHandle, text: string): Promise<Refusal | null> {
  const { uid, gid, mode } = pair.seen
  // A change of owner takes special bits away. Only where needed: it would change an ACL.
  if ((await handle.stat()).mode !== mode) await handle.chmod(mode & 0o7777)
  const made = await handle.stat()
  const named = await lstat(pair.trial)
  if (made.ino !== named.ino || made.uid !== uid || made.gid !== gid || made.mode !== mode)
    return attributes(pair, 'its mode or owner could not be given to the new file')
  if (!(await holds(handle, Buffer.from(text))))
    return attributes(pair, 'the new file beside it does not hold what was written')
  return null
}

/**
 * Fills the new file. Before the attributes, as a write takes capabilities away and a change of owner does, too; but
 * after them where copying them overwrites what is there.
 */
async function fill(pair: Pair, handle: FileHandle, text: string): Promise<Refusal | null> {
  if (OVERWRITES) {
    const refusal = await attributesCopied(pair, handle)
    if (refusal) return refusal
    await handle.truncate(0)
  }
  await handle.writeFile(text)
  if (!(await isGivenAway(handle, pair.seen)))
    return refused(
      'owner',
      `${pair.target} belongs to another user or group, which the new file could not be given`,
    )
  const refusal = OVERWRITES ? null : await attributesCopied(pair, handle)
  if (refusal) return refusal
  const fault = await inspected(pair, handle, text)
  if (!fault) await handle.sync()
  return fault
}

async function write(pair: Pair, text: string): Promise<Refusal | null> {
  const handle = await open(pair.trial, 'wx+', 0o600)
  try {
    return await fill(pair, handle, text)
  } finally {
    await handle.close()
  }
}

async function isFolderSynced(folder: string): Promise<boolean> {
  try {
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
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

/** Looks once more right before the exchange: whoever gives the file other rights meanwhile would lose them. */
async function lateObjection({ target, seen }: Pair, expected: Buffer): Promise<Refusal | null> {
  const now = await stat(target)
  const same = now.ino === seen.ino && now.dev === seen.dev && now.ctimeMs === seen.ctimeMs
  return (await objection(target, now, expected)) ?? (same ? null : changed(target))
}

/** Writes beside the file and renames over it. Everything that can fail fails before that. */
async function exchange(pair: Pair, expected: Buffer, text: string): Promise<Replacement> {
  try {
    const refusal = (await write(pair, text)) ?? (await lateObjection(pair, expected))
    if (refusal) return refusal
    await rename(pair.trial, pair.target)
    return { kind: 'replaced', durable: await isFolderSynced(dirname(pair.target)) }
  } catch (error) {
    return refused('unwritable', `${pair.target}: ${fileWords(error, 'write')}`)
  }
}

/**
 * Replaces the text of a file in one step: whoever reads it sees all of the old text or all of the new. Mode, owner,
 * ACL and extended attributes stay, or the file is refused; a symbolic link stays and its target is replaced. Refuses where
 * the file does not hold `expected`, byte for byte. A process killed on the way may leave a hidden `.mcp-url-migrate-…`
 * file behind. Never throws.
 */
export async function replaceFile(path: string, expected: string, text: string): Promise<Replacement> {
  try {
    const target = await realpath(path)
    const seen = await stat(target)
    const early = await objection(target, seen, Buffer.from(expected))
    if (early) return early
    const trial = join(dirname(target), `.mcp-url-migrate-${randomBytes(6).toString('hex')}`)
    const outcome = await exchange({ target, seen, trial }, Buffer.from(expected), text)
    if (outcome.kind === 'refused') await discard(trial)
    return outcome
  } catch (error) {
    return refused('unwritable', `${path}: ${fileWords(error, 'read')}`)
  }
}

/** A file that was never made is no reason to fail. */
async function discard(trial: string): Promise<void> {
  try {
    await unlink(trial)
  } catch {
    // Nothing to remove.
  }
}
