import { type CheckResult, tallyChecks } from '../../core/verify/check.ts'
import type { VerifyDocument } from './documents/verify.ts'
import { count, printable } from '../../core/show/text.ts'
import type { VerifyReport } from '../../runs/verify/run-checks.ts'
import { hintLines, type Look, wrap } from './layout.ts'

/** `mcp-url-migrate/verify/1` */
export function verifyDocument({ gateway, checks }: VerifyReport): VerifyDocument {
  return { schema: 'mcp-url-migrate/verify/1', gateway, checks, summary: tallyChecks(checks) }
}

const MARKS = { pass: ['✓', 'green'], fail: ['✗', 'red'], skip: ['–', 'dim'] } as const

function renderCheck({ id, title, outcome, evidence, hint }: CheckResult, look: Look): string {
  const [mark, colour] = MARKS[outcome]
  const lines = evidence.map((line) =>
    line.startsWith('  ')
      ? hintLines(line, look, '    ')
      : wrap(`    ${printable(line)}`, look.width, '      '),
  )
  return [
    wrap(
      `${look.paint(colour, mark)} ${look.paint(outcome === 'fail' ? ['red', 'bold'] : 'bold', title)} ${look.paint('dim', `(${id})`)}`,
      look.width,
      '  ',
    ),
    ...(outcome === 'fail' ? lines : lines.map((line) => look.paint('dim', line))),
    ...(hint === null ? [] : [hintLines(hint, look, '    ')]),
  ].join('\n')
}

/** All checks, and the numbers; `quiet`: of the checks those that fail. */
export function renderVerify({ gateway, checks }: VerifyReport, look: Look, quiet: boolean): string {
  const { pass, fail, skip } = tallyChecks(checks)
  const numbers = `${count(checks.length, 'check')}: ${pass} passed, ${fail} failed, ${skip} skipped`
  const release = gateway.version === null ? '' : `LiteLLM ${gateway.version} at `
  const shown = quiet ? checks.filter(({ outcome }) => outcome === 'fail') : checks
  return [
    ...(quiet ? [] : [wrap(`${release}${printable(gateway.url)}`, look.width)]),
    ...shown.map((check) => renderCheck(check, look)),
    look.paint(fail > 0 ? ['red', 'bold'] : ['green', 'bold'], wrap(numbers, look.width, '  ')),
  ].join('\n')
}
