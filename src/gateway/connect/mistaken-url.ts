import { MigrateError } from '../../core/errors.ts'
import { isLiteLlms, READINESS } from './readiness.ts'
import { type Endpoint, probe } from '../http/http.ts'

/** For each look at an address that somebody may have meant. */
const LOOK_SECONDS = 5

/** Nobody's root path has more parts than this. */
const MOST_PARTS = 8

/** The same URL with ever fewer parts of its path, the longest first; none where it has no path. */
function shorterUrls(url: string): string[] {
  const { origin, pathname } = new URL(url)
  const parts = pathname.split('/').filter((part) => part !== '')
  return parts
    .slice(0, MOST_PARTS)
    .map((_, kept) => [origin, ...parts.slice(0, kept)].join('/'))
    .toReversed()
}

/** Does LiteLLM answer there? Asked once, without a key, and no redirect is followed. */
async function isLiteLlm(endpoint: Endpoint, url: string): Promise<boolean> {
  const timeoutSeconds = Math.min(endpoint.timeoutSeconds, LOOK_SECONDS)
  try {
    return isLiteLlms(await probe({ ...endpoint, url, key: null, timeoutSeconds }, READINESS))
  } catch (error) {
    if (error instanceof MigrateError) return false
    throw error
  }
}

/**
 * Where something else than LiteLLM answers at a URL with a path: does LiteLLM answer at a shorter one, so that the rest
 * is too much? A root path may be called `/v1` or `/mcp`, so this is only asked when there is no LiteLLM at the URL as it
 * was given.
 * `null` where it is not so.
 */
export async function tooLong(endpoint: Endpoint): Promise<MigrateError | null> {
  for (const url of shorterUrls(endpoint.url)) {
    if (!(await isLiteLlm(endpoint, url))) continue
    const rest = endpoint.url.slice(url.length)
    return new MigrateError(
      'not-litellm',
      `LiteLLM answers at ${url}: the part ${rest} does not belong there`,
      `Use --url ${url}\nAfter host and port comes the root path (SERVER_ROOT_PATH) if the gateway has one, and nothing else.`,
    )
  }
  return null
}

/** Plain HTTP was spoken to a port of TLS. */
export function tlsWanted(url: string): MigrateError {
  const secure = url.replace(/^http:/, 'https:')
  return new MigrateError(
    'gateway-tls',
    `${new URL(url).host} speaks TLS, and ${url} begins with http://`,
    `Use --url ${secure}`,
  )
}
