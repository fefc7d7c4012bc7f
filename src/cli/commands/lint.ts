import { command, inGroup, option, toggle } from '../options/declare.ts'
import type { OptionsOf } from '../options/declare.ts'
import { NO_COLOR, VERBOSE } from '../options/groups.ts'

const OPTIONS = [
  ...inGroup(
    'Which servers',
    option(
      '[FILE...]',
      'migration files, folders of them, or ids of those that ship; without any the folder migrations',
      ({ texts }) => texts,
    ),
  ),
  toggle('--json', 'one JSON document'),
  VERBOSE,
  NO_COLOR,
]

/** The options of `lint`. */
export type LintOptions = OptionsOf<typeof OPTIONS>

/** `lint [FILE...]`: what is wrong with migration files, or odd in them, and in all of them together. */
export const lintCommand = command({
  name: 'lint',
  about: 'check migration files, alone and together, and run the examples in them',
  options: OPTIONS,
  notes: [
    'Asks no gateway. Exits 0 where there are at most notes, and 64 where a file cannot be used as it is.',
    'docs/migrations.md says how such a file is written. For an editor: docs/schemas/migration-2.schema.json.',
  ],
  action: async (options, context) => (await import('./lint/lint.ts')).lint(options, context),
})
