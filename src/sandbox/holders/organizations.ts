import { randomUUID } from 'node:crypto'
import { storedGrants } from '../people/accounts.ts'
import { type Answer, ok, refused } from '../answers.ts'
import { both, idAlone } from './grants.ts'
import { dates, list, text } from './new.ts'
import type { Release } from '../release.ts'
import { type Ask, fieldsOf } from '../request.ts'

const LICENCE =
  'Organizations are only available for LiteLLM Enterprise users. You must be a LiteLLM Enterprise user to use this feature. If you have a license please set `LITELLM_LICENSE` in your env. Get a 7 day trial key here: https://www.litellm.ai/enterprise#trial. \nPricing: https://www.litellm.ai/#pricing'

/** What 1.105 says of organizations where no licence is set; undefined before. */
function unlicensed(release: Release): Answer | undefined {
  return release.organizationsFree ? undefined : refused(403, LICENCE)
}

/** GET /organization/list: all, without pages. */
export function organizationList({ world }: Ask): Answer {
  const rows = world.holders.organizations.map(({ row, grants }) => ({ ...row, ...idAlone(grants) }))
  return unlicensed(world.release) ?? ok(rows)
}

/** GET /organization/info?organization_id=. */
export function organizationInfo({ world, query }: Ask): Answer {
  const no = unlicensed(world.release)
  if (no) return no
  const id = query.get('organization_id')
  const found = world.holders.organizations.find(({ row }) => row['organization_id'] === id)
  return found
    ? ok({ ...found.row, ...both(world.release, found.grants) })
    : refused(404, 'Organization not found')
}

/** POST /organization/new. */
export function newOrganization({ world, text: sent }: Ask): Answer {
  const no = unlicensed(world.release)
  if (no) return no
  const body = fieldsOf(sent)
  const row = {
    organization_id: text(body, 'organization_id') ?? randomUUID(),
    organization_alias: text(body, 'organization_alias'),
    models: list(body, 'models'),
    members: [],
    teams: [],
    ...dates(),
  }
  const grants = storedGrants(body['object_permission'])
  world.holders.organizations.push({ row, grants })
  return ok({ ...row, object_permission: null, object_permission_id: grants?.id ?? null })
}
