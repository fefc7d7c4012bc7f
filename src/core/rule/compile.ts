import { readOrigin } from './address.ts'
import { MigrateError } from '../errors.ts'
import { isWholeAddress, matchesOrigin, type Migration, type MigrationFile } from './migration.ts'
import { rewriteAddress, rewriteText } from './rewrite.ts'

/** Why an example does not come out as it says, or `null`. */
function failedExample(migration: Migration, example: MigrationFile['examples'][number]): string | null {
  const { before } = example
  const field = example.field ?? migration.fields[0]
  if (!field || !migration.fields.includes(field)) return `example ${before}: the rule does not name ${field}`
  const rewrite = isWholeAddress(field) ? rewriteAddress : rewriteText
  const { after } = rewrite(migration, before)
  const wanted = 'after' in example ? example.after : before
  return after === wanted ? null : `example ${before} becomes ${after}, not ${wanted}`
}

/**
 * Makes a rule from a parsed migration file. Throws `migration-invalid` when the rule would match its own
 * result, or when one of its examples does not come out as it says.
 */
export function compileMigration(file: MigrationFile, sha256: string): Migration {
  const to = readOrigin(file.to)
  if (!to) throw new MigrateError('migration-invalid', `Migration ${file.id}: "to" is not an origin`)
  const { id, title, fields, from } = file
  const migration: Migration = { id, sha256, title, fields: [...new Set(fields)], from, to }
  if (matchesOrigin(migration, to)) {
    throw new MigrateError('migration-invalid', `Migration ${file.id} would match its own result, ${file.to}`)
  }
  const failed = file.examples.map((each) => failedExample(migration, each)).filter((each) => each !== null)
  if (failed.length > 0)
    throw new MigrateError('migration-invalid', `Migration ${file.id}: ${failed.join('; ')}`)
  return migration
}
