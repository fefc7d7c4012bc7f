import type { Random } from './random.ts'
import { BODY, ESCAPES, GENTLE, GOOD_ESCAPES, HEADERS, PIECES, PLAIN } from './words.ts'

const isTame = (text: string): boolean =>
  /^[\w.+~=<é日🗂-][^#:,[\]{}\t]*$/u.test(text) && !/^(-|---|\.\.\.)$/.test(text)
const isTamePiece = (text: string): boolean => !/['"\t&*!]|\n-|\n\./.test(text)
const isTameBody = (text: string): boolean => !/^(---|\.\.\.)/.test(text)

function only(parts: readonly string[], isWanted: (part: string) => boolean): [string, ...string[]] {
  const [first = '', ...others] = parts.filter(isWanted)
  return [first, ...others]
}

const TAME_PLAIN = only(PLAIN, isTame)
const TAME_PIECES = only(PIECES, isTamePiece)
const TAME_BODY = only(BODY, isTameBody)

/** A scalar without quotes: mostly one that is something to some reader of YAML. A `wild` one may be no YAML at all. */
export function plain(random: Random, wild: boolean): string {
  if (random.once(3)) return random.pick(['a', 'b', 'c', 'url', 'name', 'a b'])
  const parts = wild ? PLAIN : TAME_PLAIN
  if (!wild || !random.once(6)) return random.pick(parts)
  return random.pick(parts) + random.pick([' ', '', ':', '\n', '\n   ', '\n\n  ']) + random.pick(parts)
}

const pieces = (random: Random, wild: boolean): string => {
  if (random.once(2)) return random.some(GENTLE, 4)
  return random.some(wild ? PIECES : TAME_PIECES, 4)
}

/** A scalar in quotes, now and then broken. */
export function quoted(random: Random, wild: boolean): string {
  if (random.once(8))
    return random.pick(["''", '""', "'a'", '"a"', '"<<"', "'<<'", '"="', "'1'", '" "', "''''"])
  if (random.once(2)) return `'${pieces(random, wild)}'`
  const escape = random.once(2)
    ? random.pick(wild ? ESCAPES : GOOD_ESCAPES)
    : random.pick(['\\n', '\\u0041', '\\t', '\\x41', ''])
  return `"${pieces(random, wild)}${escape}${pieces(random, wild)}"`
}

/** A literal or folded scalar whose lines are indented by `indent`, mostly. */
export function block(random: Random, indent: number, wild: boolean): string {
  let text =
    wild && random.once(3)
      ? random.pick(HEADERS)
      : random.pick(['|', '>', '|-', '>-', '|+', '>+', '|2', '>-2'])
  text += random.pick(['', '', '', ' ', ' # c', wild ? '# c' : '', wild ? '\t' : ''])
  for (let left = random.below(5); left > 0; left--) {
    const off = random.once(wild ? 8 : 30) ? random.below(4) - 2 : 0
    text += `\n${' '.repeat(Math.max(0, indent + off))}${random.pick(wild ? BODY : TAME_BODY)}`
  }
  return text + random.pick(['', '', '\n', '\n\n', '\n  '])
}
