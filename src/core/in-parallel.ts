/** How many records are read side by side: each read makes the gateway connect to a backend. */
export const READS_AT_ONCE = 8

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
