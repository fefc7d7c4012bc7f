import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { transcript } from './cli.ts'
import { holdToSchemas } from './documents.ts'

/** Every secret that a test has handed to the program or to a gateway: none may be seen again. */
const secrets = new Set<string>()

/** Registers a secret, and gives it back. */
export function secret(text: string): string {
  secrets.add(text)
  return text
}

/** The text of every journal file that a test has left behind. */
const journalled: string[] = []

/** Keeps what a journal folder holds, before it goes away. A folder that is none holds nothing. */
export async function keepJournal(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) journalled.push(await readFile(join(folder, name), 'utf8'))
}

// What looks like a key, a session token or a bearer header, whoever made it.
const SHAPES = [/\bsk-[\w-]{6,}/, /\beyJ[\w-]{10,}/, /\bBearer\s+[\w.-]{4,}/i]

const encodings = (known: string): Set<string> =>
  new Set([
    known,
    encodeURIComponent(known),
    Buffer.from(known).toString('base64'),
    Buffer.from(known).toString('base64url'),
  ])

/** The secrets found in a text: known ones in whatever encoding, and whatever is shaped like one. */
export function leaksIn(text: string, known: Iterable<string> = secrets): string[] {
  const named = [...known].filter((each) => [...encodings(each)].some((form) => text.includes(form)))
  const shaped = SHAPES.flatMap((shape) => shape.exec(text)?.[0] ?? [])
  return [...new Set([...named, ...shaped])]
}

function withoutUrls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUrls)
  if (value === null || typeof value !== 'object') return value
  const isUrlEdit = 'field' in value && value.field === 'url' && 'before' in value && 'after' in value
  const kept = isUrlEdit ? { ...value, before: '', after: '' } : value
  return Object.fromEntries(Object.entries(kept).map(([name, member]) => [name, withoutUrls(member)]))
}

/** A journal's text without the whole URLs that a revert needs, which may stand there. */
export function journalWithoutUrls(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      try {
        return JSON.stringify(withoutUrls(JSON.parse(line)))
      } catch {
        return line
      }
    })
    .join('\n')
}

/** After all tests of a file: nothing that was printed or journalled holds a secret, and each document is as its schema says. */
export function watchForLeaks(): void {
  let before: ReadonlySet<string>
  // The files of one worker share these.
  beforeAll(() => {
    before = new Set(secrets)
    for (const kept of [transcript, journalled]) kept.length = 0
  })
  afterAll(() => {
    expect(transcript.length + journalled.length).toBeGreaterThan(0)
    // Each on its own lines, so that none is made of two.
    expect(leaksIn(transcript.join('\n'))).toEqual([])
    expect(leaksIn(journalWithoutUrls(journalled.join('\n')))).toEqual([])
    // Those of programs that a test started by itself, too.
    for (const printed of transcript) holdToSchemas(printed)
    for (const each of secrets) if (!before.has(each)) secrets.delete(each)
  })
}
