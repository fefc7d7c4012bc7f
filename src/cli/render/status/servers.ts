import { SERVER_STATES, type ServerStanding, type ServerState } from '../../../core/plan/server-state.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { count, printable } from '../../../core/show/text.ts'
import type { GatewayStatus } from '../../../runs/status/status.ts'
import { type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'

const STATE_TITLES: Record<ServerState, string> = {
  'to-migrate': 'to migrate',
  migrated: 'migrated',
  config: 'in config.yaml',
  skipped: 'left alone',
  other: 'not concerned',
}

const STATE_COLOURS = {
  'to-migrate': 'yellow',
  migrated: 'green',
  config: 'yellow',
  skipped: 'yellow',
  other: 'dim',
} as const

const INDENT = ' '.repeat(17)

function renderState(state: ServerState, servers: readonly ServerStanding[], look: Look): string[] {
  const own = servers.filter((each) => each.state === state)
  if (own.length === 0) return []
  const label = `  ${STATE_TITLES[state]}`.padEnd(17)
  const names = own.map(({ server }) => shownName(server)).join(', ')
  const lines = wrap(`${label}${names}`, look.width, INDENT).replace(
    label.trimEnd(),
    look.paint(STATE_COLOURS[state], label.trimEnd()),
  )
  const remarks = own.filter(
    ({ message }) => message !== null && (state === 'skipped' || state === 'to-migrate'),
  )
  return [
    lines,
    ...remarks.map(({ server, code, message }) =>
      wrap(
        `${INDENT}! ${shownName(server)}${code ? ` [${code}]` : ''}: ${printable(message ?? '')}`,
        look.width,
        `${INDENT}  `,
      ),
    ),
  ]
}

/** Where the servers are that the migration does not concern, and those in files. */
function renderOrigins(servers: readonly ServerStanding[], look: Look): string[] {
  const others = servers.filter(({ state, url }) => (state === 'other' || state === 'config') && url !== null)
  return others.map(({ server, url }) =>
    look.paint('dim', `${INDENT}${shownName(server)}: ${printable(maskUrl(url ?? ''))}`),
  )
}

/** The servers by where they stand, and what is to be said of the list. */
export function renderServers({ servers, notes }: GatewayStatus, look: Look): string[] {
  const numbers = SERVER_STATES.map(
    (state) => [state, servers.filter((each) => each.state === state).length] as const,
  )
  const summary = numbers.flatMap(([state, n]) => (n > 0 ? [`${n} ${STATE_TITLES[state]}`] : [])).join(', ')
  const heading =
    servers.length === 0 ? 'Servers  none' : `Servers  ${count(servers.length, 'server')}: ${summary}`
  return [
    look.paint('bold', wrap(heading, look.width, '  ')),
    ...SERVER_STATES.flatMap((state) => renderState(state, servers, look)),
    ...(look.verbose ? renderOrigins(servers, look) : []),
    ...notes
      .filter(({ code }) => code !== 'old-address' && code !== 'near-miss')
      .map(({ message, server }) =>
        wrap(`  ! ${server ? `${shownName(server)}: ` : ''}${printable(message)}`, look.width, '    '),
      ),
  ]
}
