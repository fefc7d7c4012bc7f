import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { MigrateError } from '../../core/errors.ts'
import { redactText } from '../../core/show/redact.ts'
import type { Redactor } from '../../core/show/secrets/redactor.ts'
import { shortened } from '../../core/show/text.ts'
import { refusalHint, type Sent, signInHint } from './front-hints.ts'
import { kindOf, type Traces } from './front-kinds.ts'
import { proxyFor, proxyPlace } from './proxy.ts'
import { READINESS } from '../connect/readiness.ts'
import type { Answer, Request } from './transport.ts'

const failure = z.union([
  z.looseObject({ detail: z.unknown().refine((detail) => detail !== undefined) }),
  z.looseObject({ error: z.looseObject({}) }),
])

/** Is this a failure in LiteLLM's own form (`{error: {…}}` or `{detail: …}`), and not that of something before it? */
export const isLiteLlmsFailure = ({ json }: Pick<Answer, 'json'>): boolean => failure.safeParse(json).success

const refusedAddress = z.looseObject({ error: z.looseObject({}) })

/** Statuses by which a sign-in, or a firewall, answers in LiteLLM's place; to a write also some that refuse its method. */
const REFUSALS = [401, 403, 407, 451, 511]
const OF_WRITES = [...REFUSALS, 405, 406, 501]
const WANTS_SIGN_IN = [401, 407, 511]

const SIGN_IN_PATH =
  /(^|[/._-])(log-?in|sign[-_]?in|sso|saml2?|oauth2?|oidc|authorize|authenticate|openid-connect)([/._-]|$)/i

const PAGE = /^\s*<(!doctype|html)\b/i

const SIGN_IN_PAGE = /<input[^>]{1,300}type=["']?password|name=["']?SAMLRequest/i

type AskedRoute = Pick<Request, 'method' | 'url'>

/** The gateway that was asked. `redactor` knows all that it may repeat, and nobody may see. */
interface Where extends Sent {
  url: string
  redactor: Redactor
}

// Node takes the bytes of a header for Latin-1; what is UTF-8 reads as that.
const first = (value: string | string[] | undefined): string => {
  const bytes = Buffer.from([value ?? []].flat().join(', '), 'latin1')
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1')
}

function locationOf({ status, headers }: Answer, { url }: AskedRoute): URL | null {
  const location = headers['location']
  if (status < 300 || status > 399 || typeof location !== 'string') return null
  return URL.canParse(location, url) ? new URL(location, url) : null
}

/** Does a redirect lead to a sign-in: by its path, or because it is to lead back to what was asked? */
function leadsToSignIn(location: URL, { url }: AskedRoute, root: string): boolean {
  const asked = new URL(url)
  if (location.pathname.replace(/\/+$/, '').endsWith(asked.pathname.slice(new URL(root).pathname.length)))
    return false
  const isOwn = location.origin === asked.origin
  const path = isOwn ? location.pathname.replace(new URL(root).pathname, '/') : location.pathname
  const returns = [...location.searchParams.values()].some((value) => value.includes(asked.host))
  return SIGN_IN_PATH.test(path) || returns
}

function tracesOf(answer: Answer, asked: AskedRoute): Traces {
  const challenge = first(answer.headers['www-authenticate'])
  const scheme = /\bbasic\b/i.test(challenge) ? 'basic' : /^[A-Za-z][\w-]*/.exec(challenge)?.[0].toLowerCase()
  return {
    headers: Object.keys(answer.headers),
    cookies: [answer.headers['set-cookie'] ?? []].flat(),
    // A list of servers may be long, and no character of it takes more than four bytes.
    text: new TextDecoder().decode(answer.body.subarray(0, 80_000)).slice(0, 20_000),
    location: locationOf(answer, asked),
    scheme: scheme ?? null,
  }
}

/** Is a refusal LiteLLM's? It wants no key for readiness, and there refuses addresses alone, in one of its forms. */
const isOwn = (answer: Answer, { url }: AskedRoute, { scheme }: Traces): boolean =>
  url.endsWith(READINESS)
    ? scheme === null && refusedAddress.safeParse(answer.json).success
    : isLiteLlmsFailure(answer)

/** What such an answer is: a sign-in that is wanted, a refusal, or nothing of that kind. */
function standOf(
  answer: Answer,
  asked: AskedRoute,
  traces: Traces,
  root: string,
): 'sign-in' | 'refusal' | null {
  const { status } = answer
  const { location } = traces
  if (location) {
    const known = kindOf({ ...traces, headers: [], text: '' }).name !== null
    return known || leadsToSignIn(location, asked, root) ? 'sign-in' : null
  }
  if (asked.method === 'PUT' && status < 300) return PAGE.test(traces.text) ? 'refusal' : null
  if (status === 200) return SIGN_IN_PAGE.test(traces.text) && answer.json === undefined ? 'sign-in' : null
  const refuses = (asked.method === 'GET' ? REFUSALS : OF_WRITES).includes(status)
  if (!refuses || isOwn(answer, asked, traces)) return null
  const wants = WANTS_SIGN_IN.includes(status) || traces.scheme !== null || kindOf(traces).name !== null
  return wants ? 'sign-in' : 'refusal'
}

/** What was seen of it, in a few words: status, where it redirects to, scheme and realm, the program's own name. */
function seen(answer: Answer, { scheme, location }: Traces, where: Where): string {
  const shown = (text: string): string => shortened(redactText(text, where.redactor), 60)
  const realm = /\brealm="?([^",]+)/i.exec(first(answer.headers['www-authenticate']))?.[1]
  const server = first(answer.headers['server'])
  return [
    `HTTP ${answer.status}${location ? ` to ${shown(location.origin)}` : ''}`,
    ...(scheme ? [scheme === 'basic' ? 'Basic' : shown(scheme)] : []),
    ...(realm ? [`realm "${shown(realm)}"`] : []),
    ...(server && server !== 'uvicorn' ? [`Server: ${shown(server)}`] : []),
  ].join(', ')
}

