import { isSecretName } from './secret-fields.ts'

/** What stands in the place of a secret. */
export const MASK = '***'

const PREFIXES = [
  /^(sk|pk|ghp|gho|glpat|xox[a-z])[-_]/i,
  /^xox[a-z]\d/,
  /^(rk|gh[rsu]|github_pat|whsec|shp(at|ss)|xapp)_/i,
  /^(ya29|hvs|SG)\./,
  /^eyJ[\w-]{4}/,
  /^(AKIA|ASIA|AIza)[\w-]{8}/,
]

/** What begins as a key does: scikit-learn and its family. And small letters alone, which no token is made of, unless it is long. */
const NAMES = /^(?:sk[-_](?:learn|image)|[a-z]{0,23})$/

/** Does a part of a path look like a token rather than a name? (Some vendors put the key into the path.) */
function looksSecret(segment: string): boolean {
  if (NAMES.test(segment)) return false
  if (PREFIXES.some((prefix) => prefix.test(segment))) return true
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(segment)) return true
  return segment.split(/[-_.~%]/).some((word) => {
    const mixed = /\d/.test(word) && /[A-Za-z]/.test(word)
    return (word.length >= 16 && mixed) || (word.length >= 24 && /^[A-Za-z\d+=]+$/.test(word))
  })
}

/** A text without percent signs that stand for something, however often they were escaped themselves. */
export function decoded(text: string): string {
  if (!text.includes('%')) return text
  let result = text
  for (let round = 0; round < 4; round += 1)
    result = result.replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) => {
      try {
        return decodeURIComponent(bytes)
      } catch {
        return bytes
      }
    })
  return result
}

/** The query of a URL with its `?`: names stay, values do not, nor what has no name. */
export const maskedQuery = (query: string): string =>
  query.replace(/([^?&=;]+)(=)?([^&;]*)/g, (_, name: string, equals: string | undefined) => {
    if (equals === undefined) return MASK
    return `${looksSecret(decoded(name)) ? MASK : name}=${MASK}`
  })

// A port is no value, unless what stands before it says so.
const isPort = (name: string, sign: string, value: string): boolean =>
  sign === ':' && /^\d{0,5}$/.test(value) && !isSecretName(name)

/** `name=value` and `name:value` without the value; what else looks like a token is none to be seen. */
function maskedPair(text: string): string {
  const at = text.search(/[=:]/)
  const [name, sign] = at === -1 ? [text, ''] : [text.slice(0, at), text.charAt(at)]
  if (looksSecret(name)) return MASK
  const value = text.slice(name.length + 1)
  return value === '' || isPort(name, sign, value) ? text : `${name}${sign}${MASK}`
}

/** A part between two slashes; after each `;` a value, with a name or without. */
function maskedSegment(segment: string): string {
  const plain = decoded(segment)
  if (plain !== segment) return maskedPath(plain) === plain && !/[?#]/.test(plain) ? segment : MASK
  if (!segment.includes(';')) return maskedPair(segment)
  const [first = '', ...matrix] = segment.split(';')
  const values = matrix.map((each) => (each === '' || /[=:]/.test(each) ? maskedPair(each) : MASK))
  return [maskedPair(first), ...values].join(';')
}

const NAME_OF_SECRET =
  /^(((api|access|auth|bearer|client|private|secret)[-_]?)?(key|token|secret)s?|password|passwd|pwd|jwt|bearer)$/i

// Names are in small letters as a rule.
const isValue = (segment: string): boolean => /[\dA-Z%]/.test(segment) && !/^v\d+$/.test(segment)

/**
 * A path of a URL: parts that look like tokens, and values that stand in it with a name, or after one as in `/token/X`, are
 * masked.
 */
export const maskedPath = (path: string): string =>
  path
    .split(/([/\\])/)
    .map((segment, i, all) => {
      if (i % 2 === 1) return segment
      return isValue(segment) && NAME_OF_SECRET.test(all[i - 2] ?? '') ? MASK : maskedSegment(segment)
    })
    .join('')
