import { codeOf, type ErrorCode, MigrateError } from '../../core/errors.ts'
import { type Proxy, proxyPlace } from './proxy.ts'

/** A request without an answer. `sent`: it may have reached the gateway. */
export class TransportError extends MigrateError {
  readonly sent: boolean

  constructor(code: ErrorCode, message: string, hint: string | null, sent: boolean) {
    super(code, message, hint)
    this.sent = sent
  }
}

interface Failure {
  codes: RegExp
  code: ErrorCode
  sent: boolean
  /** `where`: the gateway, and the proxy on the way to it. */
  message: (where: string, seconds: number) => string
  hint: string
  /** What is wrong with the proxy, where there is one: it is the proxy that was to be connected to. */
  ofProxy?: string
}

// The handshake was refused by this side: no request was sent.
const CERTIFICATE = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/

const FAILURES: readonly Failure[] = [
  {
    codes: /^ECONNREFUSED$/,
    code: 'gateway-refused-connection',
    sent: false,
    ofProxy: 'nothing accepts connections there',
    message: (where) => `Nothing accepts connections at ${where}`,
    hint: 'Is LiteLLM running, and is this its host and port? Name it with --url.',
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/,
    code: 'gateway-unknown-host',
    sent: false,
    ofProxy: 'its host is unknown',
    message: (where) => `The host of ${where} is unknown`,
    hint: 'Check the spelling in --url, and whether this machine can resolve the name.',
  },
  {
    codes: CERTIFICATE,
    code: 'gateway-tls',
    sent: false,
    message: (where) => `The TLS connection to ${where} failed, or its certificate is not trusted`,
    hint: 'With a private certificate authority, set NODE_EXTRA_CA_CERTS to its certificate file. If the gateway speaks plain HTTP, use http:// in --url.',
  },
  {
    // May also break a connection that a request went out on.
    codes: /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/,
    code: 'gateway-tls',
    sent: true,
    message: (where) => `The TLS connection to ${where} failed`,
    hint: 'If the gateway speaks plain HTTP, use http:// in --url.',
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    code: 'gateway-refused-connection',
    sent: true,
    ofProxy: 'there is no route to it through the network',
    message: (where) => `There is no route to ${where} through the network`,
    hint: 'Check --url, and the network between this machine and the gateway.',
  },
  {
    codes: /^ETIMEDOUT$/,
    code: 'gateway-timeout',
    sent: true,
    message: (where, seconds) => `${where} did not answer within ${seconds} s`,
    hint: 'Is it under load, or is a firewall dropping the connection? --timeout SECONDS waits longer.',
  },
  {
    // The parser's: it may be noise on the way as well.
    codes: /^HPE_/,
    code: 'gateway-connection-lost',
    sent: true,
    message: (where) => `What answers at ${where} does not speak HTTP`,
    hint: 'Is this the host and port of LiteLLM? Name it with --url.',
  },
  {
    codes: /./,
    code: 'gateway-connection-lost',
    sent: true,
    message: (where) => `The connection to ${where} was lost`,
    hint: 'Try again; if that does not help, look at the log of LiteLLM and of what stands in front of it.',
  },
]

/** Two sentences for what went wrong on the way to a gateway: what it was, and what to do. */
function words(
  failure: Failure,
  { url, timeoutSeconds }: SentRequest,
  proxy: Proxy | null,
): { message: string; hint: string } {
  const { origin, hostname } = new URL(url)
  if (!proxy) return { message: failure.message(origin, timeoutSeconds), hint: failure.hint }
  const where = `${origin} through the proxy ${proxyPlace(proxy)}`
  const hint = `${proxy.variable} names that proxy; NO_PROXY=${hostname} bypasses it.`
  return failure.ofProxy === undefined
    ? { message: failure.message(where, timeoutSeconds), hint: `${failure.hint} ${hint}` }
    : { message: `There is no way to ${where}: ${failure.ofProxy}`, hint }
}

interface SentRequest {
  url: string
  timeoutSeconds: number
}

/**
 * The typed error for what the HTTP client threw. The original is dropped on purpose: it holds the key in its
 * headers and would print it.
 */
export function transportError(error: unknown, request: SentRequest, proxy: Proxy | null): TransportError {
  const code = codeOf(error)
  const failure = FAILURES.find(({ codes }) => codes.test(code)) ?? FAILURES[FAILURES.length - 1]
  if (!failure) throw new Error('the table of failures is empty')
  const detail =
    failure.code === 'gateway-tls' || failure.code === 'gateway-connection-lost' ? ` (${code})` : ''
  const { message, hint } = words(failure, request, proxy)
  return new TransportError(failure.code, message + detail, hint, failure.sent)
}
