import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

/** How long a program of the system may take. None of them copies contents. */
const LIMIT_MS = 10_000

/** How such a program ended: with an exit code and what it said, or without having been started. */
type Ended = { code: number | null; printed: string; said: string } | 'not-started'

/** Runs it without a shell. The descriptors are its own 3, 4 and so on. */
function run(program: string, args: readonly string[], descriptors: readonly number[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    let [printed, said] = ['', '']
    child.stdout?.on('data', (part: Buffer) => {
      printed = (printed + part.toString()).slice(0, 4096)
    })
    child.stderr?.on('data', (part: Buffer) => {
      said = (said + part.toString()).slice(0, 4096)
    })
    child.on('error', () => resolve('not-started'))
    child.on('close', (code) => resolve({ code, printed, said }))
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

// By descriptor: under a path somebody else could have put a link to another file meanwhile.
const BOTH = ['--', '/proc/self/fd/3', '/proc/self/fd/4']

/**
 * A new file has what its folder gives to new files (a default ACL), and no `cp` from 9.3 on takes that away. GNU's `ls`
 * marks a file with an ACL by a plus.
 */
async function listed(descriptors: readonly number[]): Promise<string | null> {
  const ended = await run('ls', ['-ldnL', ...BOTH], descriptors)
  const lines = ended === 'not-started' ? [] : ended.printed.split('\n')
  const [from, to] = ['/3', '/4'].map((end) => lines.find((line) => line.endsWith(end))?.[10] === '+')
  if (from === to) return null
  return to
    ? 'its folder gives new files an access list (a default ACL) that this file does not have. Give the file one, or remove it from the folder (setfacl -k)'
    : 'its access list (ACL) could not be given to the new file'
}

/**
 * Copies mode, ACL, extended attributes and SELinux context of a file to another by the system's own `cp`, as Node cannot.
 * Returns why it failed, for a person, or `null`. Never throws.
 */
export async function copyAttributes(from: Opened, to: Opened): Promise<string | null> {
  if (OVERWRITES) return whyNot(await run('cp', ['-p', '--', from.path, to.path], []))
  const descriptors = [from.handle.fd, to.handle.fd]
  return whyNot(await run('cp', [...gnuOptions(), ...BOTH], descriptors)) ?? (await listed(descriptors))
}
