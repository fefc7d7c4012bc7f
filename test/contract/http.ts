/** A gateway under test, real or sandbox, while it runs. */
export interface Target {
  readonly url: string
  readonly masterKey: string
  readonly username: string
  readonly password: string
}

/** What a request may carry. */
export interface Sending {
  /** Bearer key; `null` sends none; default: the master key. */
  readonly key?: string | null
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  /** A body as it is. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer, its JSON read where it is JSON. */
export interface Received {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

function bodyOf({ json, form, text }: Sending): { body?: string; type?: string } {
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' }
  if (form) return { body: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' }
  return text === undefined ? {} : { body: text, type: 'application/json' }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** One plain HTTP exchange, redirects not followed. */
export async function ask(
  target: Target,
  method: string,
  path: string,
  sending: Sending = {},
): Promise<Received> {
  const { body, type } = bodyOf(sending)
  const key = sending.key === undefined ? target.masterKey : sending.key
  const response = await fetch(target.url + path, {
    method,
    redirect: 'manual',
    ...(body !== undefined && { body }),
    headers: {
      ...(type !== undefined && { 'content-type': type }),
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...sending.headers,
    },
  })
  return { status: response.status, body: read(await response.text()), headers: response.headers }
}

/** Values by the release since which they hold; the latest that applies counts. */
export type Since<T> = readonly (readonly [since: string, value: T])[]

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10))
}

/** Whether `version` is `since` or later. */
export function isSince(version: string, since: string): boolean {
  const [mine, theirs] = [numbers(version), numbers(since)]
  for (const [index, part] of theirs.entries()) {
    const own = mine[index] ?? 0
    if (own !== part) return own > part
  }
  return true
}

/** The value that holds for a release. Throws when none does. */
export function at<T>(version: string, values: Since<T>): T {
  const holding = values.filter(([since]) => isSince(version, since)).at(-1)
  if (!holding) throw new Error(`no expectation for LiteLLM ${version}`)
  return holding[1]
}

/** All that holds for a release, later entries over earlier ones. */
export function merged(
  version: string,
  values: Since<Readonly<Record<string, unknown>>>,
): Record<string, unknown> {
  return Object.assign({}, ...values.filter(([since]) => isSince(version, since)).map(([, value]) => value))
}
