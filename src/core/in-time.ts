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
