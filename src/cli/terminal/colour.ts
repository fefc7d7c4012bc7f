import { styleText } from 'node:util'

/** A text in a style, where colours are wanted. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

/** The brush for standard output. */
export function painter(colour: boolean): Paint {
  return (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text)
}

/**
 * Are colours wanted on a stream? Not with `--no-color`, NO_COLOR or a dumb terminal; with FORCE_COLOR in any
 * case. Sets FORCE_COLOR=0 where they are not, for the libraries that look at nothing else.
 */
export function decideColour(wanted: boolean, stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const refused = !wanted || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb' || env['FORCE_COLOR'] === '0'
  if (refused) env['FORCE_COLOR'] = '0'
  return !refused && (forced || stream.isTTY === true)
}
