/** How many records may be asked for side by side. How many of them a gateway really gets at once is its own matter. */
export const READS_AT_ONCE = 64

/** How many servers are looked at side by side, where each look may take several requests and a process in a container. */
export const LOOKS_AT_ONCE = 8

/** Does something for each value, at most `limit` at a time, in order of their beginning. */
export async function inParallel<T>(
  limit: number,
  values: readonly T[],
  act: (value: T) => Promise<void>,
): Promise<void> {
  const rest = values.values()
  const worker = async (): Promise<void> => {
    for (const value of rest) await act(value)
  }
  await Promise.all(Array.from({ length: Math.min(limit, values.length) }, worker))
}
