import { addBytes, type Source, sourceIn } from './bytes.ts'
import { type View, ViewBuilder, viewOf } from './view.ts'

/** Names of HTML for the signs that stand in keys, each with its sign. */
const SIGNS =
  'amp & lt < gt > quot " apos \' num # percnt % excl ! bsol \\ sol / lowbar _ period . hyphen - dash - colon : semi ; ' +
  'commat @ dollar $ plus + equals = quest ? lpar ( rpar ) lsqb [ lbrack [ rsqb ] rbrack ] lcub { lbrace { rcub } ' +
  'rbrace } verbar | vert | ast * midast * grave ` hat ^ comma ,'

/** And for what nobody sees. */
const BLANKS = ['nbsp', 'shy', 'tab', 'newline', 'zerowidthspace', 'zwj', 'zwnj', 'ensp', 'emsp', 'thinsp']

const NAMED: ReadonlyMap<string, string> = new Map([
  ...[...SIGNS.matchAll(/(\S+) (\S+)/g)].map(([, name = '', sign = '']) => [name, sign] as const),
  ...BLANKS.map((name) => [name, ''] as const),
])

/** What a backslash makes of a letter; a quote, a slash or another backslash stays as it is. */
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

const HEX = String.raw`[\da-f]`

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
  { pattern: String.raw`(?:\\[0-3][0-7]{2})+`, bytes: /\\(...)/g, base: 8 },
  // Of quoted-printable, only what can be seen: the rest is far more often a value after its name.
  { pattern: `(?:=[2-7]${HEX})+`, bytes: /=(..)/g, base: 16 },
  { pattern: `\\\\u\\{${HEX}{1,6}\\}`, text: (found) => fromCode(found.slice(3, -1), 16) },
  // Of Python, where the plane is one that there is.
  { pattern: `\\\\U000${HEX}{5}`, text: (found) => fromCode(found.slice(2), 16) },
  { pattern: `\\\\u${HEX}{4}`, text: (found) => fromCode(found.slice(2), 16) },
  { pattern: String.raw`\\["'\\/nrtbf]`, text: (found) => LETTERS[found.charAt(1)] ?? found.charAt(1) },
  { pattern: `&#x${HEX}{1,7};?`, text: (found) => fromCode(found.slice(3).replace(';', ''), 16) },
  { pattern: String.raw`&#\d{1,7};?`, text: (found) => fromCode(found.slice(2).replace(';', ''), 10) },
  {
    pattern: String.raw`&[a-z]{2,16};`,
    text: (found) => NAMED.get(found.slice(1, -1).toLowerCase()) ?? null,
  },
  // Spaces are gone by now, so that the name of an attribute stands right behind that of its tag.
  {
    pattern: String.raw`<\/?(?:w?br|b|i|em|mark|span|code)(?:\b|(?=(?:class|style|id|title|data-[a-z]+)=))[^<>]{0,60}>`,
    text: () => '',
  },
  { pattern: '<!--[^<>]{0,60}-->', text: () => '' },
]

const ANY = new RegExp(`(?=[%\\\\=&<])(?:${WAYS.map(({ pattern }) => `(${pattern})`).join('|')})`, 'gi')

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

/** A view with every escape in it decoded once: of URLs, JSON, HTML, C and mail; `null` where there is none. */
function unescaped(view: View): View | null {
  let builder: ViewBuilder | null = null
  let copied = 0
  for (const match of view.raw.matchAll(ANY)) {
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
const ROUNDS = 6

/** A view as it stands, and after each further round of decoding. */
export function* readings(view: View): Generator<View> {
  let next: View | null = view
  for (let round = 0; next !== null && round <= ROUNDS; round += 1) {
    yield next
    next = unescaped(next)
  }
}

/** A text folded, and folded once nothing in it can be decoded any more: what to look for. */
export function foldedForms(text: string): string[] {
  const all = [...readings(viewOf(text))].map(({ folded }) => folded)
  return [...new Set([all[0] ?? '', all.at(-1) ?? ''])]
}
