import type { Answer } from '../answers.ts'
import {
  agentList,
  customerList,
  keyList,
  projectList,
  rowList,
  teamInfo,
  teamList,
  userList,
} from './lists.ts'
import { newAccessGroup, newAgent, newCustomer, newTeam, newToolset } from './new.ts'
import { newOrganization, organizationInfo, organizationList } from './organizations.ts'
import type { Release } from '../release.ts'
import type { Ask } from '../request.ts'

interface HolderRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly when?: (release: Release) => boolean
  readonly keyed: (ask: Ask) => Answer
}

const since81 = ({ holders }: Release): boolean => holders !== 'few'
const since84 = ({ holders }: Release): boolean => holders === 'all'

/** The routes of those who may hold the id of a server, besides keys and users. */
export const HOLDER_ROUTES: readonly HolderRoute[] = [
  { method: 'GET', path: '/key/list', keyed: keyList },
  { method: 'GET', path: '/v2/team/list', keyed: teamList },
  { method: 'GET', path: '/team/info', keyed: teamInfo },
  { method: 'POST', path: '/team/new', keyed: newTeam },
  { method: 'GET', path: '/organization/list', keyed: organizationList },
  { method: 'GET', path: '/organization/info', keyed: organizationInfo },
  { method: 'POST', path: '/organization/new', keyed: newOrganization },
  { method: 'GET', path: '/user/list', keyed: userList },
  { method: 'GET', path: '/customer/list', keyed: customerList },
  { method: 'POST', path: '/customer/new', keyed: newCustomer },
  { method: 'GET', path: '/v1/access_group', when: since81, keyed: rowList('accessGroups') },
  { method: 'POST', path: '/v1/access_group', when: since81, keyed: newAccessGroup },
  { method: 'GET', path: '/project/list', when: since81, keyed: projectList },
  { method: 'GET', path: '/v1/agents', when: since81, keyed: agentList },
  { method: 'POST', path: '/v1/agents', when: since81, keyed: newAgent },
  { method: 'GET', path: '/v1/mcp/toolset', when: since84, keyed: rowList('toolsets') },
  { method: 'POST', path: '/v1/mcp/toolset', when: since84, keyed: newToolset },
]
