import { redactText } from '../../core/redact.ts'
import type { ServerRecord } from '../../core/server.ts'

/** Fields whose values are secrets as often as not, and names that say so inside other fields. */
const SECRET_FIELD = /^(env|env_vars|static_headers|credentials|args|command)$/
const SECRET_NAME = /token(?!_url)|secret|pass|pwd|cred|key$|auth$|authorization$|bearer|cookie|headers$/i

function shown(value: unknown, hidden: boolean): unknown {
  if (typeof value === 'string') return hidden && value !== '' ? '***' : redactText(value)
  if (Array.isArray(value)) return value.map((member) => shown(member, hidden))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, shown(member, hidden || SECRET_NAME.test(name))]),
  )
}

/** A whole record as it may be shown: values that may be secrets are `***`, URLs masked. */
export function shownRecord(record: ServerRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([field, value]) => [
      field,
      shown(value, SECRET_FIELD.test(field) || SECRET_NAME.test(field)),
    ]),
  )
}
