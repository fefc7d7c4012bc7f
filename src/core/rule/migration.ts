import { z } from 'zod'
import {
  type Address,
  isBlankUrl,
  type Origin,
  originText,
  readAddress,
  readOrigin,
  sameOrigin,
} from './address.ts'
import { isLoopbackName, resemblesLoopback, seenFrom } from './host-names.ts'

const origin = z
  .string()
  .refine(
    (text) => readOrigin(text) !== null,
    'must be an origin such as http://host:8080, with no path, query or user name',
  )

/**
 * The fields that a rule may name: texts, and lists and maps of texts, that a PUT can set (`UpdateMCPServerRequest` in
 * litellm/proxy/_types.py). Not credentials, names and ids; and not the issuer, with which the newest release drops the
 * OAuth client.
 */
const WHOLE = [
  'url',
  'spec_path',
  'source_url',
  'byok_api_key_help_url',
  'authorization_url',
  'token_url',
  'registration_url',
  'token_exchange_endpoint',
  'audience',
] as const
const WITHIN = [
  'args',
  'static_headers',
  'env',
  'mcp_info',
  'description',
  'instructions',
  'byok_description',
  'tool_name_to_description',
] as const
const ruleField = z.enum([...WHOLE, ...WITHIN])
export type RuleField = z.infer<typeof ruleField>

/** The field of this name, where a rule may name it; else `null`. */
export const asRuleField = (name: string): RuleField | null => ruleField.safeParse(name).data ?? null

/** Is the value of this field one URL as a whole? In the others URLs stand inside longer texts. */
export const isWholeAddress = (field: RuleField): boolean => (WHOLE as readonly string[]).includes(field)

/** `field`: the one in which it stands, the first that the rule names unless told. */
const example = z.union([
  z.strictObject({ field: ruleField.optional(), before: z.string(), after: z.string() }),
  z.strictObject({ field: ruleField.optional(), before: z.string(), unchanged: z.literal(true) }),
])

/**
 * A migration file: which addresses in which fields become which, with examples that every run executes.
 * `hosts` is a list of host names, or `loopback` for all the names of the machine itself, and those by which its
 * containers call it (`HOST_NAMES` in host-names.ts).
 */
export const migrationFile = z.strictObject({
  schema: z.literal('mcp-url-migrate/migration/1'),
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
export type MigrationFile = z.infer<typeof migrationFile>

/** A rule ready for use. `sha256` is that of the bytes it was read from. */
export interface Migration {
  id: string
  sha256: string
  title: string
  fields: readonly RuleField[]
  from: MigrationFile['from']
  to: Origin
}

/** What a rule says of one address. */
export type Verdict =
  | { kind: 'match'; after: string; origin: Origin }
  | { kind: 'moved' | 'other'; origin: Origin | null }
  | {
      kind: 'near-miss' | 'user-info' | 'env-reference' | 'malformed'
      message: string
      origin: Origin | null
    }

const namesHost = ({ from }: Migration, host: string): boolean =>
  from.hosts === 'loopback' ? isLoopbackName(host) : from.hosts.includes(host)

/** Is this the place that a rule moves away from? */
export const matchesOrigin = (migration: Migration, address: Origin): boolean =>
  migration.from.schemes.includes(address.scheme) &&
  address.port === migration.from.port &&
  namesHost(migration, address.host)

/** Why an address that does not match looks as if it should, or `null`. */
function nearness(migration: Migration, address: Address): string | null {
  const { from } = migration
  const known = namesHost(migration, address.host)
  if (known && address.port !== from.port) return `port ${address.port}, not ${from.port}`
  if (known) return `scheme ${address.scheme}, not ${from.schemes.join(' or ')}`
  if (from.hosts === 'loopback' && resemblesLoopback(address.host))
    return `${address.host} is not a name that this migration knows`
  const whose = from.hosts === 'loopback' && address.port === from.port ? seenFrom(address.host) : null
  if (whose !== null)
    return `${address.host} is, as a rule, the machine as containers of ${whose} see it; if it is this one, move it with --from ${originText(address)}`
  const common = from.port === 80 || from.port === 443
  if (address.port === from.port && !common) return `another host (${address.host}) on port ${from.port}`
  return mentions(migration, address.rest) ? 'the old address stands inside the URL' : null
}

/**
 * What a rule says of one address. Only scheme, host and port are ever replaced; what stands after them keeps every byte.
 * Anything that is not a plain address is never a match, and neither is an empty text.
 */
export function verdictOn(migration: Migration, raw: string): Verdict {
  if (isBlankUrl(raw)) return { kind: 'other', origin: null }
  const address = readAddress(raw)
  if (address.kind === 'env-reference') return { ...address, origin: null }
  if (address.kind !== 'address') {
    return mentions(migration, raw.replace(/\/\/[^/@]*@/, '//')) || address.kind === 'malformed'
      ? { ...address, origin: null }
      : { kind: 'other', origin: null }
  }
  if (sameOrigin(address, migration.to)) return { kind: 'moved', origin: address }
  if (matchesOrigin(migration, address))
    return { kind: 'match', after: originText(migration.to) + address.rest, origin: address }
  const near = nearness(migration, address)
  return near ? { kind: 'near-miss', message: near, origin: address } : { kind: 'other', origin: address }
}

/** What a rule says of the URL of a server; of none, and where it does not name that field, nothing. */
export function verdictOnUrl(migration: Migration, url: string | null | undefined): Verdict {
  return migration.fields.includes('url') && url !== null && url !== undefined
    ? verdictOn(migration, url)
    : { kind: 'other', origin: null }
}

// A host name, or an IPv6 address, with a port, or with a scheme that stands for one. Bounded, so that no text
// takes long to search.
const PLACES = [
  /()(?<![\w.-])([A-Za-z\d.-]{1,253}|\[[\da-f:.]{2,45}\])(:\d{1,5})(?!\d)/gi,
  /(https?:\/\/)([A-Za-z\d.-]{1,253}|\[[\da-f:.]{2,45}\])()(?![\w:.-])/gi,
]

/** Does the old address stand anywhere in a text, with its port or with the scheme whose port it is? */
export function mentions(migration: Migration, text: string): boolean {
  // Each place has a colon, and most texts have none.
  if (!text.includes(':')) return false
  return PLACES.some((pattern) =>
    [...text.matchAll(pattern)].some(([, scheme, host = '', port = '']) => {
      const found = readOrigin(`${scheme || 'http://'}${host}${port}`)
      return found?.port === migration.from.port && namesHost(migration, found.host)
    }),
  )
}
