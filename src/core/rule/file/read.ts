import { z } from 'zod'
import { sha256 } from '../../canonical.ts'
import { readOwnYaml } from '../../own-yaml.ts'
import { printable } from '../../show/text.ts'
import type { Finding } from '../finding.ts'
import type { Migration } from '../rule.ts'
import { compileMigration, type MigrationFile } from './compile.ts'
import { FORMAT_1, migrationFile1 } from './format-1.ts'
import { FORMAT_2, migrationFile2 } from './format-2.ts'
import { schemaFaults } from './schema-faults.ts'

/** A finding with its place in the text: line and column from 1; `null` where it is about the file as a whole. */
export interface PlacedFinding extends Pick<Finding, 'severity' | 'message'> {
  line: number | null
  column: number | null
}

/** A migration file that was read. `migration`: `null` where an error keeps it from being used. `idAt`: where its id stands. */
export interface ReadMigration {
  migration: Migration | null
  isDefault: boolean
  idAt: Pick<PlacedFinding, 'line' | 'column'>
  findings: PlacedFinding[]
}

const start = z.looseObject({ schema: z.unknown().optional() })
const FORMATS: Readonly<Record<string, z.ZodType<MigrationFile>>> = {
  [FORMAT_1]: migrationFile1,
  [FORMAT_2]: migrationFile2,
}

const wrong = (path: readonly PropertyKey[], message: string): Finding => ({
  severity: 'error',
  path,
  part: 'value',
  message,
})

/** By which schema a file is to be read, or why by none. */
function schemaOf(value: unknown): z.ZodType<MigrationFile> | Finding {
  const { success, data } = start.safeParse(value)
  if (!success) return wrong([], 'this is no migration: it must be a map that begins with "schema"')
  const { schema } = data
  if (schema === undefined) return wrong([], `"schema" is missing: begin with schema: ${FORMAT_2}`)
  if (typeof schema === 'string' && Object.hasOwn(FORMATS, schema)) return FORMATS[schema] ?? wrong([], '')
  const isNewer = typeof schema === 'string' && /^mcp-url-migrate\/migration\/[1-9]\d*$/.test(schema)
  return wrong(
    ['schema'],
    isNewer
      ? `it was made for a newer version of this program: ${printable(schema)}, and this one reads ${FORMAT_1} and ${FORMAT_2}`
      : `"schema" must be ${FORMAT_2}`,
  )
}

const NOWHERE = { line: null, column: null }

/**
 * Reads the text of a migration file, and runs its examples. `source`: where it is from. What is wrong with it, or odd, comes
 * with its place; nothing is thrown.
 */
export function readMigration(text: string, source: Migration['source']): ReadMigration {
  const yaml = readOwnYaml(text)
  if (yaml.kind === 'fault') {
    const { line, column, what } = yaml
    return {
      migration: null,
      isDefault: false,
      idAt: NOWHERE,
      findings: [{ severity: 'error', line, column, message: what }],
    }
  }
  const placed = ({ severity, message, path, part }: Finding): PlacedFinding => {
    const { line, column } = yaml.placeOf(path, part) ?? { line: null, column: null }
    return { severity, message: printable(message), line, column }
  }
  const failed = (findings: readonly Finding[]): ReadMigration => ({
    migration: null,
    isDefault: false,
    idAt: NOWHERE,
    findings: findings.map(placed),
  })
  const schema = schemaOf(yaml.value)
  if ('severity' in schema) return failed([schema])
  const parsed = schema.safeParse(yaml.value, { reportInput: true })
  if (!parsed.success) return failed(schemaFaults(parsed.error))
  const { migration, findings } = compileMigration(parsed.data, { sha256: sha256(text), source })
  return {
    migration,
    isDefault: 'default' in parsed.data && parsed.data.default,
    idAt: yaml.placeOf(['id']) ?? NOWHERE,
    findings: findings.map(placed),
  }
}
