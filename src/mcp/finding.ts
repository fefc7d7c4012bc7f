import { codeOf } from '../core/errors.ts'
import type { Observed } from '../core/reach/observed.ts'

/** What keeps an address from being used, met on the way. */
export class Finding extends Error {
  override readonly name = 'Finding'
  readonly seen: Observed

  constructor(seen: Observed) {
    super(seen.event)
    this.seen = seen
  }
}

/** The code of a failure. Node.js 20 has OpenSSL's reason in the message alone where TLS fails on its first message. */
function failureCode(error: unknown): string {
  const code = codeOf(error)
  if (code !== 'EPROTO' || !(error instanceof Error)) return code
  const [, reason] = /:SSL routines:[^:]*:([^:]+):/.exec(error.message) ?? []
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`
}

/** The finding that the failure of a connection is. */
export function findingOf(error: unknown): Finding {
  return error instanceof Finding
    ? error
    : new Finding({ event: 'failure', code: failureCode(error), tls: false })
}
