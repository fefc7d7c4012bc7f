import { addBytes, type Source, sourceIn } from './bytes.ts'
import { type View, ViewBuilder, viewOf } from './view.ts'

/** Names of HTML for signs and letters, each with what it stands for. */
const SIGNS =
  'amp & lt < gt > quot " apos \' num # percnt % excl ! bsol \\ sol / lowbar _ underbar _ period . hyphen - dash - ' +
  'colon : semi ; commat @ dollar $ plus + equals = quest ? lpar ( rpar ) lsqb [ lbrack [ rsqb ] rbrack ] lcub { ' +
  'lbrace { rcub } rbrace } verbar | vert | ast * midast * grave ` hat ^ comma , hellip … mldr … ' +
  'szlig ß aelig æ oelig œ oslash ø eth ð thorn þ'

/** And for what nobody sees. */
const BLANKS =
  'nbsp shy tab newline zerowidthspace zwj zwnj nobreak ensp emsp thinsp hairsp ic it af invisiblecomma invisibletimes'

const NAMED: ReadonlyMap<string, string> = new Map([
  ...[...SIGNS.matchAll(/(\S+) (\S+)/g)].map(([, name = '', sign = '']) => [name, sign] as const),
  ...BLANKS.split(' ').map((name) => [name, ''] as const),
])

// Accents are left out of a view in any case.
const ACCENTED = /^([a-z])(?:acute|breve|caron|cedil|circ|grave|macr|ogon|ring|tilde|uml)$/

function named(reference: string): string | null {
  const name = reference.slice(1, -1).toLowerCase()
  return NAMED.get(name) ?? ACCENTED.exec(name)?.[1] ?? null
}

/** What a backslash makes of a letter; any sign stays as it is. */
const LETTERS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  e: '\u001b',
}

const HEX = String.raw`[\da-f]`

/** Tags that stand within a word, or around it. */
const TAGS = 'a|b|br|code|div|em|font|i|kbd|li|mark|p|pre|s|small|span|strong|sub|sup|td|tt|u|var|wbr'

/** What stands between characters, and is nothing of the text. */
const LEFT_OUT = [
  // Spaces are gone by now, so that the name of an attribute stands right behind that of its tag.
  String.raw`<\/?(?:${TAGS})(?:\b|(?=(?:class|color|href|style|id|title|data-[a-z]+)=))[^<>]{0,60}>`,
  '<!--[^<>]{0,60}-->',
  // What a terminal takes for a title or a link, for a colour and the like, for another command, or for a sound.
  String.raw`\u001b\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)|(?:\u001b\[|\u009b)[0-?]*[@-~]|\u001b[(-/]?[0-~]|[\u0007\u001b\u009b]`,
]

/** A backslash before a sign or a letter of its own. */
const BACKSLASH = String.raw`\\(?:[^\w]|[_nrtbfe])`

/** One pattern for each way to write a character, and what it stands for: a text, or bytes of UTF-8 in a row. */
const WAYS: readonly {
  pattern: string
  text?: (found: string) => string | null
  bytes?: RegExp
  base?: number
}[] = [
  { pattern: `%u${HEX}{4}`, text: (found) => fromCode(found.slice(2), 16) },
  { pattern: `(?:%${HEX}{2})+`, bytes: /%(..)/g, base: 16 },
  { pattern: `(?:\\\\x${HEX}{2})+`, bytes: /\\x(..)/gi, base: 16 },
  { pattern: String.raw`(?:\\[0-3]?[0-7]{1,2})+`, bytes: /\\([0-7]+)/g, base: 8 },
  { pattern: `\\\\[ux]\\{${HEX}{1,6}\\}`, text: (found) => fromCode(found.slice(3, -1), 16) },
  // Of Python, where the plane is one that there is.
  { pattern: `\\\\U000${HEX}{5}`, text: (found) => fromCode(found.slice(2), 16) },
  { pattern: `\\\\u${HEX}{4}`, text: (found) => fromCode(found.slice(2), 16) },
  { pattern: BACKSLASH, text: (found) => LETTERS[found.charAt(1)] ?? found.charAt(1) },
  { pattern: `&#x${HEX}{1,8};?`, text: (found) => fromCode(found.slice(3).replace(';', ''), 16) },
  { pattern: String.raw`&#\d{1,8};?`, text: (found) => fromCode(found.slice(2).replace(';', ''), 10) },
  { pattern: String.raw`&[a-z]{2,16};`, text: named },
  ...LEFT_OUT.map((pattern) => ({ pattern, text: () => '' })),
  { pattern: `=[2-7c-f]${HEX}(?:=${HEX}{2})*`, bytes: /=(..)/g, base: 16 },
]

