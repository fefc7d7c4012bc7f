import { z } from 'zod'
import { ADDRESS_FAULTS, type AddressFault } from '../backends/addresses.ts'
import { unknownRelease } from '../version.ts'
import { worldQuirk } from './quirk.ts'
import { worldConfigServer, worldServer } from './server.ts'
import { flag, ownHeaderName, headerText, list, milliseconds, name, strict, text, texts } from './values.ts'

/** A release of LiteLLM that the sandbox knows how to play. */
export const worldRelease = text
  .regex(/^v?\d+\.\d+\.\d+[\w.+-]*$/, 'must be a release of LiteLLM such as 1.81.14')
  .refine((version) => unknownRelease(version) === null, {
    error: ({ input }) => unknownRelease(String(input)) ?? '',
  })

const grants = strict({
  mcp_servers: texts.optional().describe('Ids of servers.'),
  mcp_access_groups: texts.optional().describe('Access groups of servers.'),
  mcp_tool_permissions: z
    .record(z.string(), texts, 'must be an object or null')
    .nullable()
    .optional()
    .describe('Names of tools by server id; kept from 1.81.'),
  mcp_toolsets: texts.optional().describe('Ids of toolsets; kept from 1.96.'),
})

const ROLES = ['proxy_admin', 'proxy_admin_viewer', 'internal_user', 'internal_user_viewer'] as const

const key = strict({
  key: headerText.describe('The key itself, such as `sk-dev`.'),
  userId: text.nullable().optional().describe('The user that it belongs to; default `null`, no user.'),
  role: z.enum(ROLES).nullable().optional().describe('The role of that user; default `null`, no user.'),
  objectPermission: grants
    .nullable()
    .optional()
    .describe(
      'What the key may use. `null`, the default: all of it with the role of an admin, nothing without (up to 1.79 all of it).',
    ),
  allowedRoutes: texts
    .optional()
    .describe('`llm_api_routes`, `management_routes` or paths; empty, the default, means all.'),
  alias: text.optional().describe('A name for it.'),
  teamId: text.optional().describe('The team that it belongs to.'),
  userPermission: grants
    .optional()
    .describe('What its user is granted, the first time that the user is named; stored from 1.96.'),
})

const FAULTS = Object.keys(ADDRESS_FAULTS).map((word) => (/^\d+$/.test(word) ? Number(word) : word))

const address = text.regex(/^https?:\/\//, 'must begin with http:// or https://')

/**
 * A file for `sandbox --world`: what `startSandbox` takes, as far as JSON can say it. Strict: a member that is not known here
 * is most likely misspelt. A test holds the tables of `docs/sandbox.md` to
 * this, and makes `docs/sandbox-world.schema.json` of it (with `npm run docs`).
 */
export const worldFile = strict({
  $schema: text.optional().describe('For editors: where the JSON Schema of this file is.'),
  release: worldRelease.optional().describe('The LiteLLM release to behave as; default `1.106.2`.'),
  version: worldRelease.optional().describe('Another name for `release`; not both.'),
  hideVersion: flag
    .optional()
    .describe('`true`: tells its version nowhere (readiness, details and openapi.json); default `false`.'),
  database: flag.optional().describe('`false`: a LiteLLM without `DATABASE_URL`; default `true`.'),
  servers: list(worldServer)
    .optional()
    .describe("Servers in the database; default: the guide's seven on `http://localhost:8585`."),
  configServers: list(worldConfigServer)
    .optional()
    .describe('Servers of a config.yaml, which the API cannot edit; default: none.'),
  openToAll: flag
    .optional()
    .describe('`true`: no master key is configured, so that everybody is let in; default `false`.'),
  masterKey: headerText.optional().describe('Default: random.'),
  username: name.optional().describe("The admin page's account; default `admin`."),
  password: name.optional().describe('Its password; default: random.'),
  passwordLogin: z
    .enum(['on', 'disabled', 'throttled'])
    .optional()
    .describe(
      'Signing in by password: `on`, the default, `disabled` (403) or `throttled` (429 with `Retry-After`).',
    ),
  keyHeader: ownHeaderName
    .optional()
    .describe('Like `general_settings.litellm_key_header_name`: only that header counts.'),
  rootPath: text
    .regex(/^((\/(?!\.{1,2}(\/|$))[\w.~-]+)+\/?)?$/, 'must begin with a slash, as in /litellm')
    .optional()
    .describe('Like `SERVER_ROOT_PATH`, for example `/litellm`; default: none.'),
  keys: list(key).optional().describe('Virtual keys that exist from the start; default: none.'),
  storeModelInDb: flag
    .optional()
    .describe(
      '`false`: a LiteLLM of 1.81 to 1.91 without `store_model_in_db`, of which a restart loads no servers; default `true`.',
    ),
  signIns: z
    .record(z.string(), texts, 'must be an object')
    .optional()
    .describe('Ids of users whose tokens are stored from the start, by the id of the server.'),
  probeDelayMs: milliseconds
    .optional()
    .describe(
      'How long reading a server by its id waits, as the health check of a slow one does; default 0.',
    ),
  faults: z
    .record(address, z.literal(FAULTS as AddressFault[]), 'must be an object')
    .optional()
    .describe('Faults of addresses, by how these begin; the longest beginning decides. Default: none.'),
  quirks: list(worldQuirk)
    .optional()
    .describe(
      'Where it does something else than LiteLLM; the first that meets a request decides. Default: none.',
    ),
}).meta({ title: 'A world for mcp-url-migrate sandbox --world' })

/** What a world file says. */
export type WorldFile = z.infer<typeof worldFile>
