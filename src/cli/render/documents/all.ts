import type { z } from 'zod'
import { errorSchema } from './error.ts'
import { historySchema } from './history.ts'
import { lintSchema } from './lint.ts'
import { planSchema } from './plan.ts'
import { runSchema } from './run.ts'
import { statusSchema } from './status.ts'
import { verifySchema } from './verify.ts'

/** A document, and what prints it. */
interface DocumentOf {
  /** Its name, as in `mcp-url-migrate/NAME/1`. */
  name: string
  /** The commands that print it. */
  by: readonly string[]
  /** What it tells. */
  about: string
  schema: z.ZodObject
}

/** Every JSON document that the program prints. */
export const DOCUMENTS: readonly DocumentOf[] = [
  {
    name: 'plan',
    by: ['--dry-run --json', '--revert --dry-run --json'],
    about: 'What a run would do.',
    schema: planSchema,
  },
  {
    name: 'run',
    by: ['--yes --json', '--revert --yes --json', '--unfinished finish --yes --json'],
    about: 'A run, and all that came of it.',
    schema: runSchema,
  },
  {
    name: 'history',
    by: ['history --json', 'history RUN --json', 'history --check --json'],
    about: 'The runs in the journal.',
    schema: historySchema,
  },
  {
    name: 'status',
    by: ['status --json'],
    about: 'Where everything stands at one moment.',
    schema: statusSchema,
  },
  {
    name: 'verify',
    by: ['verify --json'],
    about: 'What each check found.',
    schema: verifySchema,
  },
  {
    name: 'lint',
    by: ['lint --json'],
    about: 'What is wrong with migration files, or odd in them.',
    schema: lintSchema,
  },
  {
    name: 'error',
    by: [],
    about: 'Why there is no other document.',
    schema: errorSchema,
  },
]
