import { isLosslessNumber } from 'lossless-json'
import { z } from 'zod'

/** A text. */
export const text = z.string('must be text')
/** `true` or `false`. */
export const flag = z.boolean('must be true or false')
/** A list of texts. */
export const texts = z.array(text, 'must be a list of texts')
/** A text with something in it. */
export const name = text.min(1, 'must not be empty')
/** An object with these members, and no others. */
export const strict = <T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> =>
  z.strictObject(shape, 'must be an object')
/** A list of what `of` describes. */
export const list = <T extends z.ZodType>(of: T): z.ZodArray<T> => z.array(of, 'must be a list')
/** A whole number, written as one or as `1.0`. */
export const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`
  const plain = (value: unknown): unknown => (isLosslessNumber(value) ? Number(value.value) : value)
  return z.preprocess(plain, z.int(message).min(least, message).max(most, message))
}
/** A time, of ten minutes at most. */
export const milliseconds = whole(0, 600_000)
type Kind = 'object' | 'null' | 'string' | 'number'

/** What JSON calls a value; a number that JavaScript would alter is one of the numbers. */
function kindOf(value: unknown): string {
  if (isLosslessNumber(value)) return 'number'
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}

/** A value of one of these kinds, kept as it is: zod's own records lose a member that is called `__proto__`. */
export const kept = (kinds: readonly [Kind, ...Kind[]], message: string): z.ZodType =>
  z
    .unknown()
    .refine((value) => kinds.some((kind) => kind === kindOf(value)), message)
    .meta({ type: kinds.length > 1 ? kinds : kinds[0] })
/** What a header can hold. */
export const headerText = text.regex(
  /^[!-~]([ -~]*[!-~])?$/,
  'must be text that a header can carry: letters, digits and signs of ASCII',
)
/** What a header can be called. */
const headerName = text.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header')
/** A header that HTTP does not need for itself. */
export const ownHeaderName = headerName.refine(
  (name) =>
    !/^(host|connection|keep-alive|upgrade|te|trailer|expect|content-.*|transfer-encoding)$/i.test(name),
  'must not be a header that HTTP needs for itself',
)
