const PARTS = 10

/**
 * Does something when so many milliseconds have passed in which this process was there to hear an answer. It looks ten times:
 * where it was held up meanwhile, by another process or by the machine's sleep, that counts as a tenth of the time. Returns
 * what calls it off.
 */
export function afterListening(limitMs: number, act: () => void): () => void {
  let left = PARTS
  const look = (): void => {
    left -= 1
    if (left === 0) act()
    else timer = setTimeout(look, limitMs / PARTS)
  }
  let timer = setTimeout(look, limitMs / PARTS)
  return () => clearTimeout(timer)
}

/**
 * What something comes to, or what is said in its place where it takes longer than that. What `late` throws is thrown; what was
 * waited for goes on.
 */
export async function orLate<T>(limitMs: number, found: Promise<T>, late: () => T): Promise<T> {
  let callOff = (): void => {}
  const limit = new Promise<void>((resolve) => {
    callOff = afterListening(limitMs, resolve)
  })
  return Promise.race([found, limit.then(late)]).finally(() => callOff())
}
