import { MigrateError } from '../../core/errors.ts'
import type { FileJournal } from '../../journal/file-journal.ts'
import { locationWarnings } from '../../journal/location.ts'
import type { Context } from '../context.ts'
import type { MainOptions } from '../options.ts'
import { wrap } from '../render/layout.ts'
import type { Way } from './way.ts'

/** Refuses to write without anybody's consent. Called before anything else happens. */
export function requireConsent(options: MainOptions, { terminal }: Context): void {
  if (options.dryRun || options.yes || terminal.interactive) return
  throw new MigrateError(
    'no-terminal',
    'There is no terminal to ask in, so nothing is changed',
    'Add --yes to write without a question, or --dry-run to look first.',
  )
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
  for (const warning of warnings) terminal.warn(look.paint('yellow', wrap(`! ${warning}`, look.width, '  ')))
}

/**
 * Up to 1.80 traffic follows a new URL only after a restart, so that one server tried beforehand proves nothing. Called
 * before a plan is made.
 */
export function requireCanary({ gateway, options, context }: Way): void {
  if (!options.canary || gateway.era.restart === 'no') return
  const { version } = gateway.identity
  const refusal = new MigrateError(
    'canary-impossible',
    `--canary is not possible on LiteLLM ${version ?? 'of an unknown release'}: a new URL may take effect only when LiteLLM is restarted, so a changed server cannot be tried before the rest`,
    'Leave --canary out, or move one server with --only, restart LiteLLM, and look at it.',
  )
  if (!options.dryRun) throw refusal
  context.terminal.warn(wrap(`! ${refusal.message}`, context.look.width, '  '))
}
