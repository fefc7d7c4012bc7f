/** Fields whose values are secrets as often as not, and names that say so inside other fields. */
const SECRET_FIELD = /^(env|env_vars|static_headers|credentials|args|command|extra)$/
const SECRET_NAME = /token(?!_url)|secret|pass|pwd|cred|key$|auth$|authorization$|bearer|cookie|headers$/i

/** Is what stands under this name, somewhere in a record, likely to be a secret? */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** Is what a record holds in this field likely to be a secret? */
export function isSecretField(field: string): boolean {
  return SECRET_FIELD.test(field) || isSecretName(field)
}

function textsIn(value: unknown, hidden: boolean): string[] {
  if (typeof value === 'string') return hidden ? [value] : []
  if (Array.isArray(value)) return value.flatMap((member) => textsIn(member, hidden))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => textsIn(member, hidden || isSecretName(name)))
}

/** Every text in a record that may be a secret: none of them may be seen in what a gateway says of it. */
export function secretTexts(record: Record<string, unknown>): string[] {
  return Object.entries(record).flatMap(([field, value]) => textsIn(value, isSecretField(field)))
}
