import type { ReachKind, ReachOutcome } from '../../../../core/reach/reach.ts'
import { coded } from '../shape.ts'

/** What a look at an address came to. */
export const reachOutcome = coded<ReachOutcome>('look', 'What a look at an address came to.', {
  reached: 'it works',
  'sign-in': 'it is there, and wants to know who asks',
  failed: 'it does not work',
  'not-tried': 'nobody tried, or nothing could be learned',
})

/** How an address answered, or why it did not. */
export const reachKind = coded<ReachKind>('kind', 'How an address answered, or why it did not.', {
  tools: 'it speaks MCP, and has tools',
  'no-tools': 'it speaks MCP, and has none',
  'unknown-host': 'the host is unknown',
  refused: 'nothing accepts connections there',
  unreachable: 'unknown host or refused, and nobody can tell which; or there is no way to it',
  'not-found': '404: no such named server, or a wrong path',
  'host-refused': '421: the MCP server does not accept the host name under which it was called',
  unauthorized: '401',
  forbidden: '403',
  'time-out': 'no answer in time',
  'wrong-transport': 'it answers, but not in the transport with which it is registered',
  'not-mcp': 'something answers, and it is no MCP server',
  'web-page': 'a web page',
  'login-page': 'a page to sign in',
  redirect: 'it leads on, to where clients do not follow',
  'rate-limited': '429',
  reset: 'it takes the connection, and ends it without an answer',
  'no-tls': 'an `https` URL, and plain HTTP there',
  'tls-only': 'an `http` URL, and only TLS there',
  certificate: 'its certificate is not accepted',
  'tls-failed': 'another failure of TLS',
  'server-error': 'it answers with an error of its own',
  unclear: 'LiteLLM could not use it, and says no more',
  untried: 'nobody tried, or the trial itself failed',
})
