import { MigrateError } from '../../core/errors.ts'

/** An option's name on the command line, from its key. */
export const flag = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** Wrong usage. */
export const usage = (message: string, hint: string | null = null): MigrateError =>
  new MigrateError('usage', message, hint)
