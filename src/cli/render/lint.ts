import type { Together } from '../../core/rule/file/together.ts'
import { count, printable } from '../../core/show/text.ts'
import type { MigrationAt } from '../../files/migrations.ts'
import type { LintDocument } from './documents/lint.ts'
import { type Look, wrap } from './layout.ts'

/** Migration files, and what was found in them and between them. */
export interface Linted {
  files: readonly MigrationAt[]
  together: readonly Together[]
}

const signOf = (severity: 'error' | 'note', look: Look): string =>
  severity === 'error' ? look.paint('red', '✗') : look.paint('yellow', '!')

function lines(found: { severity: 'error' | 'note'; text: string }, look: Look): string {
  const text = wrap(`    ${found.text}`, look.width, '    ')
  return `  ${signOf(found.severity, look)} ${text.slice(4)}`
}

function renderFile({ name, migration, findings }: MigrationAt, look: Look): string {
  const rules = migration ? ` (${migration.id}, ${count(migration.rules.length, 'rule')})` : ''
  const sign = findings.length === 0 ? look.paint('green', '✓') : ' '
  const head = wrap(`${sign} ${printable(name)}${rules}`, look.width, '  ')
  const found = findings.map(({ line, column, message, severity }) =>
    lines({ severity, text: `${placed(line, column)}${message}` }, look),
  )
  return [head, ...found].join('\n')
}

const placed = (line: number | null, column: number | null): string =>
  line === null ? '' : `${line}:${column ?? 1} `

/** What was found, file by file, and a line that sums it up. */
export function renderLint({ files, together }: Linted, look: Look): string {
  const all = [...files.flatMap(({ findings }) => findings), ...together]
  const errors = all.filter(({ severity }) => severity === 'error').length
  const notes = all.length - errors
  const between =
    together.length === 0
      ? []
      : [
          [
            '  Together',
            ...together.map(({ severity, message }) => lines({ severity, text: printable(message) }, look)),
          ].join('\n'),
        ]
  const sum = `${count(files.length, 'file')}: ${errors === 0 ? 'nothing wrong' : count(errors, 'error')}${notes === 0 ? '' : `, ${count(notes, 'note')}`}.`
  return [files.map((file) => renderFile(file, look)).join('\n'), ...between, sum].join('\n\n')
}

/** `mcp-url-migrate/lint/1`. */
export function lintDocument({ files, together }: Linted): LintDocument {
  return {
    schema: 'mcp-url-migrate/lint/1',
    files: files.map(({ name, migration, findings }) => ({
      file: name,
      id: migration?.id ?? null,
      rules: migration?.rules.length ?? null,
      findings,
    })),
    together: together.map(({ migration, severity, message }) => ({ migration, severity, message })),
  }
}
