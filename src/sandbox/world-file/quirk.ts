import { z } from 'zod'
import { SILENT_QUIRKS } from '../quirks.ts'
import { worldColumns } from './server.ts'
import { flag, headerText, milliseconds, ownHeaderName, strict, text, whole } from './values.ts'

const quirkMatch = strict({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).describe('The method of the request.'),
  path: text
    .regex(/^[/*]/, 'must begin with a slash or *')
    .describe('Its path and query, without the root path; `*` stands for anything.'),
  nth: whole(1, 1_000_000)
    .optional()
    .describe('Only that one of the requests that match, counted from 1; default: all of them.'),
})

const answer = strict({
  status: whole(200, 599).optional().describe('Answers this status …'),
  body: z.unknown().optional().describe('… with this JSON as its body; default: none …'),
  headers: z
    .record(ownHeaderName, headerText, 'must be an object')
    .optional()
    .describe('… and these headers …'),
  after: flag.optional().describe('… once it has processed the request; default `false`: instead of that …'),
  over: whole(1, 1_000_000)
    .optional()
    .describe('… only while more than so many requests that match are under way; default: always.'),
  delayMs: milliseconds.optional().describe('Waits so many milliseconds first, then goes on as usual …'),
  perRequest: flag
    .optional()
    .describe('… for each request that matches and is under way, itself included; default `false`: once.'),
  rowEdit: worldColumns
    .optional()
    .describe(
      'Processes the request, then writes these columns into the stored row that it is about, as somebody else might, before it answers.',
    ),
})

const isOneThing = ({ status, delayMs, rowEdit }: z.infer<typeof answer>): boolean =>
  [status, delayMs, rowEdit].filter((each) => each !== undefined).length === 1

const action = z.union(
  [
    z.enum(Object.keys(SILENT_QUIRKS) as (keyof typeof SILENT_QUIRKS)[]),
    answer.refine(isOneThing, 'must have one of status, delayMs and rowEdit'),
  ],
  `must be an object, or one of ${Object.keys(SILENT_QUIRKS).join(', ')}`,
)

/** A quirk in a world file: what JSON can say of `Quirk`. */
export const worldQuirk = strict({
  on: quirkMatch.describe('Which requests it meets.'),
  do: action.describe('What happens to them: an object, or the name of a quirk.'),
})
