import { command, option, type OptionsOf, toggle } from '../options/declare.ts'
import { journal, VERBOSE } from '../options/groups.ts'

const OPTIONS = [
  option('[RUN]', 'a run id, or the beginning of one', ({ text }) => text.optional()),
  journal('where the journal lives'),
  option('--limit <N>', 'at most so many runs (default 20)', ({ whole }) =>
    whole(1, 1_000_000, 'takes a number of runs, at least 1').optional(),
  ),
  option('--url <URL>', 'the runs of this gateway alone', ({ text }) => text.optional()),
  toggle('--check', 'verify every line of the journal; exit 1 when something is wrong'),
  toggle('--json', 'one JSON document'),
  VERBOSE,
  toggle('--no-color', 'no colours'),
]

/** The options of `history`. */
export type HistoryOptions = OptionsOf<typeof OPTIONS>

/** `history [RUN]`: the runs in the journal, or one in full; with `--check` whether it is intact. */
export const historyCommand = command({
  name: 'history',
  about: 'the runs in the journal, or one run in full',
  options: OPTIONS,
  action: async (options, context) => (await import('./history/show.ts')).history(options, context),
})
