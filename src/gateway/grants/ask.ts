import { MigrateError } from '../../core/errors.ts'
import { count } from '../../core/show/text.ts'
import { routeMissing } from '../connect/account.ts'
import { type Endpoint, get, spoken } from '../http/http.ts'

/** How many requests are under way side by side: a page of keys costs LiteLLM a query for each key with grants. */
export const AT_ONCE = 4

/**
 * What one question brought. `absent`: the release has no such route. `gone`: it has, and does not know what was
 * asked for. `forbidden`: LiteLLM does not tell this account. `trouble`: nothing is known.
 */
export type Learned =
  | { kind: 'answer'; json: unknown }
  | { kind: 'absent' | 'gone' | 'forbidden' | 'trouble'; message: string }

/** Asks for a path of the gateway, in its turn. Never throws for trouble with the gateway. */
export type Ask = (path: string) => Promise<Learned>

/** Lets a fixed number through at a time, in the order in which they come. */
function turnstile(places: number): <T>(act: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = places
  return async (act) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await act()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

async function askOnce(endpoint: Endpoint, path: string, leftMs: number): Promise<Learned> {
  const timeoutSeconds = Math.min(endpoint.timeoutSeconds, leftMs / 1000)
  const answer = await get({ ...endpoint, timeoutSeconds }, path, leftMs)
  const message = spoken(answer, endpoint)
  if (routeMissing(answer)) return { kind: 'absent', message }
  if (answer.status === 404) return { kind: 'gone', message }
  if (answer.status === 403) return { kind: 'forbidden', message }
  if (answer.status !== 200) return { kind: 'trouble', message }
  if (answer.json === undefined) return { kind: 'trouble', message: 'the answer is not JSON' }
  return { kind: 'answer', json: answer.json }
}

/** A way to ask until `limitMs` are over; after that every question is answered with that, at once. */
export function askerWithin(endpoint: Endpoint, limitMs: number): Ask {
  const end = performance.now() + limitMs
  const turn = turnstile(AT_ONCE)
  const over: Learned = {
    kind: 'trouble',
    message: `the time limit of ${count(Math.ceil(limitMs / 1000), 'second')} was reached`,
  }
  return (path) =>
    turn(async () => {
      const left = end - performance.now()
      if (left <= 0) return over
      try {
        return await askOnce(endpoint, path, left)
      } catch (error) {
        if (!(error instanceof MigrateError)) throw error
        return performance.now() >= end ? over : { kind: 'trouble', message: error.message }
      }
    })
}
