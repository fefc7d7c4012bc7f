import type { Answer } from './answers.ts'
import type { SandboxRow } from './options.ts'
import { copyOf } from './json.ts'

/** Which request a quirk meets: method, path and query as text or pattern, and the how-manieth (from 1). */
export interface QuirkMatch {
  readonly method: string
  readonly path: string | RegExp
  /** Only that one of the matching requests; default: all of them. */
  readonly nth?: number | undefined
}

/** What the sandbox may do instead of answering a request. */
export const SILENT_QUIRKS = {
  hang: 'does not process the request, and never answers it',
  silence:
    'processes the request, and answers neither it nor anything after it until the sandbox is restarted',
  'reset-before': 'cuts the connection, and does not process the request',
  'reset-after': 'processes the request, and cuts the connection instead of answering',
} as const

/** What the sandbox does instead of, or besides, answering. */
export type QuirkAction =
  | keyof typeof SILENT_QUIRKS
  | {
      readonly status: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
      /** Process the request first. */
      readonly after?: boolean
      /** Only while more than so many requests that the quirk meets are under way; the others go on as usual. */
      readonly over?: number
    }
  /** `perRequest`: for each request that the quirk meets and that is under way, this one included. */
  | { readonly delayMs: number; readonly perRequest?: boolean }
  | { readonly alter: (body: unknown) => unknown }
  | { readonly rowEdit: (row: SandboxRow) => void }
  /** Processes the request, then does what another admin's edit does to the server of this name, before it answers. */
  | { readonly edits: { readonly server: string; readonly fields: Readonly<Record<string, unknown>> } }

/** A deviation from LiteLLM's behaviour, for tests. */
export interface Quirk {
  readonly on: QuirkMatch
  readonly do: QuirkAction
}

/** What the server lends to a quirk. */
export interface QuirkTools {
  readonly process: () => Promise<Answer>
  readonly wait: (milliseconds: number) => Promise<void>
  /** How many requests that the quirk meets are under way, this one included. */
  readonly atOnce: number
  /** From now on nothing is answered. */
  readonly hush: () => void
  /** The stored row that the request is about, if there is one. */
  readonly row: () => SandboxRow | undefined
  /** What another admin's edit does to the server of this name. */
  readonly edit: (server: string, fields: Readonly<Record<string, unknown>>) => void
}

function meets(on: QuirkMatch, method: string, path: string): boolean {
  if (on.method !== method) return false
  return typeof on.path === 'string'
    ? on.path === path
    : new RegExp(on.path, on.path.flags.replace('g', '')).test(path)
}

/** Counts requests and says which quirk, the first that fits, applies to each. */
export function quirkBook(
  quirks: readonly Quirk[],
): (method: string, path: string) => QuirkAction | undefined {
  const seen = quirks.map(() => 0)
  return (method, path) => {
    const now = quirks.flatMap((quirk, index) => {
      if (!meets(quirk.on, method, path)) return []
      seen[index] = (seen[index] ?? 0) + 1
      return quirk.on.nth === undefined || quirk.on.nth === seen[index] ? [quirk.do] : []
    })
    return now[0]
  }
}

/** Counts the requests that each quirk has to do with at once. */
export class Crowd {
  readonly #counts = new Map<QuirkAction, number>()

  /** `act` is told how many there are, its own included. */
  async join<T>(action: QuirkAction, act: (atOnce: number) => Promise<T>): Promise<T> {
    const count = (change: number): number => {
      const now = (this.#counts.get(action) ?? 0) + change
      this.#counts.set(action, now)
      return now
    }
    try {
      return await act(count(1))
    } finally {
      count(-1)
    }
  }
}

/** Answers a request the way a quirk wants; a text means: no answer, and how the connection ends. */
export async function deviate(action: QuirkAction, tools: QuirkTools): Promise<Answer | 'hang' | 'reset'> {
  if (action === 'hang') return 'hang'
  if (action === 'silence') {
    await tools.process()
    tools.hush()
    return 'hang'
  }
  if (action === 'reset-before') return 'reset'
  if (action === 'reset-after') {
    await tools.process()
    return 'reset'
  }
  if ('status' in action && tools.atOnce > (action.over ?? 0)) {
    if (action.after === true) await tools.process()
    return { status: action.status, json: action.body, ...(action.headers && { headers: action.headers }) }
  }
  if ('delayMs' in action) await tools.wait(action.delayMs * (action.perRequest === true ? tools.atOnce : 1))
  const answer = await tools.process()
  if ('alter' in action) return { ...answer, json: action.alter(copyOf(answer.json)) }
  if ('rowEdit' in action) {
    const row = tools.row()
    if (row) action.rowEdit(row)
  }
  if ('edits' in action) tools.edit(action.edits.server, action.edits.fields)
  return answer
}
