import type { ReachKind } from './reach.ts'

/** What a connection that fails comes to, and how it is said. */
export interface Failure {
  kind: ReachKind
  words: string
}

/** By the code under which Node.js knows it. TLS: OpenSSL's reason in capitals after `ERR_SSL_`, and its names of certificate faults. */
const BY_CODE: readonly (readonly [RegExp, ReachKind, string])[] = [
  [/^(ENOTFOUND|EAI_)/, 'unknown-host', 'the host is unknown'],
  [/^ECONNREFUSED$/, 'refused', 'the connection is refused: nothing listens there'],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    'unreachable',
    'there is no route to it through the network',
  ],
  [/^ETIMEDOUT$/, 'time-out', 'the connection is not answered'],
  [/^HPE_/, 'not-mcp', 'it answers, but does not speak HTTP'],
  // The last is what OpenSSL 3.2 and later say of the first.
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE)$/,
    'no-tls',
    'it answers, but does not speak TLS',
  ],
  [/^CERT_HAS_EXPIRED$/, 'certificate', 'its certificate has expired'],
  [/^CERT_NOT_YET_VALID$/, 'certificate', 'its certificate is not valid yet'],
  [
    /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    'certificate',
    'its certificate is for another host name',
  ],
  [/^(DEPTH_ZERO_)?SELF_SIGNED_/, 'certificate', 'its certificate is not trusted (it is self-signed)'],
  [/^UNABLE_TO_/, 'certificate', 'its certificate is not trusted (no known authority has signed it)'],
  [
    /^(CERT_|ERR_TLS_CERT|ERR_SSL_CERTIFICATE_VERIFY_FAILED)/,
    'certificate',
    'its certificate is not trusted',
  ],
  [/^(ECONNRESET|ECONNABORTED|EPIPE)$/, 'reset', 'it closes the connection without an answer'],
]

const reasonOf = (code: string): string =>
  code
    .replace(/^ERR_(SSL|TLS|OSSL)_/, '')
    .toLowerCase()
    .replaceAll('_', ' ')

/**
 * What the failure of a connection means. Its own text is dropped: it may hold anything. `tls`: TLS is spoken where a
 * plain URL leads.
 */
export function failureOf(code: string, tls: boolean): Failure {
  if (tls) return { kind: 'tls-only', words: 'it speaks TLS, and the URL is a plain one' }
  const [, kind, words] = BY_CODE.find(([codes]) => codes.test(code)) ?? []
  if (kind !== undefined && words !== undefined) return { kind, words }
  return /^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)/.test(code)
    ? { kind: 'tls-failed', words: `the TLS connection fails (${reasonOf(code)})` }
    : { kind: 'unclear', words: `the connection fails (${code})` }
}
