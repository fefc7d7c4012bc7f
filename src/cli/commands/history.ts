import { command, inGroup, option, type OptionsOf, toggle } from '../options/declare.ts'
import type { Condition } from '../options/conditions.ts'
import { JOURNAL, NO_COLOR, VERBOSE } from '../options/groups.ts'
import { flag, usage } from '../options/usage.ts'

/** So many runs are listed on a screen. */
export const USUAL_RUNS = 20

const OPTIONS = [
  ...inGroup(
    'Journal',
    option('[RUN]', 'a run id, or the beginning of one', ({ text }) => text.optional()),
    JOURNAL,
    option(
      '--limit <N>',
      'at most so many runs',
      ({ whole }) => whole(1, 1_000_000, 'takes a number of runs, at least 1').optional(),
      { usual: String(USUAL_RUNS) },
    ),
    option('--url <URL>', 'the runs of this gateway alone', ({ text }) => text.optional()),
    toggle('--check', 'verify every line of the journal; exit 1 when something is wrong'),
  ),
  toggle('--json', 'one JSON document'),
  VERBOSE,
  NO_COLOR,
]

/** The options of `history`. */
export type HistoryOptions = OptionsOf<typeof OPTIONS>

/** One run is one run, and a check is of all that there is. */
const ONLY_IN_LIST: Condition<HistoryOptions> = (options) => {
  const name = (['limit', 'url'] as const).find((each) => options[each] !== undefined)
  if (name === undefined || (options.run === undefined && !options.check)) return
  throw usage(`${flag(name)} is for the list of runs, not for ${options.check ? flag('check') : 'one run'}`)
}

/** `history [RUN]`: the runs in the journal, or one in full; with `--check` whether it is intact. */
export const historyCommand = command({
  name: 'history',
  about: 'the runs in the journal, or one run in full',
  options: OPTIONS,
  conditions: [ONLY_IN_LIST],
  action: async (options, context) => (await import('./history/show.ts')).history(options, context),
})