const anyOf = (ways: typeof WAYS): RegExp =>
  new RegExp(
    `(?=[%\\\\=&<\u0007\u001b\u009b])(?:${ways.map(({ pattern }) => `(${pattern})`).join('|')})`,
    'gi',
  )

const BEFORE_LEFT_OUT = String.raw`\\(?=${LEFT_OUT.join('|')})`

/** Is there a backslash that may be one of the text itself, as what follows it is nothing of that? */
const OWN_BACKSLASH = new RegExp(BEFORE_LEFT_OUT, 'i')

/** The same ways, but that such a backslash is one. */
const withOwn = (ways: typeof WAYS): typeof WAYS =>
  ways.map((way) =>
    way.pattern === BACKSLASH ? { ...way, pattern: `(?!${BEFORE_LEFT_OUT})${BACKSLASH}` } : way,
  )

/** What is decoded in each round. `own`: the same where a backslash may be one of the text itself. */
interface Escapes {
  all: RegExp
  own: RegExp
}

const escapesOf = (ways: typeof WAYS): Escapes => ({ all: anyOf(ways), own: anyOf(withOwn(ways)) })

const ANY = escapesOf(WAYS)

/** Without that of mail, the last: `=41` is as often the beginning of a value, after its name. */
const ANY_BUT_MAIL = escapesOf(WAYS.slice(0, -1))

function fromCode(digits: string, base: number): string | null {
  const code = Number.parseInt(digits, base)
  return code > 0x10ffff ? null : String.fromCodePoint(code)
}

/** The bytes that stand in a row, each with its part of the original. */
function bytesIn(view: View, match: RegExpExecArray, each: RegExp, base: number): Source[] {
  return [...match[0].matchAll(each)].map((one) => {
    const from = match.index + one.index
    return sourceIn(view, Number.parseInt(one[1] ?? '', base), from, from + one[0].length)
  })
}

/** A view with every escape in it decoded once: of URLs, JSON, HTML, C, terminals and mail; `null` where there is none. */
function unescaped(view: View, escapes: RegExp): View | null {
  let builder: ViewBuilder | null = null
  let copied = 0
  for (const match of view.raw.matchAll(escapes)) {
    const way = WAYS[match.slice(1).findIndex((group) => group !== undefined)]
    const text = way?.text?.(match[0]) ?? null
    if (text === null && way?.bytes === undefined) continue
    builder ??= new ViewBuilder(view.raw.length)
    builder.take(view, copied, match.index)
    copied = match.index + match[0].length
    if (view.gaps[match.index] === 1) builder.gap()
    if (way?.bytes) addBytes(builder, bytesIn(view, match, way.bytes, way.base ?? 16))
    else if (text === '') builder.gap()
    else builder.addAll(text ?? '', view.starts[match.index] ?? 0, view.ends[copied - 1] ?? 0)
  }
  if (builder === null) return null
  builder.take(view, copied, view.raw.length)
  return builder.build()
}

/** How often something may have been escaped. */
const ROUNDS = 12

/** How often a backslash is read in both ways. */
const FORKS = 2

function* decoded(view: View, { all, own }: Escapes, rounds = ROUNDS, forks = FORKS): Generator<View> {
  let [now, left]: [View | null, number] = [view, forks]
  for (let round = 0; round < rounds; round += 1) {
    if (left > 0 && OWN_BACKSLASH.test(now.raw)) {
      left -= 1
      yield* decoded(now, { all: own, own }, rounds - round, 0)
    }
    now = unescaped(now, all)
    if (now === null) return
    yield now
  }
}

/** A view as it stands, and after each further round of decoding. */
export function* readings(view: View): Generator<View> {
  yield view
  yield* decoded(view, ANY)
  if (/=[2-7c-f][\da-f]/i.test(view.raw)) yield* decoded(view, ANY_BUT_MAIL)
}

/** A text folded, as it stands and after each round of decoding: what to look for. */
export const foldedForms = (text: string): string[] => [
  ...new Set(Array.from(readings(viewOf(text)), ({ folded }) => folded)),
]
