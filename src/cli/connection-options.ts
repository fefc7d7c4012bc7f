import { z } from 'zod'
import type { DeploymentNames } from '../runs/deployment/deployment.ts'
import { HEADER_NAME, readHeaderOptions } from './connect/header-option.ts'
import { requireNoClash, seconds, texts, usage } from './option-values.ts'

/** The options that say which gateway, as whom, by which rule and with which journal: the same for every command that asks one. */
export const connectionShape = {
  url: z.string().optional(),
  keyFile: z.string().optional(),
  username: z.string().min(1).optional(),
  passwordFile: z.string().optional(),
  keyHeader: z.string().regex(HEADER_NAME, 'is not the name of a header').optional(),
  header: texts,
  timeout: seconds.default(35),
  migration: texts,
  from: z.string().optional(),
  to: z.string().optional(),
  journal: z.string().min(1).optional(),
}
export type ConnectionOptions = z.infer<z.ZodObject<typeof connectionShape>>

type Pair<T> = readonly [keyof T, keyof T]

/** Throws `usage` where these options contradict each other, or two of a pair of the command's own do. */
export function requireSense<T extends ConnectionOptions>(options: T, pairs: readonly Pair<T>[] = []): void {
  requireNoClash(options, [
    ['keyFile', 'username'],
    ['keyFile', 'passwordFile'],
    ...pairs,
    ['migration', 'from'],
  ])
  if ((options.from === undefined) !== (options.to === undefined)) throw usage('--from and --to go together')
  readHeaderOptions(options.header, options.keyHeader)
  if (options.migration.length > 1) throw usage('--migration: one at a time, for now')
}

/** The options that name the parts of the deployment, for the commands that look at it through Docker. */
export const deploymentShape = {
  litellmContainer: z.string().min(1).optional(),
  proxyContainer: z.string().min(1).optional(),
  network: z.string().min(1).optional(),
}

/** The names that were given, `null` for those that are to be found. */
export function deploymentNames(options: z.infer<z.ZodObject<typeof deploymentShape>>): DeploymentNames {
  return {
    litellm: options.litellmContainer ?? null,
    proxy: options.proxyContainer ?? null,
    network: options.network ?? null,
  }
}
