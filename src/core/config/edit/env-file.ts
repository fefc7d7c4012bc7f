import { configFault } from '../read/fault.ts'
import { changedPart, spliced } from './splice.ts'

/** What an `.env` file says about a variable. `reason` continues "its value cannot be changed here: ". */
export type EnvValue = { kind: 'here'; value: string } | { kind: 'elsewhere'; reason: string }

/** A variable of an `.env` file; `line` counts from 1. */
export interface EnvVariable {
  name: string
  line: number
  value: EnvValue
}

/** A variable with the offset at which the text of its value begins, and the variables that its value is made of. */
interface Assignment extends EnvVariable {
  start: number
  refers: string[]
}

// White space within a line, and a value up to its end: quoted ones may go over several lines.
const GAP = String.raw`[^\S\r\n]*`
const VALUE = String.raw`'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|[^\r\n]*`

/** An assignment as python-dotenv reads it, with which LiteLLM loads `.env` (`__init__.py`, 1.77.7 to 1.106.2). */
const ASSIGNMENT = new RegExp(
  [
    String.raw`(?<![^\r\n])(?<lead>${GAP}(?:export${GAP}(?<=\s))?)`,
    String.raw`(?:'(?<quoted>[^'\r\n]+)'|(?<bare>[^\s=#'"]+))${GAP}`,
    String.raw`(?:=${GAP}(?<value>${VALUE}))?(?<rest>[^\r\n]*)`,
  ].join(''),
  'g',
)

const elsewhere = (reason: string): EnvValue => ({ kind: 'elsewhere', reason })

/** Judges a text between quotes, or without them. What shells, Docker and python-dotenv read differently is refused. */
function judged(text: string): EnvValue {
  if (/[\r\n]/.test(text)) return elsewhere('it spans several lines')
  if (/[$`]/.test(text)) return elsewhere('it holds a $ or a backtick, which may stand for something else')
  if (text.includes('\\')) return elsewhere('it holds a backslash')
  return { kind: 'here', value: text }
}

function readQuoted(value: string, rest: string): EnvValue {
  if (!/^\s*(#|$)/.test(rest)) return elsewhere('something follows its closing quote')
  return judged(value.slice(1, -1))
}

/** Where the comment of a value without quotes begins: at a # at its beginning or after white space. */
function commentIn(value: string): number {
  for (let at = value.indexOf('#'); at !== -1; at = value.indexOf('#', at + 1))
    if (at === 0 || /\s/.test(value.charAt(at - 1))) return at
  return value.length
}

function readUnquoted(value: string): EnvValue {
  const text = value.slice(0, commentIn(value)).trimEnd()
  return /['"]/.test(text) ? elsewhere('it holds a quote') : judged(text)
}

function readValue(value: string | undefined, rest: string): EnvValue {
  if (value === undefined) return elsewhere('the variable has no value in this file')
  return /^(['"])[\s\S]*\1$/.test(value) && value.length > 1 ? readQuoted(value, rest) : readUnquoted(value)
}

function readAssignment(match: RegExpExecArray, line: number): Assignment {
  const { lead = '', quoted = '', bare = quoted, value, rest = '' } = match.groups ?? {}
  const marked = lead.includes('\uFEFF')
  const start = match.index + match[0].length - rest.length - (value?.length ?? 0)
  return {
    name: bare,
    line,
    value: marked ? elsewhere('it follows a byte order mark') : readValue(value, rest),
    start: value !== undefined && /^['"]/.test(value) ? start + 1 : start,
    refers: [...(value ?? '').matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name),
  }
}

function assignments(text: string): Assignment[] {
  let [counted, line] = [0, 1]
  return [...text.matchAll(ASSIGNMENT)].map((match) => {
    line += text.slice(counted, match.index).split(/\r\n|\r|\n/).length - 1
    counted = match.index
    return readAssignment(match, line)
  })
}

/** What speaks against changing a variable, besides its value: it is set twice, most of the time by mistake, or others are made of it. */
function alone(all: readonly Assignment[]): Assignment[] {
  const [lines, users] = [new Map<string, number[]>(), new Map<string, string>()]
  for (const { name, line, refers } of all) {
    const own = lines.get(name)
    if (own) own.push(line)
    else lines.set(name, [line])
    for (const other of refers) users.set(other, name)
  }
  return all.map((one) => {
    const [own = [], user] = [lines.get(one.name), users.get(one.name)]
    if (own.length > 1)
      return { ...one, value: elsewhere(`it is set more than once, in lines ${own.slice(0, 9).join(', ')}`) }
    return user === undefined
      ? one
      : { ...one, value: elsewhere(`the value of ${user} is built from it, too`) }
  })
}

/** Reads an `.env` file: every variable in its order, with its value or the reason why it cannot be changed. */
export function readEnvFile(text: string): EnvVariable[] {
  return alone(assignments(text)).map(({ name, line, value }) => ({ name, line, value }))
}

/** Can a value be written in place of another, between its quotes or without any, and be read as the same text? */
function fits(text: string, name: string, after: string): boolean {
  const found = readEnvFile(text).find((variable) => variable.name === name)
  return found?.value.kind === 'here' && found.value.value === after
}

/**
 * Changes the value of one variable of an `.env` file and returns the whole text: only the characters that differ are
 * replaced; quotes, spaces, comments and line ends stay. Throws `config-invalid` where the file does not hold `before`.
 */
export function editEnvFile(text: string, file: string, name: string, before: string, after: string): string {
  const found = alone(assignments(text)).find((variable) => variable.name === name)
  if (!found) throw configFault(file, null, `the variable ${name} is not set there`)
  const { value, line, start } = found
  if (value.kind === 'elsewhere')
    throw configFault(file, line, `${name} cannot be changed here: ${value.reason}`)
  if (value.value !== before) throw configFault(file, line, `${name} does not have the expected value`)
  const part = changedPart(before, after)
  const edited = spliced(text, [{ ...part, start: start + part.start }])
  if (!fits(edited, name, after))
    throw configFault(file, line, `the new value of ${name} cannot be written that way`)
  return edited
}
