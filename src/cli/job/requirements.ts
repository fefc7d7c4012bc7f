import { MigrateError } from '../../core/errors.ts'
import type { FileJournal } from '../../journal/file-journal.ts'
import { locationWarnings } from '../../journal/location.ts'
import type { Context } from '../context.ts'
import type { MainOptions } from '../commands/main.ts'
import { usage } from '../options/usage.ts'
import { warningLines } from '../render/layout.ts'

/** Refuses to write without anybody's consent. Called before anything else happens. */
export function requireConsent(options: MainOptions, { terminal }: Context): void {
  if (options.dryRun || options.yes || terminal.interactive) return
  throw new MigrateError(
    'no-terminal',
    'There is no terminal to ask in, so nothing is changed',
    'Add --yes to write without a question, or --dry-run to look first.',
  )
}

/** Throws `usage` where a `.env` file is given alone. */
export function requireConfig({
  litellmConfig,
  litellmEnv,
}: Pick<MainOptions, 'litellmConfig' | 'litellmEnv'>): void {
  if (litellmEnv.length > 0 && litellmConfig.length === 0)
    throw usage('--litellm-env needs --litellm-config, which names the variables')
}

/** Makes sure that a run could be recorded, and warns of a journal that may vanish. Nothing to do for a dry run. */
export async function requireJournal(
  journal: FileJournal,
  options: MainOptions,
  { terminal, env, look }: Context,
): Promise<void> {
  if (options.dryRun) return
  await journal.requireWritable()
  if (options.sandbox) return
  const warnings = await locationWarnings(journal.location, env)
  for (const warning of warnings) terminal.warn(look.paint('yellow', warningLines(warning, look)))
}
