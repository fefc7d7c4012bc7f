import { nearestOf } from '../../show/nearest.ts'
import {
  isDotSegment,
  LOOPBACK,
  readPattern,
  type UrlPattern,
  variablesOf,
  wholeHostVariables,
} from '../pattern.ts'
import { type Finding, wrongAt } from '../finding.ts'
import type { Where } from '../match.ts'
import { isRuleField } from '../rule-field.ts'
import type { Conditions, Migration, Rule } from '../rule.ts'
import { failedExamples } from './examples.ts'
import type { MigrationFile1 } from './format-1.ts'
import type { MigrationFile2 } from './format-2.ts'
import { lintRules } from './lint.ts'

type Path = readonly PropertyKey[]
type RuleText = MigrationFile2['rules'][number]

/** A migration file of any format, as its schema has read it. */
export type MigrationFile = MigrationFile1 | MigrationFile2

type RuleParts = Omit<Rule, 'name' | 'migration'>

/** A rule that was read, or what keeps it from being one. `at`: where it stands in the file. */
interface Read {
  at: Path
  rule: RuleParts | null
  faults: Finding[]
}

const asList = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T]

/** A path to a member that may be the only one: then it stands without a list round it. */
const memberAt = (path: Path, value: unknown, i: number): Path => (Array.isArray(value) ? [...path, i] : path)

const mapped = (where: RuleText['where']): Where =>
  new Map(Object.entries(where ?? {}).map(([name, values]) => [name, asList(values)]))

function conditionsOf(when: RuleText['when']): Conditions {
  if (!when) return {}
  const { transport, servers, access_groups: groups } = when
  return {
    ...(transport !== undefined && { transport: asList(transport) }),
    ...(servers !== undefined && { servers: asList(servers) }),
    ...(groups !== undefined && { access_groups: asList(groups) }),
  }
}

/** The patterns among some texts, and what is wrong with the others. */
function patternsAt(texts: readonly { text: string; at: Path }[]): {
  patterns: UrlPattern[]
  faults: Finding[]
} {
  const read = texts.map(({ text, at }) => ({ at, pattern: readPattern(text) }))
  return {
    patterns: read.flatMap(({ pattern }) => ('fault' in pattern ? [] : [pattern])),
    faults: read.flatMap(({ at, pattern }) =>
      'fault' in pattern ? [wrongAt(at, `it ${pattern.fault}`)] : [],
    ),
  }
}

const ofRule = (at: Path, name: string): Path => [...at, name]

/** What is wrong between the variables of a rule, and what may stand for them. */
function variableFaults({ from, to, where }: RuleParts, at: Path): Finding[] {
  const known = from.map(variablesOf)
  const everywhere = (known[0] ?? []).filter((name) => known.every((names) => names.includes(name)))
  const all = new Set(known.flat())
  const unknown = (name: string): string => {
    const nearest = nearestOf(name, [...all])
    return nearest === null ? '' : `; did you mean {${nearest}}?`
  }
  const free = from.flatMap(wholeHostVariables).find((name) => !where.has(name))
  return [
    ...variablesOf(to)
      .filter((name) => !everywhere.includes(name))
      .map((name) =>
        wrongAt(
          ofRule(at, 'to'),
          all.has(name)
            ? `{${name}} is not in every address of "from"`
            : `{${name}} is not in "from"${unknown(name)}`,
        ),
      ),
    ...[...where.keys()]
      .filter((name) => !all.has(name))
      .map((name) => wrongAt([...at, 'where', name], `{${name}} is not in "from"${unknown(name)}`)),
    ...(free === undefined
      ? []
      : [
          wrongAt(
            ofRule(at, 'from'),
            `{${free}} would be any host: say with where which it may be, as in where: { ${free}: [one, two] }`,
          ),
        ]),
    ...[...where].flatMap(([name, values]) =>
      values.flatMap((value, i) => {
        const odd = oddValue(from, name, value)
        return odd === null ? [] : [wrongAt([...at, 'where', name, i], odd)]
      }),
    ),
  ]
}

