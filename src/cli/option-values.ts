import { z } from 'zod'
import { MigrateError } from '../core/errors.ts'

/** What is wrong with an option that should be a number of seconds. */
export const SECONDS = 'takes a number of seconds, up to 3600'
export const seconds = z.coerce.number(SECONDS).positive(SECONDS).max(3600, SECONDS)
/** A repeatable option with texts. */
export const texts = z.array(z.string().min(1)).default([])

const PATTERNS = 'takes patterns, with a comma between two'
/** A repeatable option with patterns, each value one or several: `a,b`. An empty one is a script's unset variable. */
export const patterns = z
  .array(z.string())
  .default([])
  .transform((values) => values.flatMap((value) => value.split(',').map((pattern) => pattern.trim())))
  .pipe(z.array(z.string().min(1, PATTERNS)))

/** An option's name on the command line, from its key. */
export const flag = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** Wrong usage. */
export const usage = (message: string, hint: string | null = null): MigrateError =>
  new MigrateError('usage', message, hint)

/** Reads raw options by their schema. Throws `usage` with a sentence that names the option, and not its value. */
export function readBy<T>(schema: z.ZodType<T>, raw: unknown): T {
  const options = schema.safeParse(raw)
  if (options.success) return options.data
  const issue = options.error.issues[0]
  throw usage(`${flag(String(issue?.path[0] ?? ''))}: ${issue?.message ?? 'is wrong'}`)
}

/** Throws `usage` where both options of a pair are given. */
export function requireNoClash<T extends object>(
  options: T,
  pairs: readonly (readonly [keyof T, keyof T])[],
): void {
  const isGiven = (name: keyof T): boolean => {
    const value: unknown = options[name]
    return Array.isArray(value) ? value.length > 0 : Boolean(value)
  }
  const clash = pairs.find((pair) => pair.every(isGiven))
  if (clash) throw usage(`${flag(String(clash[0]))} and ${flag(String(clash[1]))} exclude each other`)
}
