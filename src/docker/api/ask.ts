import { setMaxListeners } from 'node:events'
import { codeOf } from '../../core/errors.ts'
import { orLate } from '../../core/in-time.ts'
import { redactText } from '../../core/show/redact.ts'

/** An engine that answered, and did not do what it was asked. Its message is the engine's own, or tells the status. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, answer: unknown) {
    super(messageIn(answer) || `it answers HTTP ${status}`)
    this.status = status
  }
}

const messageIn = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null && 'message' in answer && typeof answer.message === 'string'
    ? answer.message
    : undefined

/** Why an engine did not do what it was asked, in words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : ''
  if (code === 'unknown error') return redactText(text || code)
  return BY_CODE.find(([codes]) => codes.test(code))?.[1] ?? redactText(code)
}

const BY_CODE: readonly [codes: RegExp, words: string][] = [
  [/^ENOENT$/, 'there is no such socket or program'],
  [/^(EACCES|EPERM)$/, 'no permission to use it'],
  [/^ECONNREFUSED$/, 'nothing listens there'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'unknown host'],
  [/^(EHOSTUNREACH|ENETUNREACH)$/, 'there is no route to it through the network'],
  [/^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/, 'the connection was cut'],
  [/^ETIMEDOUT$/, 'no answer'],
  [/^(ERR_INVALID_URL|ERR_INVALID_ARG_VALUE|ERR_UNESCAPED_CHARACTERS)$/, 'that is not an address'],
  [/^HPE_/, 'what answers there does not speak HTTP'],
  [
    /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))$/,
    'what answers there does not speak TLS',
  ],
]

/** Did the engine say that there is no such thing? */
export const isMissing = (error: unknown): boolean => error instanceof Refusal && error.status === 404

/** Waits for something at most so long; `signal` tells it to give up. Rejects with a sentence after the limit. */
export async function inTime<T>(limitMs: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  setMaxListeners(0, stop.signal) // every request listens, and Node.js takes more than ten for a leak
  let isLate = false
  const late = (): never => {
    isLate = true
    throw new Error(`no answer in ${Math.round(limitMs / 1000)} s`)
  }
  try {
    return await orLate(limitMs, act(stop.signal), late)
  } finally {
    // What it comes to then is told to nobody.
    if (isLate) stop.abort()
  }
}
