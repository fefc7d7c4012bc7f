import { z } from 'zod'
import { connectionShape } from './connection-options.ts'
import { readBy, requireNoClash, seconds, texts, usage } from './option-values.ts'

const PORT = 'takes a port, from 1 to 65535'

/** The options of `verify`, as commander leaves them; see `cli/verify-command.ts` for what each means. */
const verifyOptions = z.object({
  ...connectionShape,
  timeout: seconds.default(5),
  migration: texts,
  from: z.string().optional(),
  to: z.string().optional(),
  journal: z.string().min(1).optional(),
  check: texts,
  watch: seconds.optional(),
  keys: z.string().min(1).optional(),
  key: texts,
  chat: z.string().min(1).optional(),
  allowPublished: z.array(z.coerce.number(PORT).int(PORT).min(1, PORT).max(65_535, PORT)).default([]),
  litellmContainer: z.string().min(1).optional(),
  proxyContainer: z.string().min(1).optional(),
  network: z.string().min(1).optional(),
  json: z.boolean().default(false),
})
export type VerifyOptions = z.infer<typeof verifyOptions>

/** Reads the raw options of `verify`. Throws `usage` with a sentence that names the option. */
export function readVerifyOptions(raw: unknown): VerifyOptions {
  const options = readBy(verifyOptions, raw)
  requireNoClash(options, [
    ['keyFile', 'username'],
    ['keyFile', 'passwordFile'],
    ['migration', 'from'],
  ])
  if ((options.from === undefined) !== (options.to === undefined)) throw usage('--from and --to go together')
  if (options.migration.length > 1) throw usage('--migration: one at a time, for now')
  if (options.chat !== undefined && options.keys === undefined && options.key.length === 0)
    throw usage('--chat goes with --keys or --key: it is each of those keys that is tried')
  return options
}
