import { z } from 'zod'
import { type ColumnKind, everyColumn } from '../servers/columns.ts'
import { AUTH_TYPES, TRANSPORTS } from '../servers/validate.ts'
import { flag, kept, name, strict, text, texts } from './values.ts'

const map = kept(['object'], 'must be an object')
const authTypes = AUTH_TYPES.map(([type]) => type)

/** What a column of each kind may hold in a database. */
const HELD: Readonly<Record<ColumnKind, z.ZodType>> = {
  text,
  'text?': z.string('must be text or null').nullable(),
  list: texts,
  'list?': z.array(text, 'must be a list of texts, or null').nullable(),
  map,
  'map?': kept(['object', 'null'], 'must be an object or null'),
  flag,
  'flag?': z.boolean('must be true, false or null').nullable(),
  'number?': kept(['number', 'null'], 'must be a number or null'),
  transport: z.enum(TRANSPORTS),
  'auth?': z.enum(authTypes).nullable(),
}

const sealed = kept(['object', 'string'], 'must be an object, or a text that LiteLLM cannot decrypt')

/** Columns that hold something else than others of their kind, and those that every table has. */
const OWN: Readonly<Record<string, z.ZodType>> = {
  server_id: name,
  static_headers: sealed.nullable(),
  env: sealed,
  env_vars: z.array(map, 'must be a list of objects, or null').nullable(),
  created_at: text,
  created_by: HELD['text?'],
  updated_at: text,
  updated_by: HELD['text?'],
}

const columns = {
  ...Object.fromEntries(everyColumn().map((column) => [column.name, HELD[column.kind]])),
  ...OWN,
}

const shape: Record<string, z.ZodType> = Object.fromEntries(
  Object.entries(columns).map(([column, held]) => [column, held.optional()]),
)

/** A server of the database in a world file: any column that LiteLLM has had, with what it can hold. */
export const worldServer = strict(shape)

/** A server of config.yaml: its entry, with the key as `server_name`. */
export const worldConfigServer = strict({ ...shape, server_name: name })

/** Some columns of a row, to write over those that are there. */
export const worldColumns = strict(
  Object.fromEntries(Object.entries(shape).filter(([column]) => column !== 'server_id')),
)
