import type { Condition } from '../options/conditions.ts'
import { command, inGroup, option, type OptionsOf, repeatable } from '../options/declare.ts'
import { usage } from '../options/usage.ts'
import { CONNECTION, NO_COLOR, ONE_SIGN_IN, USABLE_HEADERS, VERBOSE } from '../options/groups.ts'

/** What can be begun. */
const BEGINNINGS = ['migration'] as const

const OPTIONS = [
  ...inGroup(
    'Which servers',
    option('[WHAT]', 'what to write', ({ text }) => text.optional(), { words: BEGINNINGS }),
    repeatable(
      '--move <OLD=NEW>',
      'an origin, and where its servers go; without it each one is asked for',
      ({ texts }) => texts,
    ),
    option('--out <FILE>', 'the file to write, - for standard output', ({ filled }) => filled().optional(), {
      usual: 'the id of the migration, in this folder',
    }),
  ),
  ...CONNECTION,
  VERBOSE,
  NO_COLOR,
]

/** The options of `init`. */
export type InitOptions = OptionsOf<typeof OPTIONS>

const KNOWN_BEGINNING: Condition<Pick<InitOptions, 'what'>> = ({ what }) => {
  if (what !== BEGINNINGS[0]) throw usage(`init takes ${BEGINNINGS[0]}`, 'Try init --help.')
}

/** `init migration`: a migration file for the servers that a gateway has. */
export const initCommand = command({
  name: 'init',
  about: 'write a migration file from the servers that the gateway has, by asking where each address goes',
  options: OPTIONS,
  notes: [
    'init migration reads the gateway and writes one new file, with examples from the real URLs; those that may hold a secret are left out.',
  ],
  conditions: [KNOWN_BEGINNING, ONE_SIGN_IN, USABLE_HEADERS],
  action: async (options, context) => (await import('./init/migration.ts')).initMigration(options, context),
})
