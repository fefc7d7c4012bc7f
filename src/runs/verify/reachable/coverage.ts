import { commandTo } from '../../../core/deployment/containers.ts'
import { mend } from '../../../core/show/remedy.ts'
import { MigrateError } from '../../../core/errors.ts'
import {
  missingServices,
  serversFile,
  servicesInFile,
  servicesInStatus,
} from '../../../core/verify/services.ts'
import type { Container, Docker } from '../../../docker/port.ts'
import { type Fault } from '../check.ts'

const COVER = 'cover every migrated server'

/** Podman 4 cannot read a file that is mounted by itself while the container does not run; that is no fault of the proxy. */
function unread(error: unknown): null {
  if (error instanceof MigrateError) return null
  throw error
}

/**
 * Do the proxy's services cover what the migrated URLs ask for? Both what it serves (`status`, the text of its
 * `/status`, `null` where nobody could ask) and what its file says: faults, and what is fine.
 */
export async function coverage(
  docker: Docker,
  proxy: Container,
  status: string | null,
  wanted: readonly string[],
): Promise<{ faults: Fault[]; fine: string[] }> {
  if (wanted.length === 0) return { faults: [], fine: [] }
  const mounted = status === null ? null : servicesInStatus(status)
  const path = serversFile(await docker.commandOf(proxy.id))
  const text = path === null ? null : await docker.readFile(proxy.id, path).catch(unread)
  const file = text === null ? null : servicesInFile(text)
  const lines = [
    ...(mounted
      ? missingServices(wanted, { enabled: mounted, disabled: file?.disabled ?? [] }, '/status')
      : []),
    ...(file ? missingServices(wanted, file, path ?? '') : []),
  ]
  const hint = mend(
    `Put the service into ${path ?? 'the proxy’s servers.json'}, enabled, under the name that the URL has (or correct the URL in LiteLLM), and restart the proxy:`,
    commandTo('restart', proxy),
  )
  const seen = [...(mounted ? ['/status'] : []), ...(file ? [path ?? ''] : [])]
  const unknown = [
    ...(status !== null && !mounted
      ? ['/status is not that of an MCP proxy with named servers; services not compared']
      : []),
    ...(path !== null && !file ? [`${path} in ${proxy.name} could not be read as a list of services`] : []),
  ]
  const covered =
    lines.length === 0 && seen.length > 0 ? [`the services in ${seen.join(' and ')} ${COVER}`] : []
  return { faults: lines.map((line) => ({ line, hint })), fine: [...covered, ...unknown] }
}
