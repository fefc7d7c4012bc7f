import type { ReachKind } from '../../../src/core/reach/reach.ts'
import { says } from '../hostile.ts'
import { type Answer, both, HTML, LOGIN, on, rpcError, TEXT } from './places.ts'

/** A status with a body over both transports, and the words of it that are shown. */
export const status = (
  code: number,
  kind: ReachKind,
  body: unknown = 'No',
  said = 'No',
  headers: Record<string, string> = TEXT,
): Answer =>
  both(
    `HTTP ${code} (${said || 'a page'})`,
    on((asked, answer) => says(code, body, headers)(asked, answer)),
    kind,
    `HTTP ${code}${said && ` (${said})`}`,
  )

const PAGE = '<html><head><title>Welcome to nginx!</title></head><body>Hello</body></html>'

/** Answers that their status tells. */
export const STATUSES: readonly Answer[] = [
  status(400, 'unclear'),
  status(401, 'unauthorized'),
  status(402, 'unclear'),
  status(403, 'forbidden'),
  status(404, 'not-found'),
  status(404, 'not-found', '<html><title>404 Not Found</title></html>', '404 Not Found', HTML),
  status(405, 'wrong-transport'),
  status(406, 'wrong-transport'),
  status(408, 'time-out'),
  status(410, 'not-found'),
  status(415, 'wrong-transport'),
  status(421, 'host-refused', 'Invalid Host header', 'Invalid Host header'),
  status(403, 'host-refused', rpcError(-32_000, 'Invalid Host: mcp'), 'Invalid Host: mcp'),
  status(400, 'host-refused', 'Invalid host header', 'Invalid host header'),
  status(429, 'rate-limited', 'Slow down', 'Slow down'),
  status(429, 'rate-limited', '<html></html>', '', HTML),
  status(500, 'server-error'),
  status(502, 'server-error', '<html><title>Bad Gateway</title></html>', 'Bad Gateway', HTML),
  status(503, 'server-error', '', ''),
  status(504, 'time-out', '', ''),
  status(500, 'server-error', 'the token sk-secret-of-the-server', 'the token sk-***'),
]

/** Pages for people. */
export const PAGES: readonly Answer[] = [
  both('a page', on(says(200, PAGE, HTML)), 'web-page', 'HTTP 200, a web page (Welcome to nginx!)'),
  both('a page without a title', on(says(200, '<p>Hello', HTML)), 'web-page', 'HTTP 200, a web page'),
  both('a login page', on(says(200, LOGIN, HTML)), 'login-page', 'HTTP 200, a login page'),
  both('a login page with 401', on(says(401, LOGIN, HTML)), 'login-page', 'HTTP 401, a login page'),
  both('a login page with 403', on(says(403, LOGIN, HTML)), 'login-page', 'HTTP 403, a login page'),
  both(
    'a login page that says how to sign in',
    on(says(401, LOGIN, { ...HTML, 'www-authenticate': 'Basic realm="x"' })),
    'unauthorized',
    'HTTP 401',
  ),
  both(
    'a 403 page',
    on(says(403, '<title>403 Forbidden</title>', HTML)),
    'forbidden',
    'HTTP 403 (403 Forbidden)',
  ),
]
