import { existsSync } from 'node:fs'
import { lintTogether } from '../../../core/rule/file/together.ts'
import { readMigrations } from '../../../files/migrations.ts'
import type { Context } from '../../context.ts'
import { usage } from '../../options/usage.ts'
import { type Linted, lintDocument, renderLint } from '../../render/lint.ts'
import type { LintOptions } from '../lint.ts'

/** Where somebody's own migrations are looked for unless told. */
const USUAL = './migrations'

/** `lint [FILE...]`. Returns the exit code. */
export async function lint({ file: names, json }: LintOptions, { terminal, look }: Context): Promise<number> {
  if (names.length === 0 && !existsSync(USUAL))
    throw usage(`lint takes files, and there is no folder migrations here`, 'As in: lint ./my-migration.yaml')
  const files = await readMigrations(names.length === 0 ? [USUAL] : names)
  const together = lintTogether(files.flatMap(({ migration }) => migration ?? []))
  const linted: Linted = { files, together }
  if (json) terminal.document(lintDocument(linted))
  else terminal.print(renderLint(linted, look))
  const isWrong =
    files.some(({ migration }) => migration === null) || together.some(({ severity }) => severity === 'error')
  return isWrong ? 64 : 0
}
