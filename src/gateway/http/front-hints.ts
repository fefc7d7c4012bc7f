import type { Pass } from './front-kinds.ts'
import type { ExtraHeaders } from './extra-headers.ts'

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

/** What lets a program in: headers with the variables that an example takes them from, and what those must hold. */
const PASSES: Readonly<Record<Exclude<Pass, 'any'>, { headers: Record<string, string>; form: string }>> = {
  basic: {
    headers: { Authorization: 'FRONT_LOGIN' },
    form: '"Basic " and then USER:PASSWORD in base64',
  },
  bearer: {
    headers: { Authorization: 'FRONT_TOKEN' },
    form: '"Bearer " and then a token that it accepts',
  },
  cookie: {
    headers: { Cookie: 'FRONT_COOKIE' },
    form: 'the cookies of a browser that is signed in, as in NAME=VALUE',
  },
  'service-token': {
    headers: { 'CF-Access-Client-Id': 'CF_ID', 'CF-Access-Client-Secret': 'CF_SECRET' },
    form: 'the two halves of a service token that its policy lets in',
  },
  'identity-token': {
    headers: { 'Proxy-Authorization': 'IAP_TOKEN' },
    form: '"Bearer " and then an OpenID Connect token of a service account that it lets in',
  },
  'tunnel-token': {
    headers: { 'X-Tunnel-Authorization': 'TUNNEL_TOKEN' },
    form: '"tunnel " and then an access token of the tunnel',
  },
}

const ANY =
  'Add --header NAME=ENV. NAME being the header that it wants, and ENV the variable that holds the value.'

const holding = (names: readonly string[], form: string): string =>
  `${names.join(' and ')} ${names.length === 1 ? 'holds' : 'hold'} ${form}.`

/** What was sent already did not do. */
function sentInVain({ headers }: Sent): string {
  const names = Object.keys(headers)
  if (names.length === 0) return ''
  return `${names.join(', ')} from --header ${names.length === 1 ? 'was' : 'were'} sent: make sure that what the variable holds is right and has not expired. `
}

/** What lets a program in where a sign-in stands before LiteLLM. */
export function signInHint(pass: Pass, endpoint: Sent): string {
  if (pass === 'any') return `${sentInVain(endpoint)}${ANY}`
  const { headers, form } = PASSES[pass]
  const names = Object.keys(headers)
  // What was given once cannot be given twice: its value is wrong.
  if (names.every((name) => name.toLowerCase() in endpoint.headers))
    return `${sentInVain(endpoint)}${holding(names, form)}`
  const options = Object.entries(headers).map(([name, variable]) => `--header ${name}=${variable}`)
  const isTaken = 'Authorization' in headers && endpoint.keyHeader.toLowerCase() === 'authorization'
  const all = [...(isTaken ? [`--key-header ${OWN_KEY_HEADER}`] : []), ...options]
  const more = isTaken
    ? ` With --key-header ${OWN_KEY_HEADER} LiteLLM takes its own key from that header, wherever litellm_key_header_name is not set.`
    : ''
  return `${sentInVain(endpoint)}Add ${all.join(' ')}. ${holding(Object.values(headers), form)}${more}`
}

/** What to do where something before LiteLLM refuses a request. */
export function refusalHint(what: string, endpoint: Sent): string {
  return `${sentInVain(endpoint)}Let ${what} pass there (a firewall's rule, a list of addresses), go to LiteLLM past it, or send what it wants with --header NAME=ENV.`
}
