import { closedOrigin } from '../free-port.ts'
import { endless, says, silent } from '../hostile.ts'
import { type Answer, both, HTML, nowhere, on, onPlain, onSocket, onTls } from './places.ts'
import { status } from './statuses.ts'

const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const
const PLAIN_AT_TLS = 'it speaks TLS, and the URL is a plain one'

/** TLS where none is expected, and the other way round. */
export const TLS: readonly Answer[] = [
  both(
    'a certificate signed by itself',
    onTls(says(404, 'No'), 'https'),
    'certificate',
    'its certificate is not trusted (it is self-signed)',
  ),
  both('a plain URL at TLS', onTls(says(404, 'No'), 'http'), 'tls-only', PLAIN_AT_TLS),
  both(
    'a version of TLS that nobody takes any more',
    onTls(says(404, 'No'), 'https', OLD),
    'tls-failed',
    'the TLS connection fails (tlsv1 alert protocol version)',
  ),
  both('an old version of TLS at a plain URL', onTls(says(404, 'No'), 'http', OLD), 'tls-only', PLAIN_AT_TLS),
  both(
    'plain HTTP at a URL of TLS',
    onPlain(says(404, 'No')),
    'no-tls',
    'it answers, but does not speak TLS',
  ),
  ...['The plain HTTP request was sent to HTTPS port', 'Client sent an HTTP request to an HTTPS server.'].map(
    (said) => status(400, 'tls-only', said, said),
  ),
]

/** Connections that come to nothing, and answers without an end. */
export const CONNECTIONS: readonly Answer[] = [
  both(
    'an unknown host',
    nowhere('http://no-such-host.invalid:8080/mcp'),
    'unknown-host',
    'the host is unknown',
  ),
  both(
    'a closed port',
    async () => ({ url: `${await closedOrigin()}/mcp`, close: () => Promise.resolve() }),
    'refused',
    'the connection is refused: nothing listens there',
  ),
  both('what is no URL', nowhere('mcp'), 'unclear', 'this is not a complete URL'),
  both('what is no HTTP URL', nowhere('stdio://x'), 'unclear', 'the URL is not one of HTTP'),
  both(
    'a connection that is reset',
    onSocket((socket) => void socket.once('data', () => socket.resetAndDestroy())),
    'reset',
    'it closes the connection without an answer',
  ),
  both(
    'a connection that is closed',
    onSocket((socket) => void socket.once('data', () => socket.destroy())),
    'reset',
    'it closes the connection without an answer',
  ),
  both(
    'a greeting of SMTP',
    onSocket((socket) => void socket.end('220 mail.example ESMTP\r\n')),
    'not-mcp',
    'it answers, but does not speak HTTP',
  ),
  { ...both('silence', on(silent), 'time-out', 'it does not answer within N s'), waits: 300 },
  {
    ...both(
      'a connection that says nothing',
      onSocket(() => {}),
      'time-out',
      'it does not answer within N s',
    ),
    waits: 300,
  },
  {
    what: 'a page without an end',
    start: on((_, answer) => {
      answer.writeHead(200, HTML).write('<title>News</title>')
    }),
    sse: ['web-page', 'HTTP 200, a web page (News)'],
    http: ['web-page', 'HTTP 200, a web page (News)'],
    waits: 2000,
  },
  {
    what: 'JSON without an end',
    start: on(endless('flood')),
    sse: ['not-mcp', 'HTTP 200 with application/json'],
    http: ['not-mcp', 'its answer has no end'],
  },
  {
    what: 'an answer that is cut off',
    start: onSocket(
      (socket) =>
        void socket.once('data', () =>
          socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"a":'),
        ),
    ),
    sse: ['not-mcp', 'HTTP 200 with application/json ({"a":)'],
    http: ['reset', 'it closes the connection without an answer'],
  },
]
