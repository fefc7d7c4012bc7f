import { type ErrorCode, MigrateError } from '../core/errors.ts'

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
  message: (host: string, seconds: number) => string
  hint: string
}

// The handshake was refused by this side: no request was sent.
const CERTIFICATE = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/

const FAILURES: readonly Failure[] = [
  {
    codes: /^ECONNREFUSED$/,
    code: 'gateway-refused-connection',
    sent: false,
    message: (host) => `Nothing accepts connections at ${host}`,
    hint: 'Is LiteLLM running, and is this its host and port? Name it with --url.',
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/,
    code: 'gateway-unknown-host',
    sent: false,
    message: (host) => `The host of ${host} is unknown`,
    hint: 'Check the spelling in --url, and whether this machine can resolve the name.',
  },
  {
    codes: CERTIFICATE,
    code: 'gateway-tls',
    sent: false,
    message: (host) => `The TLS connection to ${host} failed, or its certificate is not trusted`,
    hint: 'With a private certificate authority, set NODE_EXTRA_CA_CERTS to its certificate file. If the gateway speaks plain HTTP, use http:// in --url.',
  },
  {
    // May also break a connection that a request went out on.
    codes: /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/,
    code: 'gateway-tls',
    sent: true,
    message: (host) => `The TLS connection to ${host} failed`,
    hint: 'If the gateway speaks plain HTTP, use http:// in --url.',
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    code: 'gateway-refused-connection',
    sent: true,
    message: (host) => `There is no way to ${host} through the network`,
    hint: 'Check --url, and the network between this machine and the gateway.',
  },
  {
    codes: /^ETIMEDOUT$/,
    code: 'gateway-timeout',
    sent: true,
    message: (host, seconds) => `${host} did not answer within ${seconds} s`,
    hint: 'Is it under load, or is a firewall dropping the connection? --timeout SECONDS waits longer.',
  },
  {
    codes: /./,
    code: 'gateway-connection-lost',
    sent: true,
    message: (host) => `The connection to ${host} was lost`,
    hint: 'Try again; if it stays so, look at the log of LiteLLM and of what stands before it.',
  },
]

/**
 * The typed error for what the HTTP client threw. The original is dropped on purpose: it holds the key in its
 * headers and would print it.
 */
export function transportError(
  error: unknown,
  request: { url: string; timeoutSeconds: number },
): TransportError {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
  const failure = FAILURES.find(({ codes }) => codes.test(code)) ?? FAILURES[FAILURES.length - 1]
  const host = new URL(request.url).origin
  if (!failure) throw new Error('the table of failures is empty')
  const detail =
    failure.code === 'gateway-tls' || failure.code === 'gateway-connection-lost' ? ` (${code})` : ''
  return new TransportError(
    failure.code,
    failure.message(host, request.timeoutSeconds) + detail,
    failure.hint,
    failure.sent,
  )
}
