import { isExactNumber } from '../../core/exact-json.ts'
import { redactText } from '../../core/show/redact.ts'
import { isSecretField, isSecretName } from '../../core/show/secret-fields.ts'
import type { ServerRecord } from '../../core/record/server.ts'

function shown(value: unknown, hidden: boolean): unknown {
  if (typeof value === 'string') return hidden && value !== '' ? '***' : redactText(value)
  if (Array.isArray(value)) return value.map((member) => shown(member, hidden))
  if (value === null || typeof value !== 'object') return value
  if (isExactNumber(value)) return hidden ? '***' : value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, shown(member, hidden || isSecretName(name))]),
  )
}

/** A whole record as it may be shown: values that may be secrets are `***`, URLs masked. */
export function shownRecord(record: ServerRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([field, value]) => [field, shown(value, isSecretField(field))]),
  )
}
