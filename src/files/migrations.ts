import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { MigrateError } from '../core/errors.ts'
import { lintTogether } from '../core/rule/file/together.ts'
import { readMigration, type ReadMigration } from '../core/rule/file/read.ts'
import type { Migration } from '../core/rule/rule.ts'
import { nearestOf } from '../core/show/nearest.ts'
import { fileWords } from '../core/show/system-words.ts'
import { printable } from '../core/show/text.ts'
import { isPath, isYaml, shippedFolder, shippedIds } from './shipped.ts'
import { decoded, fileUnreadable, firstBadLine, isThere, readRegular, SMALL_LIMIT } from './text-file.ts'

/** A migration file, read. `name`: as it was named, for a person. */
export interface MigrationAt extends ReadMigration {
  name: string
}

/** Reads a migration file. Throws `file-unreadable` where that is not to be had; what is wrong in it is told by the result. */
async function readAt(path: string, name: string, source: Migration['source']): Promise<MigrationAt> {
  const contents = await readRegular(path, SMALL_LIMIT)
  if (contents.kind === 'unreadable')
    throw fileUnreadable(`Migration file ${printable(name)}: ${contents.why}`)
  const text = decoded(contents.bytes)
  if (text !== null) return { name, ...readMigration(text, source) }
  const [line, message] = [firstBadLine(contents.bytes), 'the file is not UTF-8']
  return {
    name,
    migration: null,
    isDefault: false,
    idAt: { line: null, column: null },
    findings: [{ severity: 'error', line, column: null, message }],
  }
}

/** The names of the migration files in a folder, in their order. Throws `usage` where there is none. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw fileUnreadable(`Folder ${printable(folder)}: ${fileWords(error, 'read')}`)
  })
  const names = entries.filter((name) => isYaml(name) && !name.startsWith('.')).toSorted()
  if (names.length > 0) return names
  throw new MigrateError(
    'usage',
    `The folder ${printable(folder)} holds no migration file`,
    'They end in .yaml or .yml.',
  )
}

/** All migration files that ship with the tool, read. */
async function readShipped(): Promise<MigrationAt[]> {
  const folder = shippedFolder()
  const names = (await readdir(folder)).filter(isYaml).toSorted()
  return Promise.all(names.map((name) => readAt(join(folder, name), name, { kind: 'shipped' })))
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** A file of somebody's own, which has no id of one that ships, unless it is that: journals and commands know it by that. */
async function ownId(read: MigrationAt, shipped: () => Promise<MigrationAt[]>): Promise<MigrationAt> {
  const { migration, idAt } = read
  if (!migration || !shippedIds().includes(migration.id)) return read
  const isSame = (await shipped()).some((each) => each.migration?.sha256 === migration.sha256)
  if (isSame) return read
  const message = `the id ${migration.id} is that of a migration that ships: give it another one`
  return { ...read, migration: null, findings: [...read.findings, { severity: 'error', ...idAt, message }] }
}

/** The migrations that a word of the command line names: a file, a folder of them, or one that ships by its id. */
async function readNamed(name: string, shipped: () => Promise<MigrationAt[]>): Promise<MigrationAt[]> {
  const own = async (path: string, shown: string): Promise<MigrationAt> =>
    ownId(await readAt(path, shown, { kind: 'file', path: resolve(path) }), shipped)
  if (isPath(name)) {
    if (!(await isFolder(name))) return [await own(name, name)]
    const names = await namesIn(name)
    return Promise.all(names.map((each) => own(join(name, each), join(name, each))))
  }
  const known = await shipped()
  const found = known.filter(({ migration }) => migration?.id === name)
  if (found.length > 0) return found
  const ids = known.flatMap(({ migration }) => migration?.id ?? [])
  const nearest = nearestOf(name, ids)
  const meant = (await isThere(name)) ? `./${printable(name)}` : nearest
  throw new MigrateError(
    'usage',
    `No migration ${printable(name)} ships with this tool`,
    [
      meant === null ? `There are: ${ids.join(', ')}.` : `Did you mean ${meant}?`,
      `A file or folder of your own is named by its path, as in ./${printable(name)}.yaml.`,
    ].join(' '),
  )
}

/**
 * Reads what the words of a command line name, in their order: ids of migrations that ship, files, and folders of them.
 * Throws `usage` and `file-unreadable`; what is wrong in a file is told by its result.
 */
export async function readMigrations(names: readonly string[]): Promise<MigrationAt[]> {
  let known: Promise<MigrationAt[]> | null = null
  const shipped = (): Promise<MigrationAt[]> => (known ??= readShipped())
  // What is named twice counts once.
  const once = [...new Map(names.map((name) => [isPath(name) ? resolve(name) : name, name])).values()]
  return (await Promise.all(once.map((name) => readNamed(name, shipped)))).flat()
}

/** `FILE, line 3, column 7`, as far as it is known. */
const placeText = (name: string, { line, column }: { line: number | null; column: number | null }): string =>
  `${printable(name)}${line === null ? '' : `, line ${line}`}${column === null ? '' : `, column ${column}`}`

/** The migration of a file. Throws `migration-invalid` with the first thing that is wrong in it, and how much else is. */
function usable({ name, migration, findings }: MigrationAt): Migration {
  if (migration) return migration
  const errors = findings.filter(({ severity }) => severity === 'error')
  const [first] = errors
  const place = placeText(name, first ?? { line: null, column: null })
  const others = errors.length - 1
  throw new MigrateError(
    'migration-invalid',
    `Migration file ${place}: ${first?.message ?? 'it is wrong'}`,
    `${others > 0 ? `${others} more: all` : 'All'} that is wrong in it is shown by: mcp-url-migrate lint ${printable(name)}`,
  )
}

/** The migrations that words of the command line name, in their order. Throws `usage`, `file-unreadable` and `migration-invalid`. */
export async function namedMigrations(names: readonly string[]): Promise<Migration[]> {
  const migrations = (await readMigrations(names)).map(usable)
  const error = lintTogether(migrations).find(({ severity, isCircle }) => severity === 'error' || isCircle)
  if (error)
    throw new MigrateError('migration-invalid', `These migrations do not go together: ${error.message}`)
  return migrations
}

/** All migrations that ship with the tool. */
export async function shippedMigrations(): Promise<Migration[]> {
  return (await readShipped()).map(usable)
}

/** The migrations that ship with the tool and are marked as defaults. */
export async function defaultMigrations(): Promise<Migration[]> {
  const chosen = (await readShipped()).filter(({ isDefault }) => isDefault).map(usable)
  if (chosen.length > 0) return chosen
  throw new MigrateError(
    'migration-invalid',
    'No migration that ships with the tool is marked as the default',
    null,
  )
}
