import { matcher } from '../plan/select.ts'
import type { ListedServer } from '../record/server.ts'
import { isWithin, type RuleField } from './rule-field.ts'
import type { Where } from './match.ts'
import type { UrlPattern } from './pattern.ts'

/** How LiteLLM speaks to a server that has a URL. */
export const TRANSPORTS = ['sse', 'http'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** Which servers a rule is about, besides their addresses; where a list is absent, whichever. */
export interface Conditions {
  transport?: readonly string[]
  /** Patterns for name, alias or id, as `--only` has them. */
  servers?: readonly string[]
  access_groups?: readonly string[]
}

/** One rule, ready for use. */
export interface Rule {
  /** The id of its migration; where that has several rules, with `#` and its number from 1. */
  name: string
  migration: string
  fields: readonly RuleField[]
  when: Conditions
  from: readonly UrlPattern[]
  where: Where
  /** What the address becomes. */
  to: UrlPattern
  /** The transport that the server gets with the URL; `null` where it keeps its own. */
  transport: Transport | null
}

/**
 * Rules that belong together, ready for use. `sha256` is that of the bytes they were read from. `source`: whether it ships,
 * was made of `--from` and `--to`, or is the path of somebody's own file.
 */
export interface Migration {
  id: string
  sha256: string
  title: string
  reason: string | null
  rules: readonly Rule[]
  source: { kind: 'shipped' | 'options' } | { kind: 'file'; path: string }
}

/** The migrations of a run in their order, with all their rules in the order in which these are tried. */
export interface RuleSet {
  migrations: readonly Migration[]
  rules: readonly Rule[]
}

/** The rules of some migrations, in their order. */
export const ruleSetOf = (migrations: readonly Migration[]): RuleSet => ({
  migrations,
  rules: migrations.flatMap(({ rules }) => rules),
})

/** What is known of the server that an address stands in; where a member is absent, nobody knows. */
export interface Subject {
  transport?: string | null | undefined
  server_id?: string | undefined
  server_name?: string | null | undefined
  alias?: string | null | undefined
  mcp_access_groups?: readonly string[] | null | undefined
}

/** Nothing is known: every condition may hold. */
export const ANYTHING: Subject = {}

const isOneOf = (patterns: readonly string[], server: ListedServer): boolean =>
  patterns.some((pattern) => matcher(pattern)(server))

/** Why a rule is not about a server, whatever its address: a condition by name, or `null` where all hold. */
export function failedCondition({ when }: Rule, subject: Subject): keyof Conditions | null {
  const { transport, mcp_access_groups: groups } = subject
  // LiteLLM speaks HTTP+SSE where a record names no transport.
  if (when.transport && transport !== undefined && !when.transport.includes(transport ?? 'sse'))
    return 'transport'
  const { server_id: id = '', server_name: name, alias } = subject
  const isNamed = [subject.server_id, name, alias].some((each) => each !== undefined)
  if (when.servers && isNamed && !isOneOf(when.servers, { server_id: id, server_name: name, alias }))
    return 'servers'
  const grouped = groups?.map((group) => ({ server_id: '', server_name: group })) ?? []
  const { access_groups: wanted } = when
  if (wanted && groups !== undefined && !grouped.some((group) => isOneOf(wanted, group)))
    return 'access_groups'
  return null
}

/** The rules that name a place of a record. */
export function rulesFor(rules: readonly Rule[], path: string): Rule[] {
  return rules.filter(({ fields }) => fields.some((named) => isWithin(path, named)))
}

/** Does a rule name a field, or a place in it? */
export function namesField(rules: readonly Rule[], field: string): boolean {
  return rules.some(({ fields }) => fields.some((named) => isWithin(named, field) || isWithin(field, named)))
}

/** The rules by their names. */
export function rulesNamed(rules: readonly Rule[], names: readonly string[]): Rule[] {
  return rules.filter(({ name }) => names.includes(name))
}
