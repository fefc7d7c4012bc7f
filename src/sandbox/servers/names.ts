import { type Answer, refused } from '../answers.ts'
import type { Release } from '../release.ts'
import type { Accepted } from './validate.ts'
import type { World } from '../world.ts'

function hyphen(value: unknown): Answer | undefined {
  return typeof value === 'string' && value.includes('-')
    ? refused(400, `Server name cannot contain '-'. Use an alternative character instead Found: ${value}`)
    : undefined
}

/** The rule of `mcp.shared.tool_name_validation`, as far as names go: letters, digits, `_` and `.`. */
function prefixFault(field: string, value: unknown): Answer | undefined {
  if (typeof value !== 'string' || value === '' || /^[A-Za-z0-9_.-]+$/.test(value)) return undefined
  const strange = [...new Set(value.match(/[^A-Za-z0-9_.-]/gu))]
  const lines = [
    `Invalid MCP tool prefix '${value}' provided via ${field}`,
    ...(value.includes(' ') ? ['Tool name contains spaces, which may cause parsing issues'] : []),
    `Tool name contains invalid characters: ${strange.map((letter) => `'${letter}'`).join(', ')}`,
    'Allowed characters are: A-Z, a-z, 0-9, underscore (_), dash (-), and dot (.)',
  ]
  return refused(400, lines.join('\n'))
}

/** The alias that LiteLLM goes on with: its own or the server's name, spaces as `_`. */
export function aliasOf(body: Accepted): unknown {
  const chosen = body['alias'] || body['server_name']
  return typeof chosen === 'string' && chosen !== '' ? chosen.replaceAll(' ', '_') : (body['alias'] ?? null)
}

/**
 * The name rules, which come before the role check. Source: `_experimental/mcp_server/utils.py`,
 * `validate_and_normalize_mcp_server_payload`; observed on 1.77.7, 1.81.14 and 1.106.2.
 */
export function nameFault(release: Release, body: Accepted): Answer | undefined {
  const hyphens = hyphen(body['server_name']) ?? hyphen(body['alias'])
  if (hyphens || !release.toolPrefixRule) return hyphens
  return prefixFault('server_name', body['server_name']) ?? prefixFault('alias', aliasOf(body))
}

/** From 1.105: no two rows may share a name or an alias, whatever its case. */
export function nameTaken(
  world: World,
  names: { readonly alias?: unknown; readonly server_name?: unknown },
  ownId: string | undefined,
): Answer | undefined {
  if (!world.release.uniqueNames) return undefined
  for (const field of ['alias', 'server_name'] as const) {
    const value = names[field]
    if (typeof value !== 'string' || value === '') continue
    const owner = [...world.rows.values()].find(
      (row) =>
        row.server_id !== ownId &&
        [row['alias'], row['server_name']].some(
          (name) => typeof name === 'string' && name.toLowerCase() === value.toLowerCase(),
        ),
    )
    if (owner) {
      return refused(
        400,
        `An MCP server with ${field} '${value}' already exists (server_id=${owner.server_id}). MCP server names and aliases must be unique, case-insensitive.`,
      )
    }
  }
  return undefined
}