/** Why a variable never has this value, or `null`. */
function oddValue(from: readonly UrlPattern[], name: string, value: string): string | null {
  const isInHost = from.some(({ host }) => host !== LOOPBACK && host.some((part) => part.name === name))
  const shape = isInHost ? /^[a-z\d_-]+$/ : /^[^/?#\\\s]+$/
  if (shape.test(value) && !isDotSegment(value)) return null
  return isInHost
    ? 'no label of a host is this: they have lower-case letters, digits, - and _'
    : 'no segment of a path is this: it would end, or be left out'
}

/** What does not go together in a rule: its paths, and what it does at all. */
function shapeFaults({ from, to, transport, fields }: RuleParts, at: Path): Finding[] {
  const fault = (name: string, message: string): Finding[] => [wrongAt(ofRule(at, name), message)]
  const own = transport !== null && !fields.includes('url')
  const transportFaults = own
    ? fault('set', 'a transport goes with the url, which "fields" does not name')
    : []
  if (to.host === LOOPBACK)
    return fault('to', '{loopback} is many names: write one, such as localhost or host.docker.internal')
  if (from.some(({ text }) => text === to.text))
    return fault(
      'to',
      `it is the same as "from", so nothing changes${transport === null ? '' : ': a transport goes with another URL'}`,
    )
  const pathless = from.find(({ path }) => path === null)
  const withPath = from.find(({ path }) => path !== null)
  if (to.path !== null && pathless)
    return fault(
      'to',
      `it has a path and ${pathless.text} has none: give "from" the path that it becomes, or /*`,
    )
  if (to.path === null && withPath)
    return fault(
      'to',
      `it has no path and ${withPath.text} has one: give "to" the path that this becomes, or /*`,
    )
  if (to.path !== null && from.some(({ path }) => path?.isOpen !== to.path?.isOpen))
    return fault('to', 'a /* has to stand at the end of "from" and of "to", or of neither')
  return transportFaults
}

function fieldFaults(fields: readonly string[], at: Path): Finding[] {
  return fields.flatMap((field, i) =>
    isRuleField(field)
      ? []
      : [wrongAt([...at, 'fields', i], `${field} is no place in a field, such as env.BASE_URL or args[1]`)],
  )
}

/** The rule of these texts, with what is wrong with it. */
function readParts(
  parts: Omit<RuleParts, 'from' | 'to'>,
  texts: { from: readonly { text: string; at: Path }[]; to: { text: string; at: Path } },
  at: Path,
): Read {
  const [from, target] = [patternsAt(texts.from), patternsAt([texts.to])]
  const [to] = target.patterns
  const broken = [...from.faults, ...target.faults, ...fieldFaults(parts.fields, at)]
  if (broken.length > 0 || !to) return { at, rule: null, faults: broken }
  const rule = { ...parts, from: from.patterns, to }
  const faults = [...shapeFaults(rule, at), ...variableFaults(rule, at)]
  return { at, rule, faults }
}

function readRule(text: RuleText, at: Path): Read {
  const parts = {
    fields: [...new Set(text.fields)],
    when: conditionsOf(text.when),
    where: mapped(text.where),
    transport: text.set?.transport ?? null,
  }
  const from = asList(text.from).map((each, i) => ({
    text: each,
    at: memberAt([...at, 'from'], text.from, i),
  }))
  return readParts(parts, { from, to: { text: text.to, at: ofRule(at, 'to') } }, at)
}

/** The one rule of a file of format 1. */
function readRule1({ fields, from: { schemes, hosts, port }, to }: MigrationFile1): Read {
  const names = hosts === 'loopback' ? [`{${LOOPBACK}}`] : hosts
  const from = schemes.flatMap((scheme) =>
    names.map((host, i) => ({
      text: `${scheme}://${host}:${port}`,
      at: hosts === 'loopback' ? ['from'] : ['from', 'hosts', i],
    })),
  )
  const parts = {
    fields: [...new Set(fields)],
    when: {},
    where: new Map<string, string[]>(),
    transport: null,
  }
  return readParts(parts, { from, to: { text: to.replace(/\/$/, ''), at: ['to'] } }, [])
}

/**
 * Makes a migration of a file that its schema has read. `sha256`: of the bytes. `findings`: what is wrong with it, or odd;
 * where one of them is an error, there is no migration. Its examples are run on the way.
 */
export function compileMigration(
  file: MigrationFile,
  { sha256, source }: Pick<Migration, 'sha256' | 'source'>,
): { migration: Migration | null; findings: Finding[] } {
  const { id, title } = file
  const reads =
    'rules' in file ? file.rules.map((rule, i) => readRule(rule, ['rules', i])) : [readRule1(file)]
  const faults = reads.flatMap((read) => read.faults)
  if (faults.length > 0) return { migration: null, findings: faults }
  const rules = reads.flatMap(({ rule }, i): Rule[] =>
    rule ? [{ name: reads.length === 1 ? id : `${id}#${i + 1}`, migration: id, ...rule }] : [],
  )
  const places = reads.map(({ at }) => at)
  const findings = [...lintRules(rules, places), ...failedExamples(rules, places, file.examples)]
  const isUsable = findings.every(({ severity }) => severity !== 'error')
  const reason = 'reason' in file ? (file.reason ?? null) : null
  return { migration: isUsable ? { id, sha256, title, reason, rules, source } : null, findings }
}
