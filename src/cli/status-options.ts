import { z } from 'zod'
import { connectionShape, deploymentShape, requireSense } from './connection-options.ts'
import { readBy, seconds, usage } from './option-values.ts'

const LINES = 'takes a number of lines, from 0 to 200'

/** The options of `status`, as commander leaves them; see `cli/status-command.ts` for what each means. */
const statusOptions = z.object({
  ...connectionShape,
  ...deploymentShape,
  logs: z.coerce.number(LINES).int(LINES).min(0, LINES).max(200, LINES).default(5),
  watch: seconds.optional(),
  diagram: z.boolean().default(false),
  format: z.enum(['text', 'mermaid', 'html'], 'takes text, mermaid or html').optional(),
  json: z.boolean().default(false),
})
export type StatusOptions = z.infer<typeof statusOptions>

/** Reads the raw options of `status`. Throws `usage` with a sentence that names the option. */
export function readStatusOptions(raw: unknown): StatusOptions {
  const options = readBy(statusOptions, raw)
  requireSense(options, [['diagram', 'json']])
  if (options.format !== undefined && !options.diagram) throw usage('--format goes with --diagram')
  if (options.watch !== undefined && options.format !== undefined && options.format !== 'text')
    throw usage('--watch shows a diagram as text only')
  return options
}
