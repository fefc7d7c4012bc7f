import type { ConnectionOptions } from '../options/groups.ts'
import { KEY_VARIABLES, PASSWORD_VARIABLE } from './credentials.ts'
import { readHeaderOptions } from '../options/header-option.ts'

/**
 * The variables of the environment that hold secrets for this program, which no other that it starts has to know.
 * `keys`: those of the keys that `verify` tries.
 */
export function secretVariables(
  { header, keyHeader }: Pick<ConnectionOptions, 'header' | 'keyHeader'>,
  keys: readonly string[] = [],
): string[] {
  const headers = readHeaderOptions(header, keyHeader).map(({ variable }) => variable)
  return [...KEY_VARIABLES, PASSWORD_VARIABLE, ...headers, ...keys]
}
