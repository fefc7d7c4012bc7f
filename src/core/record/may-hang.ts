import type { Era } from './eras.ts'
import { isSetting } from './oauth.ts'
import type { Change, Edit, Effect } from '../plan/change.ts'
import type { ServerRecord } from './server.ts'

const CODE = 'may-hang'

const isFilled = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''

/** What a field holds when LiteLLM has written these edits, and cleared what the release clears with a new URL. */
function fieldAfter(
  record: ServerRecord,
  edits: readonly Edit[],
  { wipesOAuth }: Pick<Era, 'wipesOAuth'>,
  name: string,
): unknown {
  const own = edits.find(({ field }) => field === name)
  if (own) return own.after
  const isCleared = wipesOAuth && isSetting(name) && edits.some(({ field }) => field === 'url')
  return isCleared ? null : record[name]
}

/**
 * Does LiteLLM look for sign-in settings at the server's URL before it answers this write? Where that URL is a stream, as
 * every HTTP+SSE address that lets anybody in, neither this write nor any later one is answered until the stream ends,
 * though all are written; reads are answered (1.81.14, 1.92.2 and 1.96.2, seen live).
 */
export function hangEffect(
  record: ServerRecord,
  edits: readonly Edit[],
  era: Pick<Era, 'searches' | 'wipesOAuth'>,
): Effect[] {
  const searches = era.searches.some(
    ({ types, unless }) =>
      types.includes(record.auth_type ?? '') &&
      !unless.some((name) => isFilled(fieldAfter(record, edits, era, name))),
  )
  if (!searches || !isFilled(fieldAfter(record, edits, era, 'url'))) return []
  const [when, where] = edits.some(({ field }) => field === 'url') ? ['moved', 'the new'] : ['written', 'its']
  const message = `${when} last: this release of LiteLLM may look for sign-in settings at ${where} URL during the write, and an address that streams can keep it from answering this write and all that follow`
  return [{ code: CODE, message, reversible: true }]
}

/** Is this a write that LiteLLM may never answer? */
export function mayHang({ effects }: Pick<Change, 'effects'>): boolean {
  return effects.some(({ code }) => code === CODE)
}

/** The changes in their order, but those that LiteLLM may never answer last: after such a one nothing else can be written. */
export function hangingLast<T extends Pick<Change, 'effects'>>(changes: readonly T[]): T[] {
  return changes.toSorted((a, b) => Number(mayHang(a)) - Number(mayHang(b)))
}

/** The same change on a release that does not look: it is not last for that any more. */
export function withoutHang<T extends Pick<Change, 'effects'>>(change: T): T {
  return { ...change, effects: change.effects.filter(({ code }) => code !== CODE) }
}
