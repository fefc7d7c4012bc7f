import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What a shell with this environment makes of the arguments of an `npx mcp-url-migrate …` line. */
export async function argumentsIn(line: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const script = `npx() { shift; printf '%s\\0' "$@"; }\n${line}`
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { env })
  return stdout.split('\0').slice(0, -1)
}
