import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

/** How long the system's `cp` may take. It copies no contents. */
const LIMIT_MS = 10_000

/** How a `cp` ended: with an exit code and what it said, or without having been started. */
type Ended = { code: number | null; said: string } | 'not-started'

function runCp(args: readonly string[], descriptors: readonly number[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn('cp', args, {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe', ...descriptors],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stderr?.on('data', (part: Buffer) => {
      said = (said + part.toString()).slice(0, 4096)
    })
    child.on('error', () => resolve('not-started'))
    child.on('close', (code) => resolve({ code, said }))
  })
}

const UNABLE =
  'its access list (ACL) and extended attributes cannot be kept, as the cp of this system cannot copy them. Install GNU coreutils (on Alpine: apk add coreutils)'

// busybox knows no such option; coreutils may have been built without what is needed.
const NO_SUCH_OPTION =
  /unrecognized option|unknown option|illegal option|invalid option|invalid argument|Usage:|built without/i

/** Why the attributes could not be kept, for a person; `null` where they are. */
function whyNot(ended: Ended): string | null {
  if (ended === 'not-started') return UNABLE
  if (ended.code === 0) return null
  if (NO_SUCH_OPTION.test(ended.said)) return UNABLE
  // The last words are the system's own, such as "Operation not supported".
  const [, reason] = /: ([A-Z][A-Za-z ]{3,60})\n?$/.exec(ended.said) ?? []
  const end = ended.code === null ? ' (cp did not end)' : reason === undefined ? '' : ` (${reason})`
  return `its access list (ACL) or extended attributes could not be given to the new file${end}`
}

/** Does copying the attributes overwrite what the new file holds, as with the `cp -p` of macOS? */
export const OVERWRITES = process.platform !== 'linux'

/** Named one by one, as `all` passes over what fails. */
const gnuOptions = (): string[] => [
  '--attributes-only',
  `--preserve=mode,xattr${existsSync('/sys/fs/selinux/enforce') ? ',context' : ''}`,
]

/** A file that was opened, and its path. */
export interface Opened {
  path: string
  handle: FileHandle
}

/**
 * Copies mode, ACL, extended attributes and SELinux context of a file to another by the system's own `cp`, as Node cannot.
 * Returns why it failed, for a person, or `null`. Never throws.
 */
export async function copyAttributes(from: Opened, to: Opened): Promise<string | null> {
  if (OVERWRITES) return whyNot(await runCp(['-p', '--', from.path, to.path], []))
  // By descriptor: under a path somebody else could have put a link to another file meanwhile.
  const args = [...gnuOptions(), '--', '/proc/self/fd/3', '/proc/self/fd/4']
  return whyNot(await runCp(args, [from.handle.fd, to.handle.fd]))
}
