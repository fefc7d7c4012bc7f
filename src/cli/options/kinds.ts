import { z } from 'zod'
import { HEADER_NAME } from './header-option.ts'

/** A text, which may be empty. */
export const text = z.string()
/** A text of at least one character. `message`: what is said of an empty one. */
export const filled = (message = 'takes a value, and this one is empty') => z.string().min(1, message)
/** The texts of a repeatable option. */
export const texts = z.array(filled()).default([])
/** A text that may be left out, as in `--revert [RUN]`: then it is `true`. */
export const filledOrBare = z.union([filled(), z.literal(true)])
/** The head of a run's journal, or how it begins: 16 digits are more than anybody finds again by chance. */
export const head = z
  .string()
  .regex(/^[\da-f]{16,64}$/i, 'takes the head of a run, 64 hexadecimal digits, or at least the first 16')
  .transform((text) => text.toLowerCase())
/** An option that is there or not. */
export const yesOrNo = z.boolean()
/** The name of a header. */
export const headerName = text.regex(HEADER_NAME, 'is not the name of a header')

const PATTERNS = 'takes patterns, with a comma between two'
/** A repeatable option with patterns, each value one or several: `a,b`. An empty one is a script's unset variable. */
export const patterns = z
  .array(z.string())
  .default([])
  .transform((values) => values.flatMap((value) => value.split(',').map((pattern) => pattern.trim())))
  .pipe(z.array(z.string().min(1, PATTERNS)))

const SECONDS = 'takes a number of seconds, up to 3600'
const upToAnHour = z.coerce.number(SECONDS).max(3600, SECONDS)
/** Seconds, more than none. */
export const seconds = upToAnHour.positive(SECONDS)
/** Seconds, or none at all. */
export const secondsOrNone = upToAnHour.min(0, SECONDS)

/** A whole number within these bounds. `message`: what is said of anything else. */
export const whole = (least: number, most: number, message: string) =>
  z.coerce.number(message).int(message).min(least, message).max(most, message)

const among = (words: readonly string[]): string =>
  `takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** One of these words. */
export const oneOf = <const T extends readonly string[]>(words: T) => z.enum(words, among(words))

/** The values of a repeatable option, each one of these words. */
export const severalOf = <const T extends readonly string[]>(words: T) =>
  z.array(z.enum(words, among(words))).default([])

/** The values of a repeatable option, each of this kind. */
export const severalAs = <T extends z.ZodType>(kind: T) => z.array(kind).default([])
