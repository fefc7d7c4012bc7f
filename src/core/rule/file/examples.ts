import type { PlacedText } from '../../record/path.ts'
import { type Finding, wrongAt } from '../finding.ts'
import { rewriteAt } from '../rewrite.ts'
import { isRuleField } from '../rule-field.ts'
import { ANYTHING, type Rule, rulesFor, type Subject } from '../rule.ts'
import { verdictOnUrl } from '../verdict.ts'
import type { MigrationFile2 } from './format-2.ts'

type Example = MigrationFile2['examples'][number]
type Server = Exclude<Example['before'], string>

/** The texts of a server by their places, and what conditions look at. */
interface State {
  texts: ReadonlyMap<string, string>
  subject: Subject
}

const OTHERS: ReadonlySet<string> = new Set([
  'transport',
  'server_id',
  'server_name',
  'alias',
  'access_groups',
])

function stateOf(server: Server): State {
  const { transport, server_id, server_name, alias, access_groups: groups } = server
  const texts = Object.entries(server).filter(
    (entry): entry is [string, string] => !OTHERS.has(entry[0]) && typeof entry[1] === 'string',
  )
  return {
    texts: new Map(texts),
    subject: { transport, server_id, server_name, alias, mcp_access_groups: groups },
  }
}

/** A text stands for a server of which nothing else is told. */
const stateAt = (given: string | Server, field: string): State =>
  typeof given === 'string' ? { texts: new Map([[field, given]]), subject: ANYTHING } : stateOf(given)

/** What the rules make of a server, and which of them. */
function ruled(rules: readonly Rule[], { texts, subject }: State): State & { by: Set<Rule> } {
  const by = new Set<Rule>()
  const after = [...texts].map(([path, text]): [string, string] => {
    const found = rewriteAt(
      rulesFor(rules, path),
      { path, text } satisfies Omit<PlacedText, 'isName'>,
      subject,
    )
    for (const rule of found.by) by.add(rule)
    return [path, found.after]
  })
  const verdict = verdictOnUrl(rules, texts.get('url'), subject)
  const set = verdict.kind === 'match' ? verdict.rule.transport : null
  return { texts: new Map(after), subject: set === null ? subject : { ...subject, transport: set }, by }
}

const isKnown = ({ transport }: Subject): boolean => transport !== undefined

/** In what a server differs from what was wanted of it, in words; or `null`. */
function difference(found: State, wanted: State): string | null {
  for (const [path, text] of wanted.texts) {
    const is = found.texts.get(path)
    if (is !== text) return `${path === 'url' ? '' : `${path} `}becomes ${is ?? 'nothing'}, not ${text}`
  }
  const [is, due] = [found.subject.transport, wanted.subject.transport]
  return due !== undefined && is !== due ? `the transport becomes ${is ?? 'nothing'}, not ${due}` : null
}

const same = (a: State, b: State): boolean =>
  difference(a, b) === null && (!isKnown(a.subject) || a.subject.transport === b.subject.transport)

/** What was wanted of an example: what its `after` names, and all else as it was. */
function wantedOf(before: State, { after, unchanged }: Example, field: string): State {
  if (unchanged === true || after === undefined) return before
  const named = stateAt(after, field)
  return {
    texts: new Map([...before.texts, ...named.texts]),
    subject: { ...before.subject, ...(isKnown(named.subject) && { transport: named.subject.transport }) },
  }
}

interface Tried {
  by: ReadonlySet<Rule>
  fault: string | null
}

function tryExample(rules: readonly Rule[], example: Example): Tried {
  const none = new Set<Rule>()
  const { before, after, unchanged } = example
  const [first] = rules[0]?.fields ?? []
  const field = example.field ?? (rules.length === 1 && first !== undefined ? first : 'url')
  if ((after === undefined) === (unchanged === undefined))
    return {
      by: none,
      fault:
        after === undefined
          ? 'it says neither "after" nor "unchanged: true"'
          : 'it says both "after" and "unchanged"',
    }
  const start = stateAt(before, field)
  const strange = [...start.texts.keys()].find(
    (path) => !isRuleField(path) || rulesFor(rules, path).length === 0,
  )
  if (strange !== undefined) return { by: none, fault: `no rule names ${strange}` }
  if (start.texts.size === 0) return { by: none, fault: 'it names no field' }
  const wanted = wantedOf(start, example, field)
  if (unchanged === undefined && same(start, wanted))
    return { by: none, fault: 'nothing changes in it: write "unchanged: true"' }
  const found = ruled(rules, start)
  const wrong = difference(found, wanted)
  if (wrong !== null && unchanged === undefined && found.by.size === 0)
    return { by: none, fault: `no rule matches ${textOf(before)}` }
  if (wrong !== null) return { by: found.by, fault: `${textOf(before)} ${wrong}`.trim() }
  const again = ruled(rules, found)
  const moves = unchanged === undefined ? difference(again, found) : null
  return { by: found.by, fault: moves === null ? null : `applied a second time, ${textOf(before)} ${moves}` }
}

const textOf = (before: Example['before']): string =>
  typeof before === 'string'
    ? before
    : (Object.entries(before).find(([key]) => !OTHERS.has(key))?.[1] ?? '').toString()

/** The same example twice is one too many, and most likely another was meant. */
function twice(examples: readonly Example[]): Finding[] {
  const seen = new Map<string, number>()
  return examples.flatMap(({ field, before }, i) => {
    const text = JSON.stringify([field ?? null, before])
    const first = seen.get(text)
    seen.set(text, first ?? i)
    return first === undefined ? [] : [wrongAt(['examples', i], `it is the same as example ${first + 1}`)]
  })
}

/** Runs the examples of a file. `places`: where each rule stands in it. Returns what does not come out, and what is missing. */
export function failedExamples(
  rules: readonly Rule[],
  places: readonly (readonly PropertyKey[])[],
  examples: readonly Example[],
): Finding[] {
  const tried = examples.map((example) => tryExample(rules, example))
  const failed = tried.flatMap(({ fault }, i) =>
    fault === null ? [] : [wrongAt(['examples', i], `this example does not hold: ${fault}`)],
  )
  const without = rules.flatMap((rule, i) =>
    tried.some(({ by }) => by.has(rule)) || failed.length > 0
      ? []
      : [
          wrongAt(
            places[i] ?? [],
            `no example shows what ${rules.length === 1 ? 'it' : `rule ${i + 1}`} changes`,
          ),
        ],
  )
  const isStill = examples.some(({ unchanged }) => unchanged === true)
  const still = isStill
    ? []
    : [wrongAt(['examples'], 'no example shows what stays: add one with "unchanged: true"')]
  return [...twice(examples), ...failed, ...without, ...still]
}
