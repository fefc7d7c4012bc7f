import { z } from 'zod'
import { CONSENTS } from '../core/plan/consent.ts'
import { MigrateError } from '../core/errors.ts'
import { connectionShape, requireSense } from './connection-options.ts'
import { patterns, readBy, SECONDS, texts, usage } from './option-values.ts'

/** The options of the main job, as commander leaves them; see `cli/main-command.ts` for what each means. */
const mainOptions = z.object({
  ...connectionShape,
  litellmConfig: texts,
  litellmEnv: texts,
  only: patterns,
  except: patterns,
  dryRun: z.boolean().default(false),
  revert: z.union([z.string().min(1), z.literal(true)]).optional(),
  thorough: z.boolean().default(false),
  unfinished: z.enum(['finish', 'revert'], 'takes finish or revert').optional(),
  onFailure: z.enum(['stop', 'continue', 'revert'], 'takes stop, continue or revert').default('stop'),
  canary: z.boolean().default(false),
  accept: z.array(z.enum(CONSENTS, `takes ${CONSENTS.join(' or ')}`)).default([]),
  patience: z.coerce.number(SECONDS).min(0, SECONDS).max(3600, SECONDS).optional(),
  preflight: z.boolean().default(true),
  wait: z.boolean().default(true),
  yes: z.boolean().default(false),
  exitCode: z.boolean().default(false),
  json: z.boolean().default(false),
  sandbox: z.boolean().default(false),
  quiet: z.boolean().default(false),
  verbose: z.boolean().default(false),
  color: z.boolean().default(true),
})
export type MainOptions = z.infer<typeof mainOptions>

/** Pairs that contradict each other. */
const EXCLUSIVE: readonly (readonly [keyof MainOptions, keyof MainOptions])[] = [
  ['quiet', 'verbose'],
  ['sandbox', 'url'],
  ['sandbox', 'litellmConfig'],
  ['sandbox', 'litellmEnv'],
  ['revert', 'litellmConfig'],
  ['revert', 'litellmEnv'],
  ['sandbox', 'keyFile'],
  ['sandbox', 'username'],
  ['sandbox', 'header'],
  ['sandbox', 'journal'],
  ['sandbox', 'revert'],
  ['sandbox', 'unfinished'],
  ['revert', 'canary'],
  ['revert', 'from'],
  ['revert', 'migration'],
  ['revert', 'thorough'],
]

function requireMainSense(options: MainOptions): void {
  requireSense(options, EXCLUSIVE)
  if (options.exitCode && !options.dryRun) throw usage('--exit-code goes with --dry-run')
  if (options.json && !options.yes && !options.dryRun) {
    throw new MigrateError('consent-missing', '--json never asks, so it needs --yes or --dry-run', null)
  }
}

/** Reads the raw options. Throws `usage` with a sentence that names the option. */
export function readOptions(raw: unknown): MainOptions {
  const options = readBy(mainOptions, raw)
  requireMainSense(options)
  return options
}
