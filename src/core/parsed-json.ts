/** Deeper than anything that LiteLLM can answer (pydantic stops at 255), and little enough for whatever walks through it. */
export const DEEPEST = 500

/** Is a value nested no deeper than so many levels? */
function isWithin(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isWithin(levels - 1, member))
}

/** What a text holds as JSON, `undefined` where it is none, or is nested deeper than 500 levels. */
export function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return text.length < 2 * DEEPEST || isWithin(DEEPEST, value) ? value : undefined
  } catch {
    return undefined
  }
}
