import { z } from 'zod'
import type { DOCUMENTS } from '../../src/cli/render/documents/all.ts'

/** A JSON Schema, as far as the pages read it. */
export interface Schema {
  $ref?: string
  $defs?: Record<string, Schema>
  type?: string | string[]
  format?: string
  const?: string
  enum?: string[]
  title?: string
  description?: string
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  maxItems?: number
}

const words = (meanings: object): Schema[] =>
  Object.entries(meanings).map(([word, description]: [string, string]) => ({ const: word, description }))

/** What says no more than other words of the same schema, or would refuse what a later version adds. */
const isLeftOut = (name: string, schema: Record<string, unknown>): boolean =>
  ['additionalProperties', 'readOnly', 'maximum', 'open'].includes(name) ||
  (name === 'pattern' && schema['format'] === 'date-time') ||
  (['type', 'enum'].includes(name) && 'meanings' in schema)

const isMap = (name: string): boolean => name === 'properties' || name === '$defs'

/** A schema as zod makes it, with the meanings of its words told as JSON Schema tells them. */
function plainly(value: unknown, isSchema = true): unknown {
  if (Array.isArray(value)) return value.map((each) => plainly(each))
  if (typeof value !== 'object' || value === null) return value
  const found: Record<string, unknown> = { ...value }
  const members = Object.entries(found).filter(([name]) => !isSchema || !isLeftOut(name, found))
  return Object.fromEntries(
    members.map(([name, member]) => {
      if (!isSchema || name !== 'meanings') return [name, plainly(member, !isSchema || !isMap(name))]
      const known = words(member as object)
      return found['open'] === true ? ['anyOf', [...known, { type: 'string' }]] : ['oneOf', known]
    }),
  )
}

/** The JSON Schema of a document. Later versions may add members and words, so it refuses no member. */
export const jsonSchemaOf = ({ schema }: (typeof DOCUMENTS)[number]): Schema =>
  plainly(z.toJSONSchema(schema)) as Schema
