import { flag, usage } from './usage.ts'

/** What options have to fulfil together. Throws where they do not: most often `usage`. */
export type Condition<Options> = (options: Options) => void | Promise<void>

const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))

/** An option that contradicts each of the others. */
export function excludes<Name extends string>(
  name: Name,
  ...others: readonly Name[]
): Condition<Record<Name, unknown>> {
  return (options) => {
    const other = others.find((each) => isGiven(options[name]) && isGiven(options[each]))
    if (other !== undefined) throw usage(`${flag(name)} and ${flag(other)} exclude each other`)
  }
}

/** Two options of which neither says anything alone, not even an empty text. */
export function together<Name extends string>(one: Name, other: Name): Condition<Record<Name, unknown>> {
  return (options) => {
    if ((options[one] === undefined) !== (options[other] === undefined))
      throw usage(`${flag(one)} and ${flag(other)} go together`)
  }
}

/** An option that says nothing without one of the others. `why`: what is added to the sentence. */
export function needs<Name extends string>(
  name: Name,
  others: readonly Name[],
  why = '',
): Condition<Record<Name, unknown>> {
  return (options) => {
    if (isGiven(options[name]) && !others.some((each) => isGiven(options[each])))
      throw usage(`${flag(name)} goes with ${others.map(flag).join(' or ')}${why}`)
  }
}
