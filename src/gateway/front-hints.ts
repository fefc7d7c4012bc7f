import type { Pass } from './front-kinds.ts'
import type { ExtraHeaders } from './headers.ts'

/** What is sent already: headers for what stands before LiteLLM, and the header that the key goes into. */
export interface Sent {
  headers: ExtraHeaders
  keyHeader: string
}

/**
 * LiteLLM's own header for keys, before `Authorization` on every release since 1.74, unless `litellm_key_header_name` names
 * another (`get_api_key` in user_api_key_auth.py; tried on 1.81.14 and 1.106.2).
 */
export const OWN_KEY_HEADER = 'x-litellm-api-key'

const GENERIC = 'NAME being the header that it wants, and ENV the variable that holds the value.'

/** What to add to the command line: options, and what their variables must hold. */
const PASSES: Readonly<Record<Pass, { options: string; holds: string }>> = {
  basic: {
    options: '--header Authorization=FRONT_LOGIN',
    holds: 'FRONT_LOGIN holds "Basic " and then USER:PASSWORD in base64.',
  },
  bearer: {
    options: '--header Authorization=FRONT_TOKEN',
    holds: 'FRONT_TOKEN holds "Bearer " and then a token that it accepts.',
  },
  cookie: {
    options: '--header Cookie=FRONT_COOKIE',
    holds: 'FRONT_COOKIE holds the cookies of a browser that is signed in, as in NAME=VALUE.',
  },
  'service-token': {
    options: '--header CF-Access-Client-Id=CF_ID --header CF-Access-Client-Secret=CF_SECRET',
    holds: 'CF_ID and CF_SECRET hold the two halves of a service token that its policy lets in.',
  },
  'identity-token': {
    options: '--header Proxy-Authorization=IAP_TOKEN',
    holds: 'IAP_TOKEN holds "Bearer " and then an OpenID Connect token of a service account that it lets in.',
  },
  'tunnel-token': {
    options: '--header X-Tunnel-Authorization=TUNNEL_TOKEN',
    holds: 'TUNNEL_TOKEN holds "tunnel " and then an access token of the tunnel.',
  },
  any: { options: '--header NAME=ENV', holds: GENERIC },
}

/** What such a header has to hold, where it is sent already. */
const FORMS: Readonly<Record<Pass, string>> = {
  basic: 'Authorization holds "Basic " and then USER:PASSWORD in base64.',
  bearer: 'Authorization holds "Bearer " and then a token that it accepts.',
  cookie: 'Cookie holds the cookies of a browser that is signed in, as in NAME=VALUE.',
  'service-token': 'The two hold the halves of a service token that its policy lets in.',
  'identity-token':
    'Proxy-Authorization holds "Bearer " and then an OpenID Connect token of a service account that it lets in.',
  'tunnel-token': 'X-Tunnel-Authorization holds "tunnel " and then an access token of the tunnel.',
  any: '',
}

/** What was sent already did not do. */
function sentInVain({ headers }: Sent): string {
  const names = Object.keys(headers)
  if (names.length === 0) return ''
  return `${names.join(', ')} from --header ${names.length === 1 ? 'was' : 'were'} sent: see that what the variable holds is right and has not expired. `
}

/** What lets a program in where a sign-in stands before LiteLLM. */
export function signInHint(pass: Pass, endpoint: Sent): string {
  const { options, holds } = PASSES[pass]
  const taken = / Authorization=/.test(options) && endpoint.keyHeader.toLowerCase() === 'authorization'
  const more = taken
    ? ` --key-header ${OWN_KEY_HEADER} is where LiteLLM takes its own key then; it does so wherever litellm_key_header_name is not set.`
    : ''
  const sent = [...options.matchAll(/--header ([\w-]+)=/g)].map(([, name = '']) => name.toLowerCase())
  // What was given once cannot be given twice: its value is wrong.
  if (sent.length > 0 && sent.every((name) => name in endpoint.headers))
    return `${sentInVain(endpoint)}${FORMS[pass]}`
  const use = `${taken ? `--key-header ${OWN_KEY_HEADER} ` : ''}${options}`
  return `${sentInVain(endpoint)}Add ${use}. ${holds}${more}`
}

/** What to do where something before LiteLLM refuses a request. */
export function refusalHint(what: string, endpoint: Sent): string {
  return `${sentInVain(endpoint)}Let ${what} pass there (a firewall's rule, a list of addresses), go to LiteLLM past it, or send what it wants with --header NAME=ENV.`
}
