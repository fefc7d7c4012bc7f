import { originOf } from '../../../core/rule/address.ts'
import { type CommandMaker, ruleOptions } from '../../../core/show/own-command.ts'
import { mend } from '../../../core/show/remedy.ts'
import { count, printable } from '../../../core/show/text.ts'
import { isUnfinished } from '../../../journal/fold.ts'
import type { GatewayStatus, StatusReport } from '../../../runs/status/status.ts'
import { hintLines, type Look } from '../layout.ts'
import { targetText } from '../rules.ts'
import { type ShownState, shownState } from './servers.ts'

/** `All 7 are` or `2 of 7 are`, as a sentence begins. */
const some = (n: number, all: number): string =>
  n < all ? `${n} of ${all} ${n === 1 ? 'is' : 'are'}` : n === 1 ? 'It is' : `All ${n} are`

/** What is to be done about servers in files: a restart that a move waits for, or a move; `null` where there is nothing. */
function stepInFiles({ moves, servers }: GatewayStatus, own: CommandMaker): string | null {
  const waiting = moves.filter(({ took }) => took === false).length
  if (waiting > 0)
    return mend(
      `Restart LiteLLM, so that it uses ${count(waiting, 'URL')} moved in files. Then:`,
      own('status'),
    )
  const n = servers.filter((each) => shownState(each) === 'config').length
  if (n === 0) return null
  return mend(`${n} in config.yaml still to migrate. With --litellm-config FILE added:`, own('migrate'))
}

/** The step and the command for it; `null` where there is none, or where it has been named. */
function nextStep({ gateway, journal, ruleSet }: StatusReport, own: CommandMaker): string | null {
  const last = journal.runs.at(-1)
  // What ends it stands with it.
  if (!('identity' in gateway) || (last && isUnfinished(last))) return null
  const { servers } = gateway
  const of = (state: ShownState) => servers.filter((each) => shownState(each) === state)
  const [open, done, moved] = [of('to-migrate').length, of('migrated').length, of('moved')]
  if (open > 0) return mend(`${open} to migrate:`, own('migrate'))
  const inFiles = stepInFiles(gateway, own)
  if (inFiles !== null) return inFiles
  const place = targetText(ruleSet.rules)
  const there = place === '' ? 'migrated' : `at ${place}`
  if (done > 0) return mend(`${some(done, servers.length)} ${there}. To prove it:`, own('verify'))
  const [first] = moved
  const run = journal.runs.find(({ id }) => id === first?.movedBy)
  if (!first || !run) return null
  const byRun = moved.filter(({ movedBy }) => movedBy === run.id)
  const [origin = '', other] = new Set(byRun.map(({ url }) => originOf(url ?? '')))
  const where = `${some(byRun.length, servers.length)} ${other === undefined ? `at ${printable(origin)}` : 'moved'}`
  return mend(`${where}, by run ${run.id}. To prove it:`, own('verify', ...ruleOptions(run.started.changes)))
}

/** What to do next, with the command for it; a block, or none. */
export function renderNext(report: StatusReport, look: Look, own: CommandMaker): string[] {
  const step = nextStep(report, own)
  return step === null ? [] : [hintLines(step, look)]
}
