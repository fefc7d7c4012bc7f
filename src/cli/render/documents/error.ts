import type { z } from 'zod'
import { errorCode } from './codes/errors.ts'
import { document, text } from './shape.ts'

/** `error/1`: why there is no other document. */
export const errorSchema = document('error/1', {
  code: errorCode.describe('What went wrong.'),
  message: text.describe('The same in a sentence, which stands on standard error, too.'),
  hint: text.nullable().describe('What to do about it, `null` where nothing is known.'),
})

/** What is printed where no plan could be made, or nobody could be asked. */
export type ErrorDocument = z.infer<typeof errorSchema>
