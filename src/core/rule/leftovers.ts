import { settableNames, settableValue } from '../record/fields.ts'
import { textsIn, type PlacedText } from '../record/path.ts'
import type { Edit } from '../plan/change.ts'
import { maskUrlsIn } from '../show/redact.ts'
import { rewriteAt, type Rewriting } from './rewrite.ts'
import { namesField, type Rule, rulesFor, type Subject } from './rule.ts'
import { mentions } from './verdict.ts'

/** A place in a record in which the old address stands, or almost, and stays. */
export interface Leftover {
  code: 'old-address' | 'near-miss'
  /** The path, as it may be shown. */
  field: string
  message: string
}

interface Finding extends PlacedText, Rewriting {}

/** A record, as far as rules look at it. */
type Ruled = Readonly<Record<string, unknown>> & Subject

/** All texts in a field of a record, its name among them. */
const placesIn = (record: Readonly<Record<string, unknown>>, field: string): PlacedText[] =>
  textsIn({ [field]: settableValue(record, field) })

/** What the rules make of a text at a place; of a name, and where none names it, nothing. */
function findingAt(rules: readonly Rule[], place: PlacedText, record: Ruled): Finding {
  const own = place.isName ? [] : rulesFor(rules, place.path)
  if (own.length === 0) return { ...place, after: place.text, by: [], remarks: [] }
  return { ...place, ...rewriteAt(own, place, record) }
}

/** May an address stand in a value, or in the name of a member? All have a colon, and most of a record has none. */
function mayHoldAddress(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(':')
  if (value === null || typeof value !== 'object') return false
  return Object.entries(value).some(([name, member]) => name.includes(':') || mayHoldAddress(member))
}

/** The names of the rules that made an edit, as it holds them. */
export const namesOf = (by: readonly Rule[]): string[] => by.map(({ name }) => name)

/** The transport that a server gets with its URL by a rule, where that is another one. */
export function transportEdit(rule: Rule, subject: Subject): Edit[] {
  const { transport: after } = rule
  const before = subject.transport ?? 'sse'
  return after === null || before === after
    ? []
    : [{ field: 'transport', before, after, rules: namesOf([rule]) }]
}

/** What the rules change in a record: one edit for each text, by its path; the URL first, and the transport with it. */
export function editsOf(rules: readonly Rule[], record: Ruled): Edit[] {
  const found = Object.keys(record)
    .filter((field) => namesField(rules, field))
    .flatMap((field) => placesIn(record, field).map((place) => findingAt(rules, place, record)))
    .filter(({ text, after }) => after !== text)
  const editOf = ({ path, text, after, by }: Finding): Edit => ({
    field: path,
    before: text,
    after,
    rules: namesOf(by),
  })
  const isUrl = ({ path }: Finding): boolean => path === 'url'
  return [
    ...found
      .filter(isUrl)
      .flatMap((url) => [editOf(url), ...url.by.flatMap((rule) => transportEdit(rule, record))]),
    ...found.filter((each) => !isUrl(each)).map(editOf),
  ]
}

/**
 * Where an old address still stands after the rules: in fields that none names, in names of members, and in texts that are no
 * plain match. They are reported, never rewritten. The `url` that a rule names is told of with its server.
 */
export function leftovers(rules: readonly Rule[], record: Ruled): Leftover[] {
  const isTold = ({ path }: PlacedText): boolean => path === 'url' && rulesFor(rules, 'url').length > 0
  return settableNames(record)
    .filter((field) => namesField(rules, field) || field.includes(':') || mayHoldAddress(record[field]))
    .flatMap((field) =>
      placesIn(record, field)
        .filter((place) => !isTold(place))
        .map((place) => findingAt(rules, place, record)),
    )
    .flatMap(({ path, after, remarks, isName }) => {
      const isThere = mentions(rules, after)
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
