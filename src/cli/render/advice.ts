import type { AppliedChange, RunReport } from '../../core/report.ts'
import { isLeftOpen, leavesSomething, mayHaveWritten, tally } from '../../core/report.ts'

/** What was read back of what is in force: of a server that of LiteLLM, of a file its text. */
function compared(changes: readonly AppliedChange[]): string[] {
  const applied = changes.filter(({ outcome }) => outcome === 'applied')
  const files = applied.filter(({ file }) => file !== null)
  return [
    files.length < applied.length
      ? 'Every field that the API shows was read back and compared; stored credentials are not visible through the API.'
      : '',
    // Otherwise what is wrong with one of them stands with it.
    files.length > 0 && files.every(({ error }) => error === null)
      ? 'Each file that was changed was read back, and holds exactly the new text.'
      : '',
  ]
}

/** What to know and to do behind a run: a sentence each. */
export function advice(report: RunReport): string[] {
  const { applied, unknown } = tally(report.changes)
  const untried = report.changes.filter(({ reason }) => reason === 'stopped').length
  if (!mayHaveWritten(report.changes)) return ['Nothing was written.']
  const inFiles = report.changes.some(({ file, wrote }) => file !== null && wrote)
  const inGateway = report.changes.some(({ file, wrote }) => file === null && wrote)
  const lost = report.changes.some(({ outcome, wrote }) => outcome === 'drifted' && wrote)
  if (!leavesSomething(report.changes)) return ['All that this run wrote was taken back.']
  return [
    lost ? 'What somebody else changed behind the write was left as it is.' : '',
    ...compared(report.changes),
    report.halted !== null && untried > 0 && !report.run?.reverts && !isLeftOpen(report)
      ? 'To go on with what was not tried, run the same command again.'
      : '',
    unknown > 0
      ? `What is unknown was recorded as such; --revert ${inGateway ? 'asks the gateway' : 'reads the file'} before it does anything.`
      : '',
    inFiles
      ? 'Next: restart LiteLLM, all its workers and replicas: it reads its files when it starts. Then run npx mcp-url-migrate verify.'
      : '',
    applied > 0 && !inFiles && report.restart === 'required'
      ? 'Next: restart LiteLLM, then run npx mcp-url-migrate verify. This release uses the new URLs only after a restart, on every worker.'
      : '',
    applied > 0 && report.restart === 'possible'
      ? 'Next: restart LiteLLM to be sure. Some releases of this range use the new URLs only after a restart.'
      : '',
  ].filter((text) => text !== '')
}
