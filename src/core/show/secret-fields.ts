/** Fields whose values are secrets as often as not, and names that say so inside other fields. */
const SECRET_FIELD = /^(env|env_vars|static_headers|credentials|args|command|extra)$/
const SECRET_NAME =
  /token(?!_url)|secret|pass|pwd|cred|keys?$|api[-_]?key|jwt|signature|auth$|authorization$|bearer|cookie|headers$/i

/** Is what stands under this name, somewhere in a record, likely to be a secret? */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** Is what a record holds in this field likely to be a secret? */
export function isSecretField(field: string): boolean {
  return SECRET_FIELD.test(field) || isSecretName(field)
}

const URLS = /\b[A-Za-z][\w+.-]{0,30}:\/\/[^\s"'<>`]+/g

/** User name and password of a URL, together and each. */
function userInfo(url: string): string[] {
  const [, user] = /^[^/]*\/\/([^/?#]*)@/.exec(url) ?? []
  return user === undefined ? [] : [user, ...user.split(':')]
}

/** What of a URL may be a secret: user info, what stands in its query or after `#` or `;`, and a value with a name. */
function inUrl(url: string): string[] {
  const [, rest = ''] = /^[^/]*\/\/[^/?#]*(.*)$/s.exec(url) ?? []
  const values = [...rest.matchAll(/[?&;#/]([^?&;#/]+)/g)].flatMap(([sign = '', text = '']) => {
    const value = text.replace(/^[^=:]*[=:]/, '')
    return sign.startsWith('/') && value === text ? [] : [value]
  })
  return [...userInfo(url), ...values]
}

/**
 * What of a variable of the environment is a secret: its value, where its name says so, or what a URL in it signs in with,
 * which is its password or, without one, its user name.
 */
export function secretsInVariable(name: string, value: string): string[] {
  if (isSecretName(name)) return [value]
  return (value.match(URLS) ?? []).flatMap((url) =>
    userInfo(url)
      .slice(0, 1)
      .map((user) => user.slice(user.indexOf(':') + 1)),
  )
}

/** A text that may be a secret, and its words; a URL is none, and a reference to a variable holds none. */
function wordsIn(text: string): string[] {
  if (text.startsWith('os.environ/')) return []
  const rest = text.replaceAll(URLS, ' ')
  return [...(rest === text ? [text] : []), ...rest.split(/[\s=,;'"`]+/)]
}

function textsIn(value: unknown, hidden: boolean): string[] {
  if (typeof value === 'string')
    return [...(hidden ? wordsIn(value) : []), ...(value.match(URLS) ?? []).flatMap(inUrl)]
  if (Array.isArray(value)) return value.flatMap((member) => textsIn(member, hidden))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => textsIn(member, hidden || isSecretField(name)))
}

/** Every text in a record that may be a secret: none of them may be seen in what a gateway says of it. */
export function secretTexts(record: Record<string, unknown>): string[] {
  return Object.entries(record).flatMap(([field, value]) => textsIn(value, isSecretField(field)))
}
