const LEVEL = /\b(ERROR|CRITICAL|FATAL|PANIC)\b|"level":\s*"(error|critical|fatal)"/
const EXCEPTION = /^(?=\S).*?\b\w*(Error|Exception)(Group)?\b/
const TRACEBACK = /^\s*Traceback \(most recent call last\)/

/**
 * The last lines of a log that tell of an error, at most `limit`, oldest first. A traceback is told by the line that it
 * ends with; only where that is missing by its first. The code in between, which is indented, tells nothing.
 */
export function errorLines<T extends { text: string }>(lines: readonly T[], limit: number): T[] {
  const found = lines.filter(({ text }) => LEVEL.test(text) || EXCEPTION.test(text) || TRACEBACK.test(text))
  const telling = found.filter(({ text }, i) => !TRACEBACK.test(text) || found[i + 1] === undefined)
  return limit === 0 ? [] : telling.slice(-limit)
}
