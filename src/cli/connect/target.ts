import type { Target } from '../../gateway/connect/connect.ts'
import type { ConnectionOptions } from '../connection-options.ts'
import { headersFor } from './header-option.ts'

/** Where the options lead. Throws `usage` where a variable of `--header` holds nothing that could be sent. */
export function targetOf(options: ConnectionOptions, url: string, env: NodeJS.ProcessEnv): Target {
  const { keyHeader = null, timeout } = options
  return { url, keyHeader, timeoutSeconds: timeout, headers: headersFor(options, env) }
}
