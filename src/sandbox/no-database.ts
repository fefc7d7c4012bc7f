import { type Answer, managementError, noDatabase, proxyError, refused } from './answers.ts'
import type { Release } from './release.ts'

const DOCS = 'https://docs.litellm.ai/docs'

/** The text of those routes that say what would help. */
export function needsDatabase(release: Release): string {
  const more = release.verboseErrors
    ? ''
    : ' This endpoint needs a database; set DATABASE_URL to a PostgreSQL connection string (postgresql://...) to enable it.'
  return `DB not connected.${more} See ${DOCS}/proxy/virtual_keys`
}

/** The same as Python prints a dictionary. */
const quoted = (text: string): string => `{'error': '${text}'}`

const NO_CLIENT = 'No db connected. prisma client=None'

const organizations = ({ organizationsFree }: Release): Answer | undefined =>
  organizationsFree ? refused(500, 'No db connected') : undefined

/**
 * What the lists of holders, and of what users handed in, answer where there is no database; other routes see to it
 * themselves. Observed on 1.77.7, 1.81.14, 1.105.7 and 1.106.2.
 */
const ANSWERS: Readonly<Record<string, (release: Release) => Answer | undefined>> = {
  '/key/list': () => proxyError(500, 'Authentication Error, Database not connected', 'internal_server_error'),
  '/v2/team/list': () => refused(500, NO_CLIENT),
  '/team/info': () =>
    proxyError(
      500,
      quoted(
        `Database not connected. Connect a database to your proxy - ${DOCS}/simple_proxy#managing-auth---virtual-keys`,
      ),
    ),
  '/user/list': () => refused(500, NO_CLIENT),
  '/v1/access_group': (release) => refused(500, needsDatabase(release)),
  '/v1/mcp/toolset': () => noDatabase(false),
  '/organization/list': organizations,
  '/organization/info': organizations,
  '/project/list': (release) => managementError(release, 500, quoted(needsDatabase(release))),
  '/customer/list': (release) =>
    release.holders === 'few'
      ? refused(400, needsDatabase(release))
      : managementError(release, 400, quoted(needsDatabase(release))),
  '/v1/mcp/server/submissions': () => noDatabase(false),
}

/** What a route answers without a database; undefined where it needs none, or sees to it itself. */
export function withoutDatabase(release: Release, path: string): Answer | undefined {
  return ANSWERS[path]?.(release)
}
