import { z } from 'zod'
import { readOrigin } from '../address.ts'
import { RULE_FIELDS } from '../rule-field.ts'

/** The format of the first migration files: one rule, from one origin to another, in fields that it names. */
export const FORMAT_1 = 'mcp-url-migrate/migration/1'

const origin = z
  .string()
  .refine(
    (text) => readOrigin(text) !== null,
    'must be an origin such as http://host:8080, with no path, query or user name',
  )

const ruleField = z.enum(RULE_FIELDS)

/** `field`: the one in which it stands, the first that the rule names unless told. */
const example = z.strictObject({
  field: ruleField.optional(),
  before: z.string(),
  after: z.string().optional(),
  unchanged: z.literal(true).optional(),
})

/**
 * A migration file of format 1. `hosts` is a list of host names, or `loopback` for all the names of the machine itself, and
 * those by which its containers call it (`HOST_NAMES` in host-names.ts).
 */
export const migrationFile1 = z.strictObject({
  schema: z.literal(FORMAT_1),
  id: z.string().regex(/^[a-z\d][a-z\d-]*$/),
  title: z.string().min(1),
  default: z.boolean().default(false),
  fields: z.array(ruleField).min(1),
  from: z.strictObject({
    schemes: z.array(z.enum(['http', 'https'])).min(1),
    hosts: z.union([z.literal('loopback'), z.array(z.string().min(1)).min(1)]),
    port: z.int().min(1).max(65535),
  }),
  to: origin,
  examples: z.array(example).min(2),
})
export type MigrationFile1 = z.infer<typeof migrationFile1>
