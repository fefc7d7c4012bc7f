/** What is not to be had. `unavailable`: why, as a clause for a person. */
export interface Unavailable {
  unavailable: string
}

/** Is it what is not to be had? */
export const isUnavailable = (found: object): found is Unavailable => 'unavailable' in found
