import { LOOPBACK_TEXT } from '../../../core/rule/host-names.ts'
import { originText } from '../../../core/rule/address.ts'
import type { Migration } from '../../../core/rule/migration.ts'
import { type Plan } from '../../../core/plan/plan.ts'
import { serversIn } from '../../../core/plan/change.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { count } from '../../../core/show/text.ts'
import type { RecordedRun } from '../../../journal/fold.ts'
import type { Resumption } from '../../../runs/apply/run.ts'
import type { Proposal } from '../../../runs/job/ports.ts'
import { renderNothing } from './plan.ts'

/** Where a migration moves servers from, in words. */
function sourceText({ from: { schemes, hosts, port } }: Migration): string {
  if (hosts === 'loopback') return `localhost:${port} (also ${LOOPBACK_TEXT})`
  return schemes.flatMap((scheme) => hosts.map((host) => originText({ scheme, host, port }))).join(', ')
}

/** In which fields, where that is not the URL alone. */
const whereText = ({ fields }: Migration): string =>
  fields.some((field) => field !== 'url') ? `\nin ${fields.join(', ')}` : ''

const gatewayText = ({ gateway }: Plan): string =>
  `LiteLLM ${gateway.version ?? '(release unknown)'} at ${gateway.url}`

const migrationHeading = (migration: Migration, plan: Plan): string =>
  `Migration ${migration.id} on ${gatewayText(plan)}\nfrom ${sourceText(migration)} to ${originText(migration.to)}${whereText(migration)}`

function reversalHeading(run: RecordedRun, plan: Plan): string {
  const what = run.started.reverts === null ? 'a migration' : `which took back ${run.started.reverts}`
  const again = run.started.reverts === null ? '' : ` What ${run.started.reverts} changed is changed again.`
  return `Taking back run ${run.id} of ${run.startedAt}, ${what}, on ${gatewayText(plan)}, ${plan.gateway.account}.${again}`
}

/** Why finishing a run writes nothing: all of it is done, or what is there now is somebody else's, or nobody's to tell. */
function nothingLeft(settled: Resumption['settled']): string {
  const others = serversIn(settled.filter(({ outcome }) => outcome === 'drifted' || outcome === 'unknown'))
  return others === 0
    ? `Nothing is left to write: its ${serversIn(settled) === 1 ? 'server was' : 'servers were'} reached before it was cut short.`
    : `Nothing is written: ${count(others, 'server is', 'servers are')} not as the run left ${others === 1 ? 'it' : 'them'}, and stay${others === 1 ? 's' : ''} that way.`
}

/** What stands above a plan, by what it is for, and what is said where it changes nothing. */
export function renderPurpose(
  { plan, purpose }: Proposal,
  own: CommandMaker,
): { heading: string; nothing: string } {
  switch (purpose.kind) {
    case 'migration':
      return {
        heading: migrationHeading(purpose.migration, plan),
        nothing: renderNothing(plan, purpose.migration, own),
      }
    case 'revert':
      return {
        heading: reversalHeading(purpose.run, plan),
        nothing: plan.skipped.some(({ code }) => code === 'file-not-named')
          ? 'Nothing is taken back: a file that it is in was not named; see above.'
          : 'Nothing to take back: no server holds what this run wrote.',
      }
    case 'completion': {
      const { run, settled } = purpose.resumption
      const heading = `Finishing run ${run.id} of ${run.startedAt} on ${gatewayText(plan)}`
      return { heading, nothing: nothingLeft(settled) }
    }
    case 'over-edits':
      return {
        heading: `Writing over what somebody else wrote on ${count(purpose.servers, 'server')}`,
        nothing: 'Nothing to write over: they hold our value by now.',
      }
  }
}
