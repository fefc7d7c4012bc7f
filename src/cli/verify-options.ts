import { z } from 'zod'
import { connectionShape, deploymentShape, requireSense } from './connection-options.ts'
import { readBy, seconds, texts, usage } from './option-values.ts'

const PORT = 'takes a port, from 1 to 65535'

/** The options of `verify`, as commander leaves them; see `cli/verify-command.ts` for what each means. */
const verifyOptions = z.object({
  ...connectionShape,
  timeout: seconds.default(5),
  check: texts,
  watch: seconds.optional(),
  keys: z.string().min(1).optional(),
  key: texts,
  chat: z.string().min(1).optional(),
  allowPublished: z.array(z.coerce.number(PORT).int(PORT).min(1, PORT).max(65_535, PORT)).default([]),
  ...deploymentShape,
  json: z.boolean().default(false),
})
export type VerifyOptions = z.infer<typeof verifyOptions>

/** Reads the raw options of `verify`. Throws `usage` with a sentence that names the option. */
export function readVerifyOptions(raw: unknown): VerifyOptions {
  const options = readBy(verifyOptions, raw)
  requireSense(options)
  if (options.chat !== undefined && options.keys === undefined && options.key.length === 0)
    throw usage('--chat needs --keys or --key: each of those keys is tried')
  return options
}
