import { type Listener, says } from '../hostile.ts'
import { type Answer, both, HTML, LOGIN, on, onKnowing, TEXT } from './places.ts'

const to =
  (status: number, location: string): Listener =>
  ({ headers, url }, answer) =>
    void answer
      .writeHead(status, {
        location: location.replace('SELF', headers.host ?? '').replace('PATH', url ?? ''),
      })
      .end()

const elsewhere =
  (status: number, path: string) =>
  (other: string): Listener =>
    to(status, `${other}${path}`)

/** Redirects. */
export const REDIRECTS: readonly Answer[] = [
  both(
    'a redirect to another origin',
    onKnowing(elsewhere(307, '/mcp')),
    'redirect',
    'it redirects to OTHER, which is not followed (HTTP 307)',
  ),
  both(
    'a redirect to another scheme, with a slash',
    on(to(308, 'https://SELFPATH/')),
    'redirect',
    'it redirects to TLS, which is not followed (HTTP 308)',
  ),
  both(
    'a redirect to a login elsewhere',
    onKnowing(elsewhere(302, '/oauth2/start?rd=x')),
    'login-page',
    'it redirects to OTHER, a login page (HTTP 302)',
  ),
  {
    what: 'a redirect to a login at the same origin',
    start: on((asked, answer) =>
      asked.url === '/login' ? says(200, LOGIN, HTML)(asked, answer) : to(302, '/login')(asked, answer),
    ),
    sse: ['login-page', 'HTTP 200, a login page'],
    http: ['login-page', 'it redirects to /login, a login page (HTTP 302)'],
  },
  {
    what: 'a redirect that loses the message',
    start: on((asked, answer) =>
      asked.url === '/there' ? says(404, 'No', TEXT)(asked, answer) : to(301, '/there')(asked, answer),
    ),
    sse: ['not-found', 'HTTP 404 (No)'],
    http: ['redirect', 'it redirects to /there, and a message gets lost on the way (HTTP 301)'],
  },
  both(
    'a redirect within the origin',
    on((asked, answer) =>
      asked.url === '/mcp/' ? says(421, 'No', TEXT)(asked, answer) : to(307, '/mcp/')(asked, answer),
    ),
    'host-refused',
    'HTTP 421 (No)',
  ),
  both(
    'a redirect to itself',
    on(to(307, '/mcp')),
    'redirect',
    'it redirects to /mcp, and on without end (HTTP 307)',
  ),
  both(
    'a redirect that brings a password',
    on((asked, answer) => {
      if (asked.headers.authorization !== undefined) says(403, 'No')(asked, answer)
      else if (asked.url === '/there') says(421, 'No', TEXT)(asked, answer)
      else to(307, 'http://anna:secret@SELF/there')(asked, answer)
    }),
    'host-refused',
    'HTTP 421 (No)',
  ),
  both('a redirect to nowhere', on(says(307, '')), 'redirect', 'HTTP 307, a redirect to nowhere'),
  both(
    'a redirect to what is no URL',
    on(to(302, 'http://[')),
    'redirect',
    'HTTP 302, a redirect to nowhere',
  ),
  both(
    'a redirect to another scheme than HTTP',
    on(to(302, 'file:///etc/passwd')),
    'redirect',
    'it redirects to file:, which is not followed (HTTP 302)',
  ),
]
