import { AsyncLocalStorage } from 'node:async_hooks'

/** A place where a program may die, or where the world may change: `before GET`, `after append`. */
export type Boundary = `${'before' | 'after'} ${string}`

/** What is to happen at the boundaries of one invocation. */
interface Fate {
  /** Boundaries that are still to be passed before it dies; never reached where it is infinite. */
  left: number
  /** Called at each boundary, before anything dies there. */
  pass: (boundary: Boundary) => void
  died: () => void
  /** What the system would do for a dead process, such as closing its files. */
  readonly lastRites: (() => Promise<void>)[]
}

const fates = new AsyncLocalStorage<Fate>()

/**
 * To be awaited at each boundary. Where the program dies, this never returns: nothing of the invocation behind it
 * runs any more, as after a SIGKILL, and what was sent or written before stays.
 */
export async function boundary(name: Boundary): Promise<void> {
  const fate = fates.getStore()
  if (!fate) return
  if (fate.left > 0) fate.pass(name)
  fate.left -= 1
  if (fate.left > 0) return
  if (fate.left === 0) fate.died()
  await new Promise(() => {})
}

/** Has something done when the invocation under way dies. */
export function onDeath(act: () => Promise<void>): void {
  fates.getStore()?.lastRites.push(act)
}

/** Runs an invocation that dies at its boundary number `at`, counted from 1, if it gets so far. `null`: it died. */
export function dying<T>(
  at: number,
  pass: (boundary: Boundary) => void,
  invoke: () => Promise<T>,
): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const lastRites: Fate['lastRites'] = []
    const died = (): void => {
      void Promise.all(lastRites.map((act) => act())).then(() => resolve(null), reject)
    }
    fates.run({ left: at, pass, died, lastRites }, () => {
      invoke().then(resolve, reject)
    })
  })
}
