import { fieldOf, isPath } from '../record/path.ts'

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

/** Their names. */
export const RULE_FIELDS = [...WHOLE, ...WITHIN] as const

/** One of those fields, or a place in it, as `pathText` writes it: `env.BASE_URL`, `args[1]`. */
export type RuleField = string

/** Those in which there are places of their own. */
const HAVE_PLACES = [
  'args',
  'static_headers',
  'env',
  'mcp_info',
  'byok_description',
  'tool_name_to_description',
]

/** How a place in one of them begins, for the schema of migration files. */
export const PLACE_IN_FIELD = new RegExp(`^(${HAVE_PLACES.join('|')})[.[]`)

/** May a rule name this field, or this place in a record? */
export function isRuleField(path: string): boolean {
  if ((RULE_FIELDS as readonly string[]).includes(path)) return true
  return PLACE_IN_FIELD.test(path) && isPath(path)
}

/** Is the value of this field one URL as a whole? In the others URLs stand inside longer texts. */
export const isWholeAddress = (path: RuleField): boolean =>
  (WHOLE as readonly string[]).includes(fieldOf(path))

/** Does a place stand in what a rule names: there, or further in? */
export function isWithin(path: string, named: RuleField): boolean {
  return path === named || path.startsWith(`${named}.`) || path.startsWith(`${named}[`)
}
