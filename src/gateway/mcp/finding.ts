import { codeOf } from '../../core/errors.ts'
import { type ReachKind, kindOfStatus } from '../../core/reach.ts'
import { redactText } from '../../core/redact.ts'

/** What keeps an address from being used, found on the way. Its message is harmless and redacted. */
export class Finding extends Error {
  override readonly name = 'Finding'
  readonly kind: ReachKind

  constructor(kind: ReachKind, message: string) {
    super(message)
    this.kind = kind
  }
}

const BY_CODE: readonly (readonly [RegExp, ReachKind, string])[] = [
  [/^(ENOTFOUND|EAI_)/, 'unknown-host', 'the host is unknown'],
  [/^ECONNREFUSED$/, 'refused', 'the connection is refused: nothing listens there'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'unreachable', 'there is no way to it through the network'],
  [/^ETIMEDOUT$/, 'time-out', 'the connection is not answered'],
  [/^HPE_/, 'wrong-transport', 'it answers, but does not speak HTTP'],
  [
    /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_)/,
    'unclear',
    'the TLS connection fails',
  ],
  [/^(ECONNRESET|EPIPE)$/, 'unclear', 'it closes the connection without an answer'],
]

/** What the failure of a connection means. Its own text is dropped: it may hold anything. */
export function findingOf(error: unknown): Finding {
  if (error instanceof Finding) return error
  const code = codeOf(error)
  const [, kind = 'unclear', words = 'the connection fails'] =
    BY_CODE.find(([codes]) => codes.test(code)) ?? []
  return new Finding(kind, kind === 'unclear' ? `${words} (${code})` : words)
}

/** What a status other than success means, with the beginning of what the server says where that is no page. */
export function findingOfStatus(status: number, type: string, body: string): Finding {
  const words = /html/.test(type) ? '' : redactText(body.trim().replace(/\s+/g, ' ').slice(0, 120))
  return new Finding(kindOfStatus(status), `HTTP ${status}${words === '' ? '' : ` (${words})`}`)
}
