import { codeOf, MigrateError } from '../core/errors.ts'
import { redactText } from '../core/redact.ts'

/** Why an engine did not do what it was asked, in words. */
export function reasonOf(error: unknown): string {
  const said =
    typeof error === 'object' && error !== null && 'json' in error ? messageIn(error.json) : undefined
  if (said) return redactText(said)
  if (typeof error === 'object' && error !== null && 'statusCode' in error)
    return `it answers HTTP ${String(error.statusCode)}`
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : ''
  return redactText(code === 'unknown error' ? text || code : (BY_CODE[code] ?? code))
}

const messageIn = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null && 'message' in answer && typeof answer.message === 'string'
    ? answer.message
    : undefined

const BY_CODE: Record<string, string> = {
  ENOENT: 'there is no such socket or program',
  EACCES: 'no permission to use it',
  EPERM: 'no permission to use it',
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no answer',
}

/** Did the engine say that there is no such thing? */
export const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404

/** Waits for something at most so long; `signal` tells it to give up. Rejects with a sentence behind the limit. */
export async function within<T>(limitMs: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer in ${Math.round(limitMs / 1000)} s`))
      stop.abort()
    }, limitMs)
  })
  try {
    return await Promise.race([act(stop.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

/** The error of an engine that did not do what it was asked. */
export const dockerFailed = (what: string, reason: string): MigrateError =>
  new MigrateError('docker-failed', `Docker could not ${what}: ${reason}`, null)
