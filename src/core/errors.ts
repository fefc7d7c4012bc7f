/** What can go wrong, for scripts. Stable; `help --all` lists them. */
export const ERROR_CODES = [
  'usage',
  'consent-missing',
  'no-terminal',
  'cancelled',
  'gateway-refused-connection',
  'gateway-unknown-host',
  'gateway-tls',
  'gateway-timeout',
  'gateway-connection-lost',
  'gateway-redirect',
  'sign-in-before-gateway',
  'answer-too-large',
  'not-litellm',
  'no-database',
  'release-unreadable',
  'unauthorized',
  'wrong-key-header',
  'not-admin',
  'key-scoped',
  'role-unknown',
  'login-failed',
  'login-disabled',
  'login-throttled',
  'password-change-required',
  'inventory-invalid',
  'migration-invalid',
  'file-unreadable',
  'config-invalid',
  'keys-invalid',
  'journal-unwritable',
  'journal-damaged',
  'journal-newer',
  'journal-unsafe',
  'head-differs',
  'run-not-found',
  'run-interrupted',
  'lock-held',
  'lock-unavailable',
  'canary-impossible',
  'docker-failed',
  'internal',
] as const
/** What went wrong. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * The only kind of error that leaves a room of this house on purpose. `message` is one sentence for a person,
 * `hint` says what to do about it; neither ever holds a secret.
 */
export class MigrateError extends Error {
  override readonly name = 'MigrateError'
  readonly code: ErrorCode
  readonly hint: string | null

  constructor(code: ErrorCode, message: string, hint: string | null = null) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/**
 * A failure in a sentence and a code. One that nobody foresaw, a bug of this program, is told by its kind and its place
 * alone: its text could hold anything.
 */
export function unforeseen(error: unknown): MigrateError {
  if (error instanceof MigrateError) return error
  if (codeOf(error) === 'MODULE_NOT_FOUND')
    return new MigrateError(
      'internal',
      'A part of this program is missing: its installation is not whole, or was replaced while it ran',
      'Install mcp-url-migrate again.',
    )
  const kind = error instanceof Error ? error.name : typeof error
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const place = /\n\s+at .*?([\w-]+\.[jt]s:\d+)/.exec(stack)?.[1]
  return new MigrateError(
    'internal',
    `Something went wrong that should not have (${kind}${place ? ` at ${place}` : ''})`,
    'Please report it, with the trace that --verbose shows.',
  )
}

/** Did the gateway not answer in time? */
export const isTimeOut = (error: unknown): boolean =>
  error instanceof MigrateError && error.code === 'gateway-timeout'

/** The code of a system's error, such as `ENOENT`; `unknown error` where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
