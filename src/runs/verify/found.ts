import type { Fault } from './check.ts'

/** What was found on the way: faults, and what is fine. */
export interface Found {
  faults: Fault[]
  fine: string[]
}

/** All that several looks came to. */
export const found = (...all: Found[]): Found => ({
  faults: all.flatMap(({ faults }) => faults),
  fine: all.flatMap(({ fine }) => fine),
})
/** One fault, and nothing else. */
export const fault = (line: string, hint: string | null): Found => ({ faults: [{ line, hint }], fine: [] })
/** Nothing but what is fine. */
export const fine = (...lines: string[]): Found => ({ faults: [], fine: lines })
