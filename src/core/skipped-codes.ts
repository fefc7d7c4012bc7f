/** Why a server is left alone, for scripts. Stable; `help --all` lists them, which loads no schemas: hence this file. */
export const SKIPPED_CODES = [
  'config-defined',
  'file-not-named',
  'unreadable',
  'absent',
  'wrong-id',
  'near-miss',
  'user-info',
  'env-reference',
  'malformed',
  'name-rule',
  'drifted',
] as const
