/** Headers for what stands before LiteLLM: names in lower case, and values that nobody may see. */
export type ExtraHeaders = Readonly<Record<string, string>>

const SCHEME = /^[A-Za-z][\w-]* +(.+)$/

function decoded(text: string): string[] {
  const pair = /^[\w+/=-]+$/.test(text) ? Buffer.from(text, 'base64').toString('utf8') : ''
  const colon = pair.indexOf(':')
  return colon === -1 ? [] : [pair, pair.slice(colon + 1)]
}

/** What else of a value is a secret: what follows a scheme, the password in it, and each value of a cookie. */
function partsOf(value: string): string[] {
  const rest = SCHEME.exec(value)?.[1]
  const cookies = [...value.matchAll(/(?:^|;\s*)[^=;\s]+=([^;]+)/g)].map(([, cookie = '']) => cookie)
  return [value, ...cookies, ...(rest === undefined ? [] : [rest, ...decoded(rest)])]
}

/** All texts in these headers that something may repeat in an answer, and nobody may see. */
export const secretsIn = (headers: ExtraHeaders): string[] => Object.values(headers).flatMap(partsOf)
