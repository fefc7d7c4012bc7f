import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/index.ts'
import type { Trial } from '../support/trial.ts'
import { type Difference, type OldCase, putInPlace, sandboxOf, unlike } from '../support/old-journals.ts'

type Open = (options: SandboxOptions) => Promise<Trial>

/** A case, put in place on a gateway that stands as it stood then. `edit` changes lines of its journal before. */
export async function inPlace(
  old: OldCase,
  open: Open,
  edit?: (line: string, i: number) => string,
): Promise<Trial> {
  const trial = await open(sandboxOf(old, 'now'))
  await putInPlace(old, trial, edit)
  return trial
}

/** A gateway, and files, as they stood before a case's first run. */
export async function beforehand(old: OldCase, open: Open): Promise<Trial> {
  const trial = await open(sandboxOf(old, 'before'))
  for (const [name, text] of Object.entries(old.before.files)) await writeFile(join(trial.folder, name), text)
  return trial
}

/** The files of a journal by name. */
export async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder)
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(texts))
}

/** That the journal is sound, that all of its runs have their end, and that no line of `before` was touched. */
export async function expectSettled(trial: Trial, before: Record<string, string>): Promise<void> {
  const { code, stdout } = await trial.call(['history', '--check'])
  expect([code, stdout]).toEqual([0, expect.not.stringMatching(/it has no end|torn/)])
  const now = await filesIn(trial.journal)
  for (const [name, text] of Object.entries(before))
    expect(now[name]?.startsWith(text.slice(0, text.lastIndexOf('\n') + 1))).toBe(true)
}

/**
 * What a later version may put back that the one of then could not: up to 1.105 LiteLLM takes a new issuer without
 * dropping the client.
 */
const LATER: Readonly<Record<string, readonly string[]>> = {
  'oauth-1.96.2': ['id-signed.issuer: "https://id.example"'],
}

/** What a case's gateway and files hold other than they were to. */
export async function wrongIn(old: OldCase, trial: Trial, wanted: Difference): Promise<string[]> {
  const found = await unlike(old, trial, wanted)
  const better = LATER[old.name] ?? []
  return [
    ...found.filter((each) => !better.includes(each)),
    ...better.filter((each) => !found.includes(each)).map((each) => `not yet: ${each}`),
  ]
}

/** Rows and files as before the first run. */
export const AS_BEFORE: Difference = { rows: {}, files: {} }
