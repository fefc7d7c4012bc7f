import { exposures } from '../../../core/deployment/topology.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { printable } from '../../../core/show/text.ts'
import { isUnavailable } from '../../../core/unavailable.ts'
import { isUnfinished } from '../../../journal/fold.ts'
import { assembleTopology } from '../../../runs/deployment/topology.ts'
import type { GatewayStatus, JournalStatus, StatusReport } from '../../../runs/status/status.ts'
import { type Look, problemLines, warningLines, wrap } from '../layout.ts'
import { gatewayTitle } from '../name.ts'
import { settling } from '../report/ways-to-end.ts'
import { numbersOf, renderNotes } from './servers.ts'
import { renderMove } from './status.ts'

/** Where the servers are, in one line of numbers. */
const resultLine = ({ identity, servers }: GatewayStatus, url: string): string =>
  `${gatewayTitle(identity.version, url)}: ${numbersOf(servers) || 'no servers'}.`

function gatewayWarnings({ moves, notes }: GatewayStatus, look: Look): string[] {
  return [
    ...moves.filter(({ took }) => took !== true).flatMap((move) => renderMove(move, look)),
    ...renderNotes(notes, look),
  ]
}

function journalWarnings({ runs, problems }: JournalStatus, look: Look, own: CommandMaker): string[] {
  const last = runs.at(-1)
  const isOpen = last !== undefined && isUnfinished(last)
  return [
    ...(isOpen ? [warningLines(`Run ${last.id} did not end, or is still running.`, look, '  ')] : []),
    ...(isOpen ? settling(last, own, look) : []),
    ...problems.map((problem) => problemLines(problem, look, '  ')),
  ]
}

/** Of `status` only the result, in one line, and what is wrong, in one line each. */
export function renderBrief(
  { url, gateway, journal, docker }: StatusReport,
  look: Look,
  own: CommandMaker,
): string {
  const open = isUnavailable(docker) ? [] : exposures(assembleTopology(docker.deployment, []))
  const result =
    'identity' in gateway
      ? wrap(printable(resultLine(gateway, url)), look.width, '  ')
      : problemLines({ ...gateway, message: `The gateway could not be asked: ${gateway.message}` }, look)
  const warnings = [
    ...('identity' in gateway ? gatewayWarnings(gateway, look) : []),
    ...journalWarnings(journal, look, own),
    ...open.map((text) => warningLines(text, look, '  ')),
  ]
  return [look.paint('bold', result), ...warnings.map((text) => look.paint('yellow', text))].join('\n')
}
