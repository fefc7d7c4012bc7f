import { isNested } from '../../../core/config/nested/pointer.ts'
import { optionsToRevert } from '../../../core/plan/back/options.ts'
import {
  type AppliedChange,
  isWithheld,
  leavesSomething,
  mayHaveWritten,
  tally,
} from '../../../core/run/outcome.ts'
import { brokenChanges, type Halt, type RunReport, isLeftOpen, isSignal } from '../../../core/run/report.ts'
import { type CommandMaker, ruleOptions } from '../../../core/show/own-command.ts'
import { mend } from '../../../core/show/remedy.ts'
import { wordsFor } from '../words.ts'

const COMPARED = 'very field that the API shows was compared again; it hides credentials.'

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
export function compared({ changes }: RunReport): string[] {
  const applied = changes.filter(({ outcome }) => outcome === 'applied')
  const files = applied.filter(({ file }) => file !== null)
  return [
    comparedServers(changes),
    // Otherwise what is wrong with one of them stands with it.
    files.length > 0 && files.every(({ error }) => error === null)
      ? 'Each file that was changed was read back, and holds exactly the new text.'
      : '',
  ].filter((text) => text !== '')
}

const RESTART = {
  nested:
    'Next: apply the file where it is used (kubectl apply, helm upgrade, docker compose up), and restart LiteLLM, all its workers and replicas: it reads its files when it starts.',
  files: 'Next: restart LiteLLM, all its workers and replicas: it reads its files when it starts.',
  required:
    'Next: restart LiteLLM. This release uses the URLs that were written only after a restart, on every worker.',
  possible:
    'Next: restart LiteLLM to be sure. Some releases of this range use a URL that was written only after a restart.',
  no: null,
} as const

/** That LiteLLM has to be restarted; `null` where it has not. */
function restart({ changes, restart: needed }: RunReport): string | null {
  const files = changes.flatMap(({ file, wrote }) => (file !== null && wrote ? file.path : []))
  if (files.length > 0) return files.some(isNested) ? RESTART.nested : RESTART.files
  return tally(changes).applied > 0 ? RESTART[needed] : null
}

/** What shows that all is well. What was taken back is not there to be verified: `status` shows where it stands. */
const proof = ({ reverts, changes }: RunReport, own: CommandMaker): string =>
  reverts === null ? own('verify', ...ruleOptions(changes)) : own('status')

/** Where these stopped a run, somebody has to look at it first. */
const LOOK_FIRST: readonly Halt[] = ['security', 'collateral', 'journal', 'internal']

function goOn({ reverts, changes, halted }: RunReport, own: CommandMaker): string {
  const when = isSignal(halted)
    ? ''
    : halted === 'unanswered'
      ? ' when LiteLLM answers again,'
      : ' when what failed is mended,'
  return mend(
    `Next,${when} go on with the rest:`,
    reverts === null
      ? own('migrate', ...ruleOptions(changes))
      : own('revert', reverts, ...optionsToRevert(changes, null)),
  )
}

/** What a person has to know of a run, and to do: a sentence each, some with a command on a line of its own. */
export function needed(report: RunReport, own: CommandMaker | null): string[] {
  const { changes } = report
  if (!mayHaveWritten(changes)) return []
  if (!leavesSomething(changes)) return [wordsFor(report).allUndone]
  const inGateway = changes.some(({ file, wrote }) => file === null && wrote)
  const toRestart = restart(report)
  return [
    changes.some(({ outcome, wrote }) => outcome === 'drifted' && wrote)
      ? 'What somebody else changed after the write was left as it is.'
      : '',
    tally(changes).unknown > 0
      ? `What is unknown was recorded as such; --revert ${inGateway ? 'asks the gateway' : 'reads the file'} before it does anything.`
      : '',
    toRestart === null || own === null
      ? (toRestart ?? '')
      : mend(`${toRestart} Then run:`, proof(report, own)),
  ].filter((text) => text !== '')
}

/** The steps after a run, each with its command, but for what `needed` says; none where somebody has to look at it first. */
export function next(report: RunReport, own: CommandMaker): string[] {
  const { changes, reverts, halted } = report
  if (isLeftOpen(report) || LOOK_FIRST.includes(halted)) return []
  const tried = changes.filter((change) => !isWithheld(change))
  const { applied, failed, reverted, 'not-applied': untried } = tally(tried)
  if (failed + reverted + untried > 0) return [goOn(report, own)]
  if (applied === 0 || restart(report) !== null) return []
  if (reverts !== null) return [mend('Next, see where the servers are now:', proof(report, own))]
  return brokenChanges(report).length > 0
    ? [mend('Next, when what does not work is mended, prove it:', proof(report, own))]
    : [mend('Next, prove that the old addresses are closed and the new ones work:', proof(report, own))]
}
