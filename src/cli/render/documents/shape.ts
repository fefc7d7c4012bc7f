import { z } from 'zod'

/** Words of a document, each with what it means. */
export type Meanings<Word extends string = string> = Readonly<Record<Word, string>>

/** One of these words. `id`: the name under which the docs list them; `about`: what they tell. */
export const coded = <Word extends string>(id: string, about: string, meanings: Meanings<Word>) =>
  z.enum(Object.keys(meanings) as Word[]).meta({ id, description: about, meanings })

/** A text that a journal holds, too: one of these words, unless another version of this program wrote it. */
export const kept = (id: string, about: string, meanings: Meanings) =>
  z
    .string()
    .refine((word) => Object.hasOwn(meanings, word), 'is none of the words that the docs list')
    .meta({ id, description: about, meanings, open: true })

/** A part that stands in several places, or in a list. `id`: the name under which the docs describe it; `about`: what it tells. */
export const part = <Shape extends z.core.$ZodLooseShape>(id: string, about: string, shape: Shape) =>
  z.strictObject(shape).meta({ id, description: about })

/** A whole document, by its name and version. */
export const document = <Name extends string, Shape extends z.core.$ZodLooseShape>(
  name: Name,
  shape: Shape,
) =>
  z
    .strictObject({
      schema: z.literal(`mcp-url-migrate/${name}`).describe('Which document it is, with its version.'),
      ...shape,
    })
    .meta({ title: `mcp-url-migrate/${name}` })

/** Any number of these. */
export const list = <Each extends z.ZodType>(each: Each) => z.array(each).readonly()

/** A text. */
export const text = z.string()
/** A whole number, at least 0. */
export const count = z.int().min(0)
/** Yes or no. */
export const flag = z.boolean()
/** ISO 8601 in UTC. */
export const time = z.iso.datetime()
/** SHA-256 as 64 hexadecimal digits. */
export const hash = z.string().regex(/^[\da-f]{64}$/)
/** Anything that JSON can say. */
export const anything = z.unknown()
