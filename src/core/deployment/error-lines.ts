const LEVEL = /\b(ERROR|CRITICAL|FATAL|PANIC)\b|"level":\s*"(error|critical|fatal)"/
const EXCEPTION = /^(?=\S).*?\b\w*(Error|Exception)(Group)?\b/
const TRACEBACK = /^\s*Traceback \(most recent call last\)/

/** What two lines of the same error have in common: times, ids and the like differ. */
const likeness = (text: string): string => text.replace(/[\da-f]{2,}|\d/gi, '#').slice(0, 120)

/**
 * The last lines of a log that tell of an error, at most `limit`, oldest first; one that came again and again stands once,
 * as it came last, with how often. A traceback is told by the line that it ends with; only where that is missing by its
 * first. The code in between, which is indented, tells nothing.
 */
export function errorLines<T extends { text: string }>(
  lines: readonly T[],
  limit: number,
): (T & { times: number })[] {
  const found = lines.filter(({ text }) => LEVEL.test(text) || EXCEPTION.test(text) || TRACEBACK.test(text))
  const telling = found.filter(({ text }, i) => !TRACEBACK.test(text) || found[i + 1] === undefined)
  const distinct = new Map<string, T & { times: number }>()
  for (const line of telling) {
    const key = likeness(line.text)
    const times = (distinct.get(key)?.times ?? 0) + 1
    distinct.delete(key) // so that it stands where it came last
    distinct.set(key, { ...line, times })
  }
  return limit === 0 ? [] : [...distinct.values()].slice(-limit)
}
