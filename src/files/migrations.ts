import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../core/canonical.ts'
import { MigrateError } from '../core/errors.ts'
import { readOwnYaml } from '../core/own-yaml.ts'
import { printable } from '../core/show/text.ts'
import { compileMigration } from '../core/rule/compile.ts'
import { type Migration, migrationFile } from '../core/rule/migration.ts'
import { packageFolder } from './package-folder.ts'
import { readText } from './text-file.ts'

/** Reads one migration file's text. Throws `migration-invalid`; its examples are run on the way. */
export function readMigration(text: string, name: string): Migration & { default: boolean } {
  const wrong = (line: number | null, what: string): MigrateError =>
    new MigrateError(
      'migration-invalid',
      `Migration file ${name}${line === null ? '' : `, line ${line}`}: ${what}`,
    )
  const yaml = readOwnYaml(text)
  if (yaml.kind === 'fault') throw wrong(yaml.line, yaml.what)
  const parsed = migrationFile.safeParse(yaml.value)
  if (parsed.success) return { ...compileMigration(parsed.data, sha256(text)), default: parsed.data.default }
  const issue = parsed.error.issues[0]
  const path = issue?.path ?? []
  throw wrong(
    yaml.lineOf(path),
    `${path.map(String).join('.') || 'the file'}: ${issue?.message ?? 'it is wrong'}`,
  )
}

/** All migrations that ship with the tool. */
export async function shippedMigrations(): Promise<ReturnType<typeof readMigration>[]> {
  const folder = join(packageFolder(), 'migrations')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted()
  return Promise.all(names.map(async (name) => readMigration(await readText(join(folder, name)), name)))
}

/** The migration of `--migration ID`. Throws `usage` where none of that id ships with the tool. */
export async function namedMigration(id: string): Promise<Migration> {
  const migrations = await shippedMigrations()
  const found = migrations.find((migration) => migration.id === id)
  if (found) return found
  const ids = migrations.map((migration) => migration.id).join(', ')
  throw new MigrateError(
    'usage',
    `No migration ${printable(id)} ships with this tool`,
    `There are: ${ids}. Files of your own are not read yet.`,
  )
}

/** The migration that ships with the tool and is marked as the default. */
export async function defaultMigration(): Promise<Migration> {
  const [chosen] = (await shippedMigrations()).filter((migration) => migration.default)
  if (!chosen)
    throw new MigrateError(
      'migration-invalid',
      'No migration that ships with the tool is marked as the default',
      null,
    )
  return chosen
}
