import { type AppliedChange, leavesSomething, mayHaveWritten, tally } from '../../../core/run/outcome.ts'
import { type RunReport, isLeftOpen } from '../../../core/run/report.ts'
import { type CommandMaker, ruleOptions } from '../../../core/show/own-command.ts'
import { mend } from '../../../core/show/remedy.ts'
import { wordsFor } from '../words.ts'

const COMPARED =
  'very field that the API shows was read back and compared; stored credentials are not visible through the API.'

/** What was compared of servers in LiteLLM: all of them, unless a remark that stands with one says otherwise. */
function comparedServers(changes: readonly AppliedChange[]): string {
  const written = changes.filter(
    ({ file, outcome }) => file === null && ['applied', 'unknown'].includes(outcome),
  )
  const clear = written.filter(({ outcome, error }) => outcome === 'applied' && error === null)
  if (clear.length === 0) return ''
  return clear.length === written.length ? `E${COMPARED}` : `Where nothing else is said above, e${COMPARED}`
}

/** What was read back of what is in force: of a server that of LiteLLM, of a file its text. */
function compared(changes: readonly AppliedChange[]): string[] {
  const applied = changes.filter(({ outcome }) => outcome === 'applied')
  const files = applied.filter(({ file }) => file !== null)
  return [
    comparedServers(changes),
    // Otherwise what is wrong with one of them stands with it.
    files.length > 0 && files.every(({ error }) => error === null)
      ? 'Each file that was changed was read back, and holds exactly the new text.'
      : '',
  ]
}

/** The next step where LiteLLM has to be restarted first. What was taken back is not there to be verified: `status` shows where it stands. */
function afterRestart({ reverts, changes }: RunReport, own: CommandMaker): string {
  return reverts === null ? own('verify', ...ruleOptions(changes)) : own('status')
}

/** What to know and to do after a run: a sentence each, some with a command on a line of its own. */
export function advice(report: RunReport, own: CommandMaker): string[] {
  const { applied, unknown } = tally(report.changes)
  const untried = report.changes.filter(({ reason }) => reason === 'stopped').length
  if (!mayHaveWritten(report.changes)) return ['Nothing was written.']
  const inFiles = report.changes.some(({ file, wrote }) => file !== null && wrote)
  const inGateway = report.changes.some(({ file, wrote }) => file === null && wrote)
  const lost = report.changes.some(({ outcome, wrote }) => outcome === 'drifted' && wrote)
  if (!leavesSomething(report.changes)) return [wordsFor(report).allUndone]
  return [
    lost ? 'What somebody else changed after the write was left as it is.' : '',
    ...compared(report.changes),
    report.halted !== null && untried > 0 && report.reverts === null && !isLeftOpen(report)
      ? 'To go on with what was not tried, run the same command again.'
      : '',
    unknown > 0
      ? `What is unknown was recorded as such; --revert ${inGateway ? 'asks the gateway' : 'reads the file'} before it does anything.`
      : '',
    inFiles
      ? mend(
          'Next: restart LiteLLM, all its workers and replicas: it reads its files when it starts. Then run:',
          afterRestart(report, own),
        )
      : '',
    applied > 0 && !inFiles && report.restart === 'required'
      ? mend(
          'Next: restart LiteLLM. This release uses the URLs that were written only after a restart, on every worker. Then run:',
          afterRestart(report, own),
        )
      : '',
    applied > 0 && report.restart === 'possible'
      ? 'Next: restart LiteLLM to be sure. Some releases of this range use a URL that was written only after a restart.'
      : '',
  ].filter((text) => text !== '')
}
