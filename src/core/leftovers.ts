import { maskUrlsIn } from './redact.ts'
import { settableFields } from './fields.ts'
import { type Migration, mentions } from './migration.ts'

/** Paths of all texts inside a value, such as `static_headers.X-Backend` or `args[1]`. */
function texts(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((member, i) => texts(member, `${path}[${i}]`))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, member]) => [
    { path: `${path ? `${path}.` : ''}${key} (its name)`, text: key },
    ...texts(member, path ? `${path}.${key}` : key),
  ])
}

/**
 * The fields that an edit can set, other than the one that the rule rewrites, in which the old address stands. They are
 * reported, never rewritten.
 */
export function leftovers(migration: Migration, record: Record<string, unknown>): string[] {
  return texts(settableFields(record), '')
    .filter(({ path, text }) => path !== migration.field && mentions(migration, text))
    .map(({ path }) => maskUrlsIn(path))
}
