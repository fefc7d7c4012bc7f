import type { Answer } from '../answers.ts'
import { crash } from '../answers.ts'
import type { Column, ColumnKind } from './columns.ts'
import type { Release } from '../release.ts'
import { bodyOf } from '../request.ts'
import { atLeast } from '../version.ts'

/** A body that LiteLLM accepts; only known keys, as sent. */
export type Accepted = Readonly<Record<string, unknown>>

interface Fault {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly input?: unknown
  readonly ctx?: Readonly<Record<string, unknown>>
}

/** What a server may have for `auth_type`, and since which release. */
export const AUTH_TYPES: readonly (readonly [name: string, since: string])[] = [
  ['none', '0.0.0'],
  ['api_key', '0.0.0'],
  ['bearer_token', '0.0.0'],
  ['basic', '0.0.0'],
  ['authorization', '0.0.0'],
  ['oauth2', '0.0.0'],
  ['aws_sigv4', '1.88.0'],
  ['token', '1.88.0'],
  ['oauth2_token_exchange', '1.88.0'],
  ['oauth2_id_jag', '1.93.3'],
  ['true_passthrough', '1.93.0'],
  ['oauth_delegate', '1.93.0'],
]

/** How LiteLLM speaks to a server. */
export const TRANSPORTS = ['sse', 'http', 'stdio']

const SECRET_TYPES = ['api_key', 'bearer_token', 'basic']

function fault(
  loc: readonly (string | number)[],
  type: string,
  msg: string,
  input: unknown,
  ctx?: Fault['ctx'],
): Fault {
  return { type, loc: ['body', ...loc], msg, input, ...(ctx && { ctx }) }
}

function answer(release: Release, faults: readonly Fault[]): Answer {
  const shown = release.verboseErrors ? faults : faults.map(({ type, loc, msg }) => ({ type, loc, msg }))
  return { status: 422, json: { detail: shown } }
}

function literal(name: string, members: readonly string[], label: string, value: unknown): Fault | undefined {
  if (members.includes(value as string)) return undefined
  const shown = members.map((member) => `<${label}.${member}: '${member}'>`)
  const expected = `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
  return fault([name], 'literal_error', `Input should be ${expected}`, value, { expected })
}

const TYPES: Readonly<
  Record<string, readonly [type: string, noun: string, fits: (value: unknown) => boolean]>
> = {
  text: ['string_type', 'string', (value) => typeof value === 'string'],
  list: ['list_type', 'list', (value) => Array.isArray(value)],
  map: [
    'dict_type',
    'dictionary',
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ],
  flag: ['bool_type', 'boolean', (value) => typeof value === 'boolean'],
  number: ['int_type', 'integer', (value) => typeof value === 'number'],
}

function faultOf(release: Release, name: string, kind: ColumnKind, value: unknown): Fault | undefined {
  if (kind === 'transport') return literal(name, TRANSPORTS, 'MCPTransport', value)
  if (kind.endsWith('?') && value === null) return undefined
  if (kind === 'auth?') {
    const members = AUTH_TYPES.filter(([, since]) => atLeast(release.version, since)).map(
      ([member]) => member,
    )
    return literal(name, members, 'MCPAuth', value)
  }
  const [type, noun, fits] = TYPES[kind.replace('?', '')] ?? ['', '', () => true]
  return fits(value) ? undefined : fault([name], type, `Input should be a valid ${noun}`, value)
}

/** The 422 for a number in the query that is larger than LiteLLM takes. */
export function tooLarge(release: Release, name: string, input: string, most: number): Answer {
  const msg = `Input should be less than or equal to ${most}`
  return answer(release, [{ type: 'less_than_equal', loc: ['query', name], msg, input, ctx: { le: most } }])
}

/** Checks that look at the body as a whole, before any field is read. */
function wholeFault(release: Release, body: Accepted, creating: boolean): string | undefined {
  const transport = body['transport']
  const specs = atLeast(release.version, '1.81.0')
  if ((transport === 'sse' || transport === 'http') && !body['url'] && !(specs && body['spec_path'])) {
    return `${specs ? 'url or spec_path' : 'url'} is required for HTTP/SSE transport`
  }
  if (transport === 'stdio') {
    if (!release.verboseErrors) {
      return 'stdio MCP servers are disabled on this proxy. Set LITELLM_ENABLE_MCP_STDIO=true on the proxy and restart to enable them'
    }
    if (!body['command']) return 'command is required for stdio transport'
    if (!Array.isArray(body['args']) || body['args'].length === 0)
      return 'args is required for stdio transport'
  }
  // Observed on 1.81.14 only; 1.106.2 takes such a server without a secret.
  const secretNeeded = creating && specs && !atLeast(release.version, '1.88.0')
  const secret = (body['credentials'] as { auth_value?: unknown } | null | undefined)?.auth_value
  if (secretNeeded && SECRET_TYPES.includes(String(body['auth_type'])) && !secret) {
    return 'auth_value is required when auth_type is api_key, bearer_token, or basic'
  }
  return undefined
}

function parsed(release: Release, text: string): Accepted | Answer {
  if (text === '') return answer(release, [fault([], 'missing', 'Field required', null)])
  const body = bodyOf(text)
  if (body === undefined) {
    const ctx = { error: 'Expecting property name enclosed in double quotes' }
    return answer(release, [fault([1], 'json_invalid', 'JSON decode error', {}, ctx)])
  }
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Accepted)
    : crash(release)
}

/** Whether {@link validate} refused the body. */
export function isAnswer(value: Accepted | Answer): value is Answer {
  return typeof value['status'] === 'number' && ('json' in value || 'text' in value)
}

/**
 * Reads a body the way pydantic reads LiteLLM's request models; the 422 as LiteLLM words it.
 * Unknown keys are dropped in silence. Observed on 1.77.7, 1.81.14 and 1.106.2.
 */
export function validate(
  release: Release,
  columns: readonly Column[],
  text: string,
  creating: boolean,
): Accepted | Answer {
  const body = parsed(release, text)
  if (isAnswer(body)) return body
  const whole = wholeFault(release, body, creating)
  if (whole !== undefined) {
    return answer(release, [fault([], 'value_error', `Value error, ${whole}`, body, { error: {} })])
  }
  const faults = columns.flatMap(({ name, kind }) => {
    const optional = creating && name === 'server_id'
    if (!(name in body)) {
      return name === 'server_id' && !creating ? [fault([name], 'missing', 'Field required', body)] : []
    }
    const found = faultOf(release, name, optional ? 'text?' : kind, body[name])
    return found ? [found] : []
  })
  if (faults.length > 0) return answer(release, faults)
  return Object.fromEntries(columns.filter(({ name }) => name in body).map(({ name }) => [name, body[name]]))
}
