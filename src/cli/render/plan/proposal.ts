import { AD_HOC } from '../../../core/rule/ad-hoc.ts'
import type { Migration } from '../../../core/rule/rule.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import { serversIn } from '../../../core/plan/change.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { count, printable } from '../../../core/show/text.ts'
import type { RecordedRun } from '../../../journal/fold.ts'
import type { Resumption } from '../../../runs/apply/run.ts'
import type { Proposal } from '../../../runs/job/ports.ts'
import type { Look } from '../layout.ts'
import { localTime } from '../local-time.ts'
import { gatewayTitle } from '../name.ts'
import { renderNothing } from './nothing.ts'

/** The gateway, who asks it, and how many servers the plan is about. */
const gatewayText = ({ gateway, summary }: Plan, noun: string): string =>
  printable(
    `${gatewayTitle(gateway.version, gateway.url)} (${gateway.account}): ${count(summary.servers, noun)}`,
  )

/** By which rules, and in which fields where that is not the URL alone. */
function ruleText({ id, title, rules }: Migration): string {
  const fields = [...new Set(rules.flatMap((rule) => rule.fields))]
  const where = fields.some((field) => field !== 'url') ? `, in ${fields.join(', ')}` : ''
  const many = rules.length > 1 ? ` (${rules.length} rules)` : ''
  return `${id === AD_HOC ? title : `Migration ${id}`}${many}${where}`
}

const runText = ({ id, startedAt, started }: RecordedRun): string =>
  printable(`run ${id} of ${localTime(startedAt)}, by ${started.user}`)

function reversalHeading(run: RecordedRun): string {
  const { reverts } = run.started
  return reverts === null
    ? `Taking back ${runText(run)}`
    : `Taking back ${runText(run)}, which took back ${reverts}. What ${reverts} changed is changed again.`
}

/** Why finishing a run writes nothing: all of it is done, or what is there now is somebody else's, or nobody's to tell. */
function nothingLeft(settled: Resumption['settled']): string {
  const others = serversIn(settled.filter(({ outcome }) => outcome === 'drifted' || outcome === 'unknown'))
  return others === 0
    ? `Nothing is left to write: its ${serversIn(settled) === 1 ? 'server was' : 'servers were'} reached before it was cut short.`
    : `Nothing is written: ${count(others, 'server is', 'servers are')} not as the run left ${others === 1 ? 'it' : 'them'}, and stay${others === 1 ? 's' : ''} that way.`
}

/** What stands above a plan, by what it is for, and what is said where it changes nothing. Lines are not wrapped yet. */
export function renderPurpose(
  { plan, purpose }: Proposal,
  own: CommandMaker,
  look: Look,
): { heading: string[]; nothing: string } {
  switch (purpose.kind) {
    case 'migration':
      return {
        heading: [gatewayText(plan, 'MCP server'), ...purpose.ruleSet.migrations.map(ruleText)],
        nothing: renderNothing(plan, purpose.ruleSet, own, look),
      }
    case 'revert':
      return {
        heading: [reversalHeading(purpose.run), gatewayText(plan, 'server')],
        nothing: plan.skipped.some(({ code }) => code === 'file-not-named')
          ? 'Nothing is taken back: a file that it is in was not named; see above.'
          : 'Nothing to take back: no server holds what this run wrote.',
      }
    case 'completion': {
      const { run, settled } = purpose.resumption
      return {
        heading: [`Finishing ${runText(run)}`, gatewayText(plan, 'server')],
        nothing: nothingLeft(settled),
      }
    }
    case 'over-edits':
      return {
        heading: [
          `Writing over what somebody else wrote on ${count(purpose.servers, 'server')}`,
          gatewayText(plan, 'server'),
        ],
        nothing: 'Nothing to write over: they hold our value by now.',
      }
  }
}
