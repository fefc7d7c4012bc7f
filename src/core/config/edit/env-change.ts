import { configFault } from '../read/fault.ts'
import { type EnvPart, type EnvValue, type EnvVariable, readEnvFile, valueOf } from './env-file.ts'
import { changedPart, type Splice, spliced } from './splice.ts'

/** What else is changed with the value of a variable. */
export interface EnvChange {
  /** The variable in whose own text the change is made: itself, or one of which it is made. */
  place: string
  /** What all variables that are made of that one become, itself among them. */
  becomes: ReadonlyMap<string, string>
  splice: Splice
}

/** Why a value cannot be changed; continues "it cannot be changed here: ". */
export interface EnvFault {
  reason: string
}

/** Text of its own of a variable, where it stands in the value of one that is made of it. */
interface Stretch {
  name: string
  part: Extract<EnvPart, { text: string }>
  from: number
  to: number
}

/** The texts of which a value is made, whosesoever they are. */
function stretchesOf(variable: EnvVariable, all: ReadonlyMap<string, EnvVariable>, from = 0): Stretch[] {
  const found: Stretch[] = []
  let at = from
  for (const part of variable.parts) {
    if ('text' in part) {
      found.push({ name: variable.name, part, from: at, to: at + part.text.length })
      at += part.text.length
      continue
    }
    const held = all.get(part.refers)
    // What is empty is no place, and might be made of itself a million times.
    const isFilled = held?.value.kind === 'here' && held.value.value !== ''
    const inner = isFilled ? stretchesOf(held, all, at) : []
    found.push(...inner)
    at = inner.at(-1)?.to ?? at
  }
  return found
}

/** The one text in which all of a changed part stands; at its very ends nobody can tell whose it is. */
function stretchAt(stretches: readonly Stretch[], { start, remove }: Splice): Stretch | EnvFault {
  const end = start + remove
  const [only, second] = stretches
  if (only && !second) return only
  const touched = stretches.filter(({ from, to }) => from < end && start < to)
  const [one, more] = remove > 0 ? touched : stretches.filter(({ from, to }) => from <= start && start <= to)
  if (one && !more) return one
  const names = (remove > 0 ? touched : stretches).map(({ name }) => name)
  if (names.length === 0) return { reason: 'it is made of others, and all of them are empty' }
  return {
    reason: `it is made of others, and would have to change in several places: in ${[...new Set(names)].join(', ')}`,
  }
}

/** The values of all variables where one text is another one. */
function valuesWith(
  variables: readonly EnvVariable[],
  changed: EnvPart,
  text: string,
): Map<string, EnvValue> {
  const values = new Map<string, EnvValue>()
  for (const { name, parts, value } of variables) {
    const own = parts.map((part) => (part === changed ? { text, start: 0 } : part))
    values.set(name, value.kind === 'here' ? valueOf(own, values) : value)
  }
  return values
}

/**
 * How the value of a variable becomes another one, by a change in a single place of the file: in its own text, or in that of a
 * variable of which it is made. `reason`: why there is no such place.
 */
export function envChange(
  variables: readonly EnvVariable[],
  name: string,
  after: string,
): EnvChange | EnvFault {
  const all = new Map(variables.map((each) => [each.name, each]))
  const own = all.get(name)
  if (own?.value.kind !== 'here') return { reason: own?.value.reason ?? 'it is not set there' }
  const { value: before } = own.value
  const part = changedPart(before, after)
  const found = stretchAt(stretchesOf(own, all), part)
  if ('reason' in found) return found
  const at = part.start - found.from
  const text = spliced(found.part.text, [{ ...part, start: at }])
  const becomes = new Map<string, string>()
  for (const [each, value] of valuesWith(variables, found.part, text)) {
    const present = all.get(each)?.value
    if (value.kind === 'here' && present?.kind === 'here' && value.value !== present.value)
      becomes.set(each, value.value)
  }
  const unknown = variables.find(
    ({ value, mentions }) => value.kind === 'elsewhere' && mentions.some((each) => becomes.has(each)),
  )
  if (unknown?.value.kind === 'elsewhere')
    return { reason: `${unknown.name} is made of it, too, and of that ${unknown.value.reason}` }
  const isSo = becomes.get(name) === after || before === after
  return isSo
    ? { place: found.name, becomes, splice: { ...part, start: found.part.start + at } }
    : { reason: 'a part of which it is made stands in it more than once' }
}

/** The variables of which one is made, or may be. */
export const referredBy = ({ mentions }: EnvVariable): readonly string[] => mentions

/** The variables that are made of others, and those of which they are made. */
export function madeOfOthers(variables: readonly EnvVariable[]): Set<string> {
  return new Set(
    variables.flatMap((each) => {
      const parts = referredBy(each)
      return parts.length > 0 ? [each.name, ...parts] : []
    }),
  )
}

/** Those among some variables of a file of which no other is made. */
export function endsAmong(variables: readonly EnvVariable[], names: Iterable<string>): string[] {
  const used = new Set(variables.flatMap(referredBy))
  return [...names].filter((name) => !used.has(name))
}

const valueIn = (variables: readonly EnvVariable[], name: string): string | null => {
  const value = variables.find((each) => each.name === name)?.value
  return value?.kind === 'here' ? value.value : null
}

/** Is the value what it should be, and would the way back lead to the same bytes? */
function fits(edited: string, name: string, after: string, before: string, text: string): boolean {
  const variables = readEnvFile(edited)
  if (valueIn(variables, name) !== after) return false
  const back = envChange(variables, name, before)
  return 'splice' in back && spliced(edited, [back.splice]) === text
}

/**
 * Changes the value of one variable of an `.env` file and returns the whole text: only the characters that differ are
 * replaced; quotes, spaces, comments and line ends stay. Throws `config-invalid` where the file does not hold `before`.
 */
export function editEnvFile(text: string, file: string, name: string, before: string, after: string): string {
  const variables = readEnvFile(text)
  const found = variables.find((variable) => variable.name === name)
  if (!found) throw configFault(file, null, `the variable ${name} is not set there`)
  const { value, line } = found
  const change = envChange(variables, name, after)
  if (value.kind === 'elsewhere')
    throw configFault(file, line, `${name} cannot be changed here: ${value.reason}`)
  if (value.value !== before) throw configFault(file, line, `${name} does not have the expected value`)
  if ('reason' in change) throw configFault(file, line, `${name} cannot be changed here: ${change.reason}`)
  const edited = spliced(text, [change.splice])
  if (!fits(edited, name, after, before, text))
    throw configFault(file, line, `the new value of ${name} cannot be written that way`)
  return edited
}
