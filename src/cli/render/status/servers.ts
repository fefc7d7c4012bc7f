import { SERVER_STATES, type ServerStanding, type ServerState } from '../../../core/plan/server-state.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import type { RuleSet } from '../../../core/rule/rule.ts'
import { count, printable } from '../../../core/show/text.ts'
import type { GatewayStatus } from '../../../runs/status/status.ts'
import { type Look, padded, warningLines, wrap } from '../layout.ts'
import { namesOf, shownName } from '../name.ts'

/** Where a server stands, as it is shown: one that another rule moved is neither left alone nor not concerned. */
export type ShownState = ServerState | 'moved'

const STATES: readonly ShownState[] = SERVER_STATES.flatMap((state) =>
  state === 'migrated' ? [state, 'moved' as const] : [state],
)

/** Where servers stand, in words. */
const STATE_TITLES: Record<ShownState, string> = {
  'to-migrate': 'to migrate',
  migrated: 'migrated',
  moved: 'moved by another rule',
  config: 'in config.yaml',
  skipped: 'left alone',
  other: 'not concerned',
}

const STATE_LABELS = { ...STATE_TITLES, moved: 'moved' }

const STATE_COLOURS = {
  'to-migrate': 'yellow',
  migrated: 'green',
  moved: 'green',
  config: 'yellow',
  skipped: 'yellow',
  other: 'dim',
} as const

/** Where a server stands, by what a journal knows of it, too. */
export const shownState = ({ state, movedBy }: ServerStanding): ShownState =>
  movedBy === null ? state : 'moved'

const indentOf = ({ width }: Look): string => ' '.repeat(width < 60 ? 4 : 17)

/** Why these servers are where they are, where that is to be said. */
function reasonOf({ state, code, message, movedBy }: ServerStanding): string | null {
  if (movedBy !== null) return `by run ${printable(movedBy)}`
  if (message === null || (state !== 'skipped' && state !== 'to-migrate')) return null
  return `${printable(message)}${code ? ` [${code}]` : ''}`
}

function renderState(state: ShownState, servers: readonly ServerStanding[], look: Look): string[] {
  const groups = groupedBy(
    servers.filter((each) => shownState(each) === state),
    (each) => [reasonOf(each)],
  )
  const indent = indentOf(look)
  return groups.map((own, i) => {
    const label = i === 0 ? `  ${STATE_LABELS[state]}` : ''
    const reason = own[0] ? reasonOf(own[0]) : null
    const sign = reason === null || state === 'moved' ? '' : '! '
    const text = `${padded(label, indent.length - 1)} ${sign}${namesOf(own, look)}${reason === null ? '' : `: ${reason}`}`
    const lines = wrap(text, look.width, indent)
    return label === '' ? lines : lines.replace(label, look.paint(STATE_COLOURS[state], label))
  })
}

/** What is still to be moved, by rule, where there are several. */
function renderByRule(servers: readonly ServerStanding[], { rules }: RuleSet, look: Look): string[] {
  if (rules.length < 2) return []
  const indent = indentOf(look)
  const pending = rules.map(({ name }) => ({
    name,
    n: servers.filter((each) => each.rules.includes(name)).length,
  }))
  return pending
    .filter(({ n }) => n > 0)
    .map(({ name, n }) =>
      look.paint('dim', wrap(`${indent}${printable(name)}: ${n}`, look.width, `${indent}  `)),
    )
}

/** Where the servers are that the migration does not concern, and those in files. */
function renderOrigins(servers: readonly ServerStanding[], look: Look): string[] {
  const others = servers.filter(({ state, url }) => (state === 'other' || state === 'config') && url !== null)
  const indent = indentOf(look)
  return others.map(({ server, url }) =>
    look.paint(
      'dim',
      wrap(`${indent}${shownName(server)}: ${printable(maskUrl(url ?? ''))}`, look.width, `${indent}  `),
    ),
  )
}

/** Where servers stand, in numbers: `2 to migrate, 5 migrated`; empty where there are none. */
export function numbersOf(servers: readonly ServerStanding[]): string {
  const numbers = STATES.map((state) => ({
    state,
    n: servers.filter((each) => shownState(each) === state).length,
  }))
  return numbers.flatMap(({ state, n }) => (n > 0 ? [`${n} ${STATE_TITLES[state]}`] : [])).join(', ')
}

/** What is to be said of the list of servers; where each stands has been said with it. */
export function renderNotes(notes: GatewayStatus['notes'], look: Look): string[] {
  return notes
    .filter(({ code }) => code !== 'old-address' && code !== 'near-miss')
    .map(({ message, server }) =>
      warningLines(`${server ? `${shownName(server)}: ` : ''}${message}`, look, '  '),
    )
}

/** The servers by where they stand, and what is to be said of the list. */
export function renderServers({ servers, notes }: GatewayStatus, ruleSet: RuleSet, look: Look): string[] {
  const heading =
    servers.length === 0
      ? 'Servers  none'
      : `Servers  ${count(servers.length, 'server')}: ${numbersOf(servers)}`
  return [
    look.paint('bold', wrap(heading, look.width, '  ')),
    ...STATES.flatMap((state) => [
      ...renderState(state, servers, look),
      ...(state === 'to-migrate' ? renderByRule(servers, ruleSet, look) : []),
    ]),
    ...(look.verbose ? renderOrigins(servers, look) : []),
    ...renderNotes(notes, look),
  ]
}
