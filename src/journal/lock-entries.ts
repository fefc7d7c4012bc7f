import { readdir, readFile } from 'node:fs/promises'
import { parsedJson } from '../core/parsed-json.ts'
import { join } from 'node:path'
import { z } from 'zod'
import { codeOf } from '../core/errors.ts'
import { type Life, lifeOf, type ProcessIdentity } from './process-identity.ts'

const entry = z.object({
  v: z.literal(1),
  /** Two words of one length: an entry turns from one to the other in place, and is never away. */
  state: z.enum(['waiting', 'holding']),
  pid: z.int(),
  start: z.string().nullable(),
  boot: z.string().nullable(),
  space: z.string().nullable(),
  user: z.string(),
  host: z.string(),
  /** ISO 8601, UTC. */
  since: z.string(),
  doing: z.string(),
})

/** What a contender's file in the folder of locks holds. */
export type Entry = z.infer<typeof entry>

/** What the names of entries end in. */
export const ENTRY = '.lock'

/** What the names of entries end in that are not whole yet. */
export const DRAFT = '.lock.draft'

/** A contender's entry, as found. `entry` is `null` where it cannot be read for what it is. */
export interface Found {
  name: string
  entry: Entry | null
  life: Life
}

/** Whose entry it is where its text does not tell: the name holds the pid. */
function identityIn(name: string, self: ProcessIdentity): ProcessIdentity {
  const pid = Number(/\.(\d+)-[\da-f]+\.lock/.exec(name)?.[1] ?? 0)
  return { ...self, pid, start: null }
}

async function readEntry(folder: string, name: string, self: ProcessIdentity): Promise<Found | null> {
  // One that is there and cannot be read is an entry all the same: nobody knows of whom.
  const text = await readFile(join(folder, name), 'utf8').catch((error: unknown) =>
    codeOf(error) === 'ENOENT' ? null : '',
  )
  if (text === null) return null
  const found = entry.safeParse(parsedJson(text)).data ?? null
  return { name, entry: found, life: await lifeOf(found ?? identityIn(name, self), self) }
}

/**
 * The entries for a lock: those of processes that live or cannot be looked for, and the names of what dead ones left
 * behind. A draft is no entry yet, but may be left behind like one. Throws what the system says where the folder cannot
 * be read.
 */
export async function readEntries(
  folder: string,
  lock: string,
  self: ProcessIdentity,
): Promise<{ living: Found[]; dead: string[] }> {
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`${lock}.`) && (name.endsWith(ENTRY) || name.endsWith(DRAFT)),
  )
  const read = await Promise.all(names.map((name) => readEntry(folder, name, self)))
  const found = read.filter((one) => one !== null)
  return {
    living: found.filter(({ name, life }) => life !== 'dead' && !name.endsWith(DRAFT)),
    dead: found.filter(({ life }) => life === 'dead').map(({ name }) => name),
  }
}
