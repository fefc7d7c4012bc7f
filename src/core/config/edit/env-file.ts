/** What an `.env` file says about a variable. `reason` continues "its value cannot be changed here: ". */
export type EnvValue = { kind: 'here'; value: string } | { kind: 'elsewhere'; reason: string }

/**
 * A part of a value: text of its own, which begins at an offset of the file, or what the variable `refers` holds. A value without
 * quotes or `${…}` is one part.
 */
export type EnvPart = { text: string; start: number } | { refers: string }

/**
 * A variable of an `.env` file; `line` counts from 1. `parts`: what its value is made of, none where that cannot be told.
 * `mentions`: the variables that stand in it in any form.
 */
export interface EnvVariable {
  name: string
  line: number
  value: EnvValue
  parts: readonly EnvPart[]
  mentions: readonly string[]
}

// White space within a line as Python has it, and a value up to its end: quoted ones may go over several lines.
const INNER = String.raw` \t\v\f\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`
const GAP = `[${INNER}]*`
const VALUE = String.raw`'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|[^\r\n]*`

/** An assignment as python-dotenv reads it, with which LiteLLM loads `.env` (`__init__.py`, 1.77.7 to 1.106.2). */
const ASSIGNMENT = new RegExp(
  [
    String.raw`(?<![^\r\n])${GAP}(?:export[${INNER}]+)?`,
    String.raw`(?:'(?<quoted>[^']+)'|(?<bare>[^\r\n=#'${INNER}][^\r\n=#${INNER}]*))${GAP}`,
    String.raw`(?:=${GAP}(?<value>${VALUE}))?(?<rest>[^\r\n]*)`,
  ].join(''),
  'g',
)

/** What a value is made of, as far as one assignment tells. */
type Made = { parts: EnvPart[] } | { reason: string }

/** The one form in which shells, Docker Compose and python-dotenv all put in another variable. */
const REFERENCE = /\$\{([A-Za-z_]\w*)\}/

function partsOf(text: string, start: number): EnvPart[] {
  const parts: EnvPart[] = []
  let at = 0
  for (const found of text.matchAll(new RegExp(REFERENCE, 'g'))) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index), start: start + at })
    parts.push({ refers: found[1] ?? '' })
    at = found.index + found[0].length
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at), start: start + at })
  return parts
}

