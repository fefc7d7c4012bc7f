import { inParallel, LOOKS_AT_ONCE } from '../../core/in-parallel.ts'

/** How places are looked at, and what is said of one that is not, as its origin is dead. */
interface Looking<T, Found> {
  originOf: (value: T) => string
  look: (value: T) => Promise<Found>
  isDead: (found: Found, value: T) => boolean
  instead: (dead: Found) => Found
  onDone: (done: number) => void
  /** Truthy where nothing more may be started. */
  stopRequested?: () => unknown
}

/**
 * Looks at places, at most eight at once: first at one of each origin, then at the rest. Where an origin is dead, nobody
 * asks it again. In their order, without those that a stop came before.
 */
export async function byOrigin<T, Found>(
  values: readonly T[],
  { originOf, look, isDead, instead, onDone, stopRequested }: Looking<T, Found>,
): Promise<{ value: T; found: Found }[]> {
  const dead = new Map<string, Found>()
  const results = new Map<T, Found>()
  const visit = async (value: T): Promise<void> => {
    if (stopRequested?.()) return
    const origin = originOf(value)
    const known = dead.get(origin)
    const found = known === undefined ? await look(value) : instead(known)
    if (known === undefined && isDead(found, value)) dead.set(origin, found)
    results.set(value, found)
    onDone(results.size)
  }
  const first = [...new Map(values.toReversed().map((value) => [originOf(value), value])).values()]
  await inParallel(LOOKS_AT_ONCE, first, visit)
  await inParallel(
    LOOKS_AT_ONCE,
    values.filter((value) => !first.includes(value)),
    visit,
  )
  return values.flatMap((value) => {
    const found = results.get(value)
    return found === undefined ? [] : [{ value, found }]
  })
}
