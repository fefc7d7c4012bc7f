import { MigrateError } from '../core/errors.ts'

/**
 * A gateway's URL as it is kept and compared: lower-case host, no default port, root path kept, no slash at the
 * end, nor the `/ui` of the admin page. Throws `usage` for what is no gateway URL; user info is refused, as it would be a secret in an option.
 */
export function normaliseGatewayUrl(text: string): string {
  const wrong = (message: string) =>
    new MigrateError(
      'usage',
      message,
      'Name the gateway as in http://localhost:4000 or https://host/root-path.',
    )
  const trimmed = text.trim()
  if (!URL.canParse(trimmed)) throw wrong('--url is no URL')
  const url = new URL(trimmed)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw wrong('--url must begin with http:// or https://')
  if (url.username || url.password) throw wrong('--url must not hold a user name or password')
  // The address of the admin page, as people copy it.
  const page = /\/ui\/?$/.test(url.pathname)
  if (!page && (url.search || url.hash)) throw wrong('--url must not hold a query or a fragment')
  return url.origin + url.pathname.replace(/\/ui\/?$/, '').replace(/\/+$/, '')
}
