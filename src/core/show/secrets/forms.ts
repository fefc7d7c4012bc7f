import { foldedForms } from './escapes.ts'
import { PIECE } from './pieces.ts'

/** Whose words are searched: somebody else's, strictly, or this program's own, which no ordinary word may be taken out of. */
export type Speaker = 'other' | 'own'

/** A secret as it is looked for, folded, and how much of it has to stand together to be taken for it. */
export interface Form {
  readonly text: string
  /** By whose words they are; `null`: nothing less than all of it, as a word of its own. */
  readonly least: Readonly<Record<Speaker, number | null>>
  /** Is it looked for in the program's own words at all? */
  readonly isOwn: boolean
  /** May a piece beside `…` be the beginning or the end of it? */
  readonly mayBeCut: boolean
}

const SIGN = /[^\p{L}\p{N}._\s-]/u

/** From which length on a text with this in it is no word or name that this program could write by itself. */
const PECULIAR: readonly [length: number, pattern: RegExp][] = [
  [16, /./],
  [8, /^\d+$/],
  [6, /^(?=.*\d)(?=.*\p{L})/su],
  [6, /^(sk|pk)-/],
  [8, /\p{Ll}\p{Lu}/u],
  [8, SIGN],
]

const isPeculiar = (text: string): boolean =>
  PECULIAR.some(([length, pattern]) => text.length >= length && pattern.test(text))

/** A key, a password or the like that this program was given. */
export function credentialForms(secret: string): Form[] {
  const variants = /\s/.test(secret) ? [secret, secret.replaceAll(/\s/g, '+')] : [secret]
  return [...new Set(variants.flatMap(foldedForms))]
    .filter(({ length }) => length >= PIECE)
    .map((text) => ({
      text,
      least: {
        other: text.length < 8 ? null : 8,
        own: text.length < 12 ? null : 12,
      },
      isOwn: isPeculiar(secret),
      mayBeCut: true,
    }))
}

/** A text of a record that may be a secret, and as well a name or an ordinary word: then it is none. */
export function recordedForms(text: string): Form[] {
  const isWord = /^(\p{L}{1,11}|\d{1,7}|\p{L}+([-_.]\p{L}+)+)$/u.test(text) && text.length < 20
  if (text.length < 6 || isWord) return []
  return foldedForms(text)
    .filter(({ length }) => length >= 6)
    .map((folded) => ({
      text: folded,
      least: { other: folded.length < 16 ? null : 12, own: null },
      isOwn: true,
      mayBeCut: false,
    }))
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** A text of a record that is long and mixed enough to be nothing but a token. */
export function tokenForms(text: string): Form[] {
  const isToken =
    text.length >= 16 && /\d/.test(text) && /\p{L}/u.test(text) && !/[/:@\s]/.test(text) && !UUID.test(text)
  return isToken
    ? foldedForms(text).map((folded) => ({
        text: folded,
        least: { other: null, own: null },
        isOwn: true,
        mayBeCut: false,
      }))
    : []
}