/** Judges a text between quotes, or without them. What shells, Docker and python-dotenv read differently is refused. */
function judged(text: string, start: number, isSingle: boolean): Made {
  if (/[\r\n]/.test(text)) return { reason: 'it spans several lines' }
  const own = isSingle ? text : text.replaceAll(new RegExp(REFERENCE, 'g'), '')
  if (/[$`]/.test(own)) return { reason: 'it holds a $ or a backtick, which may stand for something else' }
  if (text.includes('\\')) return { reason: 'it holds a backslash' }
  return { parts: partsOf(text, start) }
}

/** A value without quotes: its comment begins at a # after white space. */
const BARE_VALUE = new RegExp(`(?<![${INNER}])[${INNER}]+(?:#.*)?$`, 's')

function readValue(value: string | undefined, start: number, rest: string): Made {
  if (value === undefined) return { reason: 'the variable has no value in this file' }
  if (/^(['"])[\s\S]*\1$/.test(value) && value.length > 1)
    return /^\s*(#|$)/.test(rest)
      ? judged(value.slice(1, -1), start + 1, value.startsWith("'"))
      : { reason: 'something follows its closing quote' }
  if (value.startsWith('#')) return { reason: 'it begins with a #, which may be a comment' }
  const text = value.replace(BARE_VALUE, '')
  return /['"]/.test(text) ? { reason: 'it holds a quote' } : judged(text, start, false)
}

// Releases of python-dotenv take it as a part of the first name, or leave it out.
const MARK = '\uFEFF'

interface Assignment {
  name: string
  line: number
  made: Made
  mentions: readonly string[]
}

/** The variables that a text names: as python-dotenv does, whose names are any text, and as shells do. */
const mentionedIn = (text: string): string[] =>
  [...text.matchAll(/\$\{([^}:]*)/g), ...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)

function readAssignment(match: RegExpExecArray, line: number): Assignment {
  const { quoted = '', bare = quoted, value, rest = '' } = match.groups ?? {}
  const start = match.index + match[0].length - rest.length - (value?.length ?? 0)
  const isMarked = bare.startsWith(MARK)
  const made = isMarked ? { reason: 'it follows a byte order mark' } : readValue(value, start, rest)
  const mentions = mentionedIn(`${value ?? ''}${rest}`)
  return { name: isMarked ? bare.slice(MARK.length) : bare, line, made, mentions }
}

/** From python-dotenv 1.2.4 on a quote after two backslashes ends a value, and after one never; before, they were read otherwise. */
const MAY_END = /^(?=.*[\r\n])(?:'.*\\(?:\\'|'$)|".*\\(?:\\"|"$))/s

function assignments(text: string): Assignment[] {
  let [counted, line] = [0, 1]
  const doubts: Made[] = []
  const all = [...text.matchAll(ASSIGNMENT)].map((match) => {
    line += text.slice(counted, match.index).split(/\r\n|\r|\n/).length - 1
    counted = match.index
    const read = readAssignment(match, line)
    if (MAY_END.test(match.groups?.['value'] ?? ''))
      doubts.push({ reason: `where the quote in line ${line} ends depends on the release of python-dotenv` })
    return read
  })
  // One below might be set again there.
  const [doubt] = doubts
  return doubt ? all.map((each) => ({ ...each, made: doubt })) : all
}

const elsewhere = (reason: string): EnvValue => ({ kind: 'elsewhere', reason })

/** A value that others are put into is no longer than any URL is, so that a file of a few lines cannot fill the memory. */
const LONGEST = 8192
/** Nobody makes one of another through so many steps. */
const DEEPEST = 16

/** The value that some parts make. `before`: the variables above, with which LiteLLM's reader fills it. */
export function valueOf(parts: readonly EnvPart[], before: ReadonlyMap<string, EnvValue>): EnvValue {
  let value = ''
  for (const part of parts) {
    if ('text' in part) {
      value += part.text
      continue
    }
    const held = before.get(part.refers)
    if (!held) return elsewhere(`it is made of ${part.refers}, which is not set above it`)
    // Where that is made of others itself, the first that is wrong is named.
    if (held.kind === 'elsewhere' && held.reason.startsWith('it is made of')) return held
    if (held.kind === 'elsewhere')
      return elsewhere(`it is made of ${part.refers}, and of that ${held.reason}`)
    value += held.value
    if (value.length > LONGEST) return elsewhere('it becomes longer than a URL can be')
  }
  return { kind: 'here', value }
}

/** The value of a variable, with what its file says of it besides. `lines`: where it is set. */
function judgedAlone(
  made: Made,
  {
    lines,
    depth,
    before,
  }: { lines: readonly number[]; depth: number; before: ReadonlyMap<string, EnvValue> },
): EnvValue {
  // Most of the time that is a mistake.
  if (lines.length > 1) return elsewhere(`it is set more than once, in lines ${lines.slice(0, 9).join(', ')}`)
  if ('reason' in made) return elsewhere(made.reason)
  return depth > DEEPEST
    ? elsewhere(`it is made of others through more than ${DEEPEST} steps`)
    : valueOf(made.parts, before)
}

/** Reads an `.env` file: every variable in its order, with its value or the reason why it cannot be changed. */
export function readEnvFile(text: string): EnvVariable[] {
  const all = assignments(text)
  const lines = new Map<string, number[]>()
  for (const { name, line } of all) lines.set(name, [...(lines.get(name) ?? []), line])
  const [before, steps] = [new Map<string, EnvValue>(), new Map<string, number>()]
  return all.map(({ name, line, made, mentions }) => {
    const own = lines.get(name) ?? []
    const parts = 'parts' in made ? made.parts : []
    const depth =
      1 + Math.max(0, ...parts.map((part) => ('refers' in part ? (steps.get(part.refers) ?? 0) : 0)))
    const value = judgedAlone(made, { lines: own, depth, before })
    before.set(name, value)
    steps.set(name, depth)
    return { name, line, value, parts, mentions }
  })
}