const refused = (message: string, hint: string): MigrateError =>
  new MigrateError('sign-in-before-gateway', message, hint)

/** What gives no name may be anything, as long as nothing of LiteLLM has been seen. */
const MAYBE_ANOTHER = ' Where there is no LiteLLM behind it, correct --url.'

/** 407 is the word of a proxy on the way. */
function ofProxy(asked: AskedRoute, what: string): MigrateError | null {
  const proxy = proxyFor(asked.url)
  if (!proxy) return null
  return refused(
    `The proxy ${proxyPlace(proxy)} wants a sign-in (${what})`,
    `${proxy.variable} names that proxy: user name and password go into it, as in http://USER:PASSWORD@HOST:PORT, with special characters as %XX. NO_PROXY=${new URL(asked.url).hostname} bypasses it.`,
  )
}

/** A proxy of the environment refuses in the same way as what stands before the gateway. */
function perhapsProxy(url: string): string {
  const proxy = proxyFor(url)
  return proxy ? ` It may also be the proxy ${proxyPlace(proxy)}, which ${proxy.variable} names.` : ''
}

/**
 * Why an answer is not LiteLLM's, where a sign-in or a firewall gave it in LiteLLM's place; `null` where it may be
 * LiteLLM's own. It never holds what was sent, nor more than a few words of the answer.
 */
export function frontRefusal(answer: Answer, asked: AskedRoute, where: Where): MigrateError | null {
  const traces = tracesOf(answer, asked)
  const stand = standOf(answer, asked, traces, where.url)
  if (stand === null) return null
  const what = seen(answer, traces, where)
  const proxied = answer.status === 407 ? ofProxy(asked, what) : null
  if (proxied) return proxied
  const { name, pass } = kindOf(traces)
  const { method, url } = asked
  const request = `${method} ${new URL(url).pathname}`
  if (stand === 'refusal')
    return refused(
      `Something in front of LiteLLM at ${where.url} refused ${request} (${what})`,
      refusalHint(request, where) + perhapsProxy(url) + (url.endsWith(READINESS) ? MAYBE_ANOTHER : ''),
    )
  return refused(
    name === null
      ? `Something in front of LiteLLM at ${where.url} wants a sign-in (${what})`
      : `In front of LiteLLM at ${where.url} is ${name}, which wants a sign-in (${what})`,
    signInHint(pass, where) + (name === null && url.endsWith(READINESS) ? MAYBE_ANOTHER : ''),
  )
}
