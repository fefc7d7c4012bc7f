import { z } from 'zod'
import { parsedJson } from '../parsed-json.ts'
import type { Asked, OddAnswer } from './observed.ts'
import { kindOfStatus, type Reach, type ReachKind } from './reach.ts'
import { maskUrl, redactText } from '../show/redact.ts'

const rpc = z.looseObject({ error: z.looseObject({ code: z.number(), message: z.string() }) })

/** What an error of JSON-RPC in a body says, `null` where there is none. */
const rpcMessage = (body: string): string | null =>
  rpc.safeParse(parsedJson(body)).data?.error.message ?? null

const isPage = ({ type }: OddAnswer): boolean => type.includes('html')
const isSuccess = ({ status }: OddAnswer): boolean => status >= 200 && status < 300

const LOGIN =
  /<input[^>]+type\s*=\s*["']?password|<form[^>]+(log-?in|sign-?_?in|sso|saml|oauth)|<title>[^<]*(log|sign)[ -]?(in|on)\b/i
const TO_LOGIN =
  /(^|[/._-])(log-?_?in|sign-?_?in|sso|saml2?|oauth2?|oidc|authorize|auth|accounts)([/._-]|$)|cloudflareaccess\.com/i

/** One that says by itself how to sign in is a matter of credentials, whatever its page looks like. */
const isLogin = (answer: OddAnswer): boolean =>
  isPage(answer) &&
  (isSuccess(answer) || [401, 403].includes(answer.status)) &&
  !answer.challenge &&
  LOGIN.test(answer.beginning)

/** As nginx, Go (Caddy, Traefik), Apache and Tomcat say it. */
const WANTS_TLS =
  /HTTP request (was sent )?to (an )?HTTPS|plain HTTP to an SSL-enabled|combination of host and port requires TLS/i

/** As the SDKs for Python and TypeScript say it, and Starlette. */
const WRONG_HOST = /invalid host\b/i

/** What servers of the one transport say to clients of the other: both SDKs, and what is made with them. */
const OTHER_TRANSPORT =
  /missing session ?id|no valid session id|session_?id is required|invalid session id|could not find session|session not found|mcp-session-id|not acceptable: client must accept/i

/** An HTTP+SSE server answers a GET with a stream, and nothing that is not MCP with an error of JSON-RPC. */
const isOtherTransport = ({ method, beginning }: OddAnswer): boolean =>
  OTHER_TRANSPORT.test(beginning) || (method === 'GET' && rpcMessage(beginning) !== null)

/** The one table of what answers mean beyond their status. The first that is true tells. */
const RULES: readonly (readonly [
  statuses: readonly number[] | null,
  (answer: OddAnswer) => boolean,
  ReachKind,
])[] = [
  [null, isLogin, 'login-page'],
  [null, (answer) => isPage(answer) && isSuccess(answer), 'web-page'],
  [null, isSuccess, 'not-mcp'],
  [[400], ({ at, beginning }) => at.startsWith('http:') && WANTS_TLS.test(beginning), 'tls-only'],
  [[400, 403], ({ beginning }) => WRONG_HOST.test(beginning), 'host-refused'],
  [[400, 404, 405, 406, 415], isOtherTransport, 'wrong-transport'],
]

const kindOf = (answer: OddAnswer): ReachKind =>
  RULES.find(([statuses, is]) => (statuses?.includes(answer.status) ?? true) && is(answer))?.[2] ??
  kindOfStatus(answer.status)

const oneLine = (text: string): string => redactText(text.trim().replace(/\s+/g, ' ').slice(0, 120))

/** What the server says for itself: the title of a page, the message of an error, or the beginning of a text. */
function saidBy(answer: OddAnswer): string {
  const { beginning } = answer
  if (isPage(answer)) return oneLine(/<title>([^<]{0,200})/i.exec(beginning)?.[1] ?? '')
  return oneLine(rpcMessage(beginning) ?? beginning)
}

const NAMES: Partial<Record<ReachKind, string>> = {
  'web-page': ', a web page',
  'login-page': ', a login page',
}

function wordsOf(answer: OddAnswer, kind: ReachKind): string {
  const said = saidBy(answer)
  const type =
    kind === 'not-mcp' ? ` with ${oneLine(answer.type.split(';')[0] ?? '') || 'no content type'}` : ''
  return `HTTP ${answer.status}${type}${NAMES[kind] ?? ''}${said === '' ? '' : ` (${said})`}`
}

/** The path of a URL, fit to be shown. */
const pathOf = ({ pathname }: URL): string => redactText(maskUrl(pathname))

/** Where a redirect leads to, and why that is the end of it. */
function judgeRedirect({ at, status, location, method }: OddAnswer): Reach {
  const reach = (kind: ReachKind, evidence: string): Reach => ({ kind, tools: null, evidence })
  if (location === null || !URL.canParse(location, at))
    return reach('redirect', `HTTP ${status}, a redirect to nowhere`)
  const [from, to] = [new URL(at), new URL(location, at)]
  const isElsewhere = to.origin !== from.origin
  const place = isElsewhere ? redactText(to.origin === 'null' ? to.protocol : to.origin) : pathOf(to)
  if (TO_LOGIN.test(isElsewhere ? to.hostname + to.pathname : to.pathname) && !TO_LOGIN.test(from.pathname))
    return reach('login-page', `it redirects to ${place}, a login page (HTTP ${status})`)
  const why = isElsewhere
    ? 'which is not followed'
    : method === 'POST' && status < 307
      ? 'and a message gets lost on the way'
      : 'and on without end'
  return { ...reach('redirect', `it redirects to ${place}, ${why} (HTTP ${status})`), leadsTo: to.href }
}

/** What an HTTP answer says of the address that is not an MCP server's answer to its client. */
export function judgeAnswer(answer: OddAnswer, { transport }: Asked): Reach {
  if (kindOfStatus(answer.status) === 'redirect') return judgeRedirect(answer)
  const kind = kindOf(answer)
  const words = wordsOf(answer, kind)
  // The stream is there, so that the path is right.
  const evidence =
    transport !== 'http' && answer.method === 'POST' ? `where it wants its messages: ${words}` : words
  return { kind, tools: null, evidence }
}
