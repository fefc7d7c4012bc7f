/** A place in a YAML file that is not LiteLLM's, such as a ConfigMap, whose text is one: `FILE#/data/config.yaml`. */
export interface Nested {
  /** The file. */
  path: string
  /** A JSON pointer (RFC 6901) into it. */
  pointer: string
}

/** The file and the pointer that a path names; `null` where it names a file alone. */
export function nestedIn(path: string): Nested | null {
  const at = path.indexOf('#/')
  return at < 1 ? null : { path: path.slice(0, at), pointer: path.slice(at + 1) }
}

/** Does a path lead into a file that is not LiteLLM's own? */
export const isNested = (path: string): boolean => nestedIn(path) !== null

/** The file that a path leads to. */
export const fileOf = (path: string): string => nestedIn(path)?.path ?? path

/** The same place as one text. */
export const nestedPath = ({ path, pointer }: Nested): string => `${path}#${pointer}`

/** The steps of a JSON pointer. */
export const pointerSteps = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The JSON pointer of some steps. */
export const pointerOf = (steps: readonly (string | number)[]): string =>
  steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
