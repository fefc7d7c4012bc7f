import { z } from 'zod'
import { PATTERN_FORM } from '../pattern.ts'
import { PLACE_IN_FIELD, RULE_FIELDS } from '../rule-field.ts'
import { TRANSPORTS } from '../rule.ts'

/** The format of migration files: rules in order, and examples of what they do. */
export const FORMAT_2 = 'mcp-url-migrate/migration/2'

const MOST = 1000

const text = z.string().min(1).max(2000)
const transport = z.enum(TRANSPORTS)

/** One, or a list of them. */
const some = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1).max(MOST)])

const pattern = z
  .string()
  .max(2000)
  .regex(PATTERN_FORM, 'must be a URL such as http://host:8080 or http://host:8080/servers/{service}/sse')
const from = some(pattern).describe(
  'Which addresses: scheme, host, port, and a path if any. {name} stands for a part of one label of the host or of one segment of the path, {loopback} for localhost and all its names, /* at the end for whatever comes. Without a path every path is meant.',
)
const to = pattern.describe(
  'What they become, with the same variables. Without a path the path stays; query and fragment always stay.',
)

const field = z
  .union([
    z.enum(RULE_FIELDS),
    z.string().regex(PLACE_IN_FIELD, 'must be a field of a server, or a place in one'),
  ])
  .describe('A field of a server as LiteLLM stores it, or a place in one: env.BASE_URL, args[1].')

const conditions = z
  .strictObject({
    transport: some(z.enum([...TRANSPORTS, 'stdio']))
      .optional()
      .describe('How LiteLLM speaks to the server.'),
    servers: some(text).optional().describe('Names, aliases or ids; * matches anything.'),
    access_groups: some(text).optional().describe('Access groups; * matches anything.'),
  })
  .describe('Which servers, besides their addresses. All that is given has to hold.')

const rule = z.strictObject({
  when: conditions.optional(),
  fields: z
    .array(field)
    .min(1)
    .default(['url'])
    .describe('The fields in which addresses are rewritten: the URL alone unless told.'),
  from,
  where: z
    .record(z.string().regex(/^[A-Za-z]\w*$/), some(text))
    .optional()
    .describe('The values that a variable may have. Needed where a whole label of the host is a variable.'),
  to,
  set: z
    .strictObject({ transport: transport.describe('The transport that the server gets with its URL.') })
    .optional(),
})

/** A server, as far as an example tells of it: its URL and other fields by their paths, and what conditions look at. */
const server = z
  .object({
    transport: z.enum([...TRANSPORTS, 'stdio']).optional(),
    server_id: z.string().optional(),
    server_name: z.string().optional(),
    alias: z.string().optional(),
    access_groups: z.array(z.string()).optional(),
  })
  .catchall(z.string())

const example = z.strictObject({
  field: field.optional().describe('The field in which the text stands: the URL unless told.'),
  before: z.union([z.string(), server]).describe('A URL, or some fields of a server.'),
  after: z
    .union([z.string(), server])
    .optional()
    .describe('What it becomes: the URL, or the fields that differ.'),
  unchanged: z.literal(true).optional().describe('That nothing changes.'),
})

/** A migration file of format 2. What a schema cannot say is told by `compileMigration`. */
export const migrationFile2 = z.strictObject({
  schema: z.literal(FORMAT_2),
  id: z
    .string()
    .max(100)
    .regex(/^[a-z\d][a-z\d-]*$/, 'must be lower-case letters, digits and hyphens')
    .describe('Names the migration in plans, journals and commands.'),
  title: text.describe('What it does, in a line.'),
  reason: z.string().max(2000).optional().describe('Why, for whoever reads it next.'),
  rules: z
    .array(rule)
    .min(1)
    .max(MOST)
    .describe('In the order in which they are tried: for each address the first that matches it wins.'),
  examples: z
    .array(example)
    .min(2)
    .max(MOST)
    .describe(
      'Run before every plan. Each rule needs one that it changes, the file one that stays unchanged.',
    ),
})
export type MigrationFile2 = z.infer<typeof migrationFile2>
