import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageFolder } from '../../../files/package-folder.ts'
import type { Sandbox } from '../../../sandbox/index.ts'
import type { Stage } from './stage.ts'

const LOOK_MS = 10

/** Is there a write that was carried out, and not answered? */
const isSilent = ({ requests }: Sandbox): boolean =>
  requests.some(({ method, status }) => method === 'PUT' && status === 0)

/**
 * Starts this program on the gateway of a stage, and kills it when a write of its run is no longer answered: what the journal
 * holds of that run is real. Throws where the run ended before.
 */
export async function crashRun({ sandbox, folder, journal }: Stage, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(packageFolder(), 'bin/mcp-url-migrate.js'), '--yes', '--quiet'],
    {
      env: {
        ...env,
        LITELLM_PROXY_URL: sandbox.url,
        LITELLM_PROXY_API_KEY: sandbox.masterKey,
        MCP_URL_MIGRATE_JOURNAL: journal,
        // Whoever takes the run up is not to wait for a lock, and none is to be left on this machine.
        MCP_URL_MIGRATE_LOCKS: join(folder, 'locks'),
      },
      stdio: 'ignore',
    },
  )
  const kill = (): boolean => child.kill('SIGKILL')
  // Before the folder is removed, in which it may still write.
  process.prependOnceListener('exit', kill)
  const ended = once(child, 'exit')
  while (!isSilent(sandbox)) {
    // Somebody else may have killed it.
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error('The run that was to be killed came to its end')
    await sleep(LOOK_MS)
  }
  kill()
  await ended
  process.off('exit', kill)
  sandbox.restart()
}
