import { settableNames, settableValue } from '../record/fields.ts'
import { isWholeAddress, type Migration, mentions } from './migration.ts'
import { textsIn, type PlacedText } from '../record/path.ts'
import type { Edit } from '../plan/change.ts'
import { maskUrlsIn } from '../show/redact.ts'
import { rewriteAddress, rewriteText, type Rewriting } from './rewrite.ts'

/** A place in a record in which the old address stands, or almost, and stays. */
export interface Leftover {
  code: 'old-address' | 'near-miss'
  /** The path, as it may be shown. */
  field: string
  message: string
}

interface Finding extends PlacedText, Rewriting {}

/** All texts in a field of a record, its name among them. */
const placesIn = (record: Record<string, unknown>, field: string): PlacedText[] =>
  textsIn({ [field]: settableValue(record, field) })

/** What a rule makes of a text in a field; of a name, and in a field that it does not name, nothing. */
function findingAt(migration: Migration, field: string, place: PlacedText): Finding {
  const named = migration.fields.find((name) => name === field)
  if (!named || place.isName) return { ...place, after: place.text, remarks: [] }
  const rewrite = isWholeAddress(named) ? rewriteAddress : rewriteText
  return { ...place, ...rewrite(migration, place.text) }
}

const names = ({ fields }: Migration, field: string): boolean => (fields as readonly string[]).includes(field)

/** May an address stand in a value, or in the name of a member? All have a colon, and most of a record has none. */
function mayHoldAddress(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(':')
  if (value === null || typeof value !== 'object') return false
  return Object.entries(value).some(([name, member]) => name.includes(':') || mayHoldAddress(member))
}

/** What the rule changes in a record: one edit for each text, by its path; the URL first. */
export function editsOf(migration: Migration, record: Record<string, unknown>): Edit[] {
  return Object.keys(record)
    .filter((field) => names(migration, field))
    .flatMap((field) => placesIn(record, field).map((place) => findingAt(migration, field, place)))
    .filter(({ text, after }) => after !== text)
    .map(({ path, text, after }) => ({ field: path, before: text, after }))
    .toSorted((a, b) => Number(b.field === 'url') - Number(a.field === 'url'))
}

/**
 * Where the old address still stands after the rule: in fields that it does not name, in names of members, and in texts that
 * are no plain match. They are reported, never rewritten. The `url` that a rule names is told of with its server.
 */
export function leftovers(migration: Migration, record: Record<string, unknown>): Leftover[] {
  const isTold = ({ path }: PlacedText): boolean => path === 'url' && names(migration, 'url')
  return settableNames(record)
    .filter((field) => names(migration, field) || field.includes(':') || mayHoldAddress(record[field]))
    .flatMap((field) =>
      placesIn(record, field)
        .filter((place) => !isTold(place))
        .map((place) => findingAt(migration, field, place)),
    )
    .flatMap(({ path, after, remarks, isName }) => {
      const isThere = mentions(migration, after)
      if (!isThere && remarks.length === 0) return []
      const why = remarks.length > 0 ? `: ${remarks.join('; ')}` : ''
      return {
        code: isThere ? ('old-address' as const) : ('near-miss' as const),
        field: maskUrlsIn(isName ? `${path} (its name)` : path),
        message: isThere
          ? `holds the old address${why}; reported, not rewritten`
          : `is almost the old address${why}; not rewritten`,
      }
    })
}
