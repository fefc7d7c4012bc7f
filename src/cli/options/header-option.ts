import { maskUrl } from '../../core/show/redact.ts'
import { OWN_KEY_HEADER } from '../../gateway/http/front-hints.ts'
import type { ExtraHeaders } from '../../gateway/http/extra-headers.ts'
import { usage } from './usage.ts'

/** A name that HTTP takes for a header. */
export const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/

/** What HTTP needs for itself, or this program has set: another value breaks the question or changes the answer. */
const OF_HTTP =
  /^(host|connection|proxy-connection|keep-alive|upgrade|te|trailer|expect|__proto__|http2-settings|range|if-.*|accept|accept-encoding|content-.*|transfer-encoding)$/

const EXAMPLE =
  'As in --header CF-Access-Client-Secret=CF_SECRET, where the variable CF_SECRET holds the value.'

interface Header {
  /** As it was given. */
  name: string
  variable: string
}

function split(text: string): Header {
  const [, name = '', variable = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (!HEADER_NAME.test(name))
    throw usage('--header takes NAME=ENV, NAME being the name of a header', EXAMPLE)
  if (variable === '') throw usage(`--header ${name} names no variable`, EXAMPLE)
  if (!/^[A-Za-z_]\w*$/.test(variable))
    throw usage(
      `--header ${name} takes the name of a variable; what stands there looks like the value itself`,
      EXAMPLE,
    )
  return { name, variable }
}

/** Throws `usage` for a header that is not for something before LiteLLM. */
function requireFree({ name }: Header, keyHeader: string | undefined): void {
  const lower = name.toLowerCase()
  if (OF_HTTP.test(lower)) throw usage(`--header ${name}: this header is set by the program itself`)
  if (keyHeader === undefined && lower === 'authorization')
    throw usage(
      `--header ${name} needs --key-header, as the key goes into that header`,
      `--key-header ${OWN_KEY_HEADER} works wherever litellm_key_header_name is not set.`,
    )
  if (lower === keyHeader?.toLowerCase())
    throw usage(`--header ${name} is the header for the key (--key-header)`)
  if (lower === OWN_KEY_HEADER)
    throw usage(`--header ${name}: LiteLLM reads the key from it`, `Name it with --key-header ${name}.`)
}

/** What `--header` says, split. Throws `usage`, and never with what may be a value in the wrong place. */
export function readHeaderOptions(texts: readonly string[], keyHeader: string | undefined): Header[] {
  const headers = texts.map(split)
  for (const header of headers) requireFree(header, keyHeader)
  const names = headers.map(({ name }) => name.toLowerCase())
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw usage(`--header ${twice} is given twice`)
  return headers
}

function valueOf({ name, variable }: Header, env: NodeJS.ProcessEnv): string {
  const value = env[variable]?.trim() ?? ''
  // What is no variable's name by the custom may be the value itself.
  const isPlain = /^[A-Z_][A-Z\d_]{0,63}$/.test(variable) && maskUrl(variable) === variable
  const shown = isPlain ? variable : 'that was named'
  if (value === '')
    throw usage(`The variable ${shown} holds no value for --header ${name}`, 'Export it, and try again.')
  if (!/^[\t\u0020-\u007e\u00a0-\u00ff]+$/.test(value))
    throw usage(
      `The variable ${shown} holds characters that no header may have`,
      'It should be one line, of ASCII or Latin-1.',
    )
  return value
}

/** The headers of `--header` with their values. Throws `usage`, which holds none of the values. */
export function headersFor(
  { header, keyHeader }: { header: readonly string[]; keyHeader?: string | undefined },
  env: NodeJS.ProcessEnv,
): ExtraHeaders {
  const headers = readHeaderOptions(header, keyHeader)
  return Object.fromEntries(headers.map((each) => [each.name.toLowerCase(), valueOf(each, env)]))
}
