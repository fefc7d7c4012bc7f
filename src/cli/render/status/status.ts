import type { CommandMaker } from '../../../core/show/own-command.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { printable } from '../../../core/show/text.ts'
import { serversIn } from '../../../core/plan/change.ts'
import { type RecordedRun, tallyRecorded } from '../../../journal/fold.ts'
import type { HeldBy } from '../../../core/config/move/configured.ts'
import type { ConfiguredMove } from '../../../runs/status/configured-moves.ts'
import type { GatewayStatus, JournalStatus, Problem, StatusReport } from '../../../runs/status/status.ts'
import { columnsOf, hintLines, type Look, problemLines, wrap } from '../layout.ts'
import { localTime } from '../local-time.ts'
import { gatewayTitle } from '../name.ts'
import { ruleSetText } from '../rules.ts'
import { settling } from '../report/ways-to-end.ts'
import type { StatusLook } from './containers.ts'
import { renderDocker } from './docker.ts'
import { renderNext } from './next.ts'
import { renderServers } from './servers.ts'
import { wordsFor } from '../words.ts'

const heldText = ({ holders, complete }: HeldBy): string =>
  `${holders.length === 0 ? 'nobody' : holders.map(printable).join(', ')}${complete ? '' : ' (perhaps more: not all could be asked)'}`

/** A move in a file, and whether LiteLLM has taken it up. */
export function renderMove({ server, file, url, took, unset, ids }: ConfiguredMove, look: Look): string[] {
  const state =
    took === true
      ? 'in effect: LiteLLM uses it'
      : took === false
        ? unset !== null
          ? `LiteLLM was started without the variable ${printable(unset)}, or with it empty`
          : 'LiteLLM has not been restarted yet, or was started with another file'
        : 'LiteLLM lists no such server'
  const text = `  ${printable(server)} in ${printable(file)}, to ${printable(maskUrl(url))}: ${state}`
  return [
    look.paint(took === true ? 'green' : 'yellow', wrap(text, look.width, '    ')),
    ...(ids === null
      ? []
      : [
          wrap(`    its id is ${ids.now} now, and was ${ids.before}`, look.width, '      '),
          wrap(`    holders of the old id: ${heldText(ids.heldBefore)}`, look.width, '      '),
          wrap(`    holders of the new id: ${heldText(ids.heldNow)}`, look.width, '      '),
        ]),
  ]
}

function renderMoves({ moves }: GatewayStatus, look: Look): string[] {
  if (moves.length === 0) return []
  return [
    [look.paint('bold', 'Moves in files'), ...moves.flatMap((move) => renderMove(move, look))].join('\n'),
  ]
}

function runText({ startedAt, finishedAt, halted, started, changes }: RecordedRun): string {
  const { applied } = tallyRecorded(changes)
  const servers = serversIn(changes.map(({ change }) => change))
  const ended =
    finishedAt === null
      ? 'did NOT end, or is still running'
      : halted
        ? `stopped (${printable(halted)})`
        : 'ended'
  const back = started.reverts === null ? '' : `, takes back ${printable(started.reverts)}`
  return `${localTime(startedAt)}, ${applied} of ${servers} ${wordsFor(started).done}, ${ended}${back}`
}

/** The last run, on one line where it fits. */
function renderLast(last: RecordedRun, look: Look): string {
  const [title, id, text] = ['Last run', printable(last.id), runText(last)]
  const fits = columnsOf(`${title}  ${id}, ${text}`) <= look.width
  const shown = look.paint(
    last.finishedAt === null ? 'red' : [],
    fits ? text : wrap(`  ${text}`, look.width, '  '),
  )
  const head = wrap(`${look.paint('bold', title)}  ${id}`, look.width, '  ')
  return `${head}${fits ? ', ' : '\n'}${shown}`
}

function renderJournal({ runs, problems, location }: JournalStatus, look: Look, own: CommandMaker): string {
  const last = runs.at(-1)
  const lines = last
    ? [renderLast(last, look), ...settling(last, own, look)]
    : [
        wrap(
          `${look.paint('bold', 'Last run')}  none for this gateway in ${printable(location)}`,
          look.width,
          '  ',
        ),
      ]
  return [...lines, ...problems.map((problem) => look.paint('red', problemLines(problem, look, '  ')))].join(
    '\n',
  )
}

function renderProblem({ message, hint }: Problem, look: Look): string {
  const text = look.paint(
    'red',
    wrap(`The gateway could not be asked: ${printable(message)}`, look.width, '  '),
  )
  return hint === null ? text : `${text}\n${hintLines(hint, look)}`
}

/** Rows of a terminal that does not tell its own. */
const USUAL_HEIGHT = 24

/** Where everything is, on one screen, and what to do next. */
export function renderStatus(report: StatusReport, look: StatusLook, own: CommandMaker): string {
  const { at, url, ruleSet, gateway, journal, docker } = report
  const known = 'identity' in gateway ? gateway : null
  const who = known
    ? `${gatewayTitle(known.identity.version, url)}, ${known.identity.account}`
    : `LiteLLM at ${url}`
  const head = [
    look.paint('bold', wrap(printable(who), look.width, '  ')),
    look.paint('dim', wrap(`${localTime(at)}, ${ruleSetText(ruleSet, look.verbose)}`, look.width, '  ')),
  ]
  const above = [
    head.join('\n'),
    'identity' in gateway ? renderServers(gateway, ruleSet, look).join('\n') : renderProblem(gateway, look),
    ...(known ? renderMoves(known, look) : []),
    renderJournal(journal, look, own),
  ]
  const next = renderNext(report, look, own)
  const taken = [...above, ...next].join('\n\n').split('\n').length + 1
  // One row is for what is typed next.
  const rows = (look.height || USUAL_HEIGHT) - 1 - taken
  return [...above, renderDocker(docker, rows, look), ...next].join('\n\n')
}
