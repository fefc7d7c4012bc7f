import type { z } from 'zod'
import { nearestOf } from '../../show/nearest.ts'
import { printable } from '../../show/text.ts'
import { type Finding, wrongAt } from '../finding.ts'
import { readPattern } from '../pattern.ts'
import { RULE_FIELDS } from '../rule-field.ts'

type Issue = z.core.$ZodIssue

/** The keys that a map of a migration file may have, by the name under which it stands; `''`: the file itself. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['schema', 'id', 'title', 'reason', 'rules', 'examples', 'default', 'fields', 'from', 'to'],
  rules: ['when', 'fields', 'from', 'where', 'to', 'set'],
  when: ['transport', 'servers', 'access_groups'],
  set: ['transport'],
  from: ['schemes', 'hosts', 'port'],
  examples: ['field', 'before', 'after', 'unchanged'],
}

const nameAt = (path: readonly PropertyKey[]): string =>
  path.findLast((step) => typeof step === 'string') ?? ''

const meant = (text: string, candidates: readonly string[]): string => {
  const nearest = nearestOf(text, candidates)
  return nearest === null ? '' : `; did you mean ${nearest}?`
}

const ITEMS: Readonly<Record<string, string>> = { rules: 'rule', examples: 'example' }

/** Where something stands, as people count: `from of rule 2`. */
function pathText(path: readonly PropertyKey[]): string {
  const [list, index, ...inner] = path
  const item = typeof index === 'number' ? ITEMS[String(list)] : undefined
  const steps = item === undefined ? path : inner
  const text = steps.reduce<string>(
    (found, step) =>
      typeof step === 'number'
        ? `${found}[${step}]`
        : found === ''
          ? String(step)
          : `${found}.${String(step)}`,
    '',
  )
  if (item === undefined) return text
  const named = `${item} ${Number(index) + 1}`
  return text === '' ? named : `${text} of ${named}`
}

/** Of the ways in which a value could have been right, the one that it comes nearest to. */
function nearestIssues(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const deep = issue.errors.map((branch) =>
    branch.flatMap((each) => nearestIssues({ ...each, path: [...issue.path, ...each.path] })),
  )
  const isHere = (each: Issue): boolean => each.path.length === issue.path.length
  const isMismatch = (each: Issue): boolean =>
    isHere(each) && ['invalid_type', 'invalid_value'].includes(each.code)
  const near = deep.find((branch) => branch.length > 0 && !branch.some(isMismatch))
  const named = deep.find((branch) => branch.some((each) => each.code === 'invalid_value'))
  if (issue.input === undefined) return [{ ...issue, code: 'custom', message: 'is missing' }]
  return near ?? named ?? [{ ...issue, code: 'custom', message: 'is of the wrong kind' }]
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
}

function sentence(issue: Issue): string {
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined
  if (isMissing || (issue.code === 'invalid_value' && issue.input === undefined)) return 'is missing'
  if (issue.code === 'invalid_type') return `must be ${KINDS[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String)
    const near = typeof issue.input === 'string' ? meant(issue.input, values) : ''
    return `must be ${values.length > 3 ? 'one of ' : ''}${values.join(' or ')}${near}`
  }
  if (issue.code === 'too_small')
    return `needs ${issue.origin === 'string' ? 'some text' : `at least ${issue.minimum}`}`
  if (issue.code === 'too_big')
    return issue.origin === 'string'
      ? `is longer than ${issue.maximum} characters`
      : `has more than ${issue.maximum} members`
  if (issue.code === 'invalid_key') return 'has a name that no variable can have'
  if (
    issue.code === 'invalid_format' &&
    typeof issue.input === 'string' &&
    /^fields?$/.test(nameAt(issue.path))
  )
    return issue.message + meant(issue.input, RULE_FIELDS)
  if (
    issue.code === 'invalid_format' &&
    typeof issue.input === 'string' &&
    /^(from|to)$/.test(nameAt(issue.path))
  ) {
    const pattern = readPattern(issue.input)
    if ('fault' in pattern) return pattern.fault
  }
  return issue.message
}

/** A key that a file of the other format has. */
const misplaced = (key: string): string =>
  key === 'reason' || key === 'rules'
    ? `${key} is a key of format 2: "schema" has to be mcp-url-migrate/migration/2`
    : `${key} is a key of format 1: in this one each of "rules" has its own`

function faultsOf(issue: Issue): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    const known = KEYS[nameAt(issue.path)] ?? []
    return issue.keys.map((key): Finding => {
      if (issue.path.length === 0 && known.includes(key))
        return { severity: 'error', path: [key], part: 'key', message: misplaced(key) }
      const where = issue.path.length === 0 ? '' : ` in ${pathText(issue.path)}`
      return {
        severity: 'error',
        path: [...issue.path, key],
        part: 'key',
        message: `there is no key ${printable(key)}${where}${meant(key, known)}`,
      }
    })
  }
  const path = pathText(issue.path)
  return [wrongAt(issue.path, `${path === '' ? 'the file' : path} ${sentence(issue)}`)]
}

/** What a schema found wrong with a file, in sentences, with a did-you-mean where a name is nearly another. */
export function schemaFaults({ issues }: z.ZodError): Finding[] {
  // What is missing is often what is written wrong.
  const isKey = ({ code }: Issue): boolean => code === 'unrecognized_keys'
  const all = issues.flatMap(nearestIssues)
  return [...all.filter(isKey), ...all.filter((issue) => !isKey(issue))].flatMap(faultsOf)
}
