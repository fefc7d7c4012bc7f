import { readFile, readlink } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { promisify } from 'node:util'
import { codeOf } from '../core/errors.ts'

/**
 * Who a process is, so that another one that gets its number later is not taken for it. `start`: when it began,
 * as its system tells it, `null` where that cannot be learned. `boot` and `space`: the start of the machine and the
 * numbering that the pid belongs to (a container has its own), `null` outside of Linux.
 */
export interface ProcessIdentity {
  host: string
  pid: number
  start: string | null
  boot: string | null
  space: string | null
}

const text = (read: Promise<string>): Promise<string | null> =>
  read.then((found) => found.trim()).catch(() => null)

/** Field 22 of /proc/PID/stat, in ticks since the boot; the command in field 2 may hold spaces and parentheses. */
async function startOnLinux(pid: number): Promise<string | null> {
  const stat = await text(readFile(`/proc/${pid}/stat`, 'utf8'))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

async function startElsewhere(pid: number): Promise<string | null> {
  const { execFile } = await import('node:child_process')
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' }
  const found = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env }).catch(
    () => null,
  )
  return found?.stdout.trim() || null
}

const onLinux = process.platform === 'linux'

const startOf = (pid: number): Promise<string | null> => (onLinux ? startOnLinux(pid) : startElsewhere(pid))

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return {
    host: hostname(),
    pid: process.pid,
    start: await startOf(process.pid),
    boot: onLinux ? await text(readFile('/proc/sys/kernel/random/boot_id', 'utf8')) : null,
    space: onLinux ? await text(readlink('/proc/self/ns/pid')) : null,
  }
}

/** Is there a process of this number, whoever it belongs to? */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** `unseen`: it runs, or ran, where it cannot be looked for from here, so that it has to pass for alive. */
export type Life = 'alive' | 'dead' | 'unseen'

/**
 * Does that process still live? What began before this machine did does not. Another machine that shares a folder
 * with this one, or another numbering on this same machine (a container), cannot be seen into.
 */
export async function lifeOf(one: ProcessIdentity, self: ProcessIdentity): Promise<Life> {
  if (one.boot !== self.boot || self.boot === null) {
    if (one.host !== self.host) return 'unseen'
    if (one.boot !== self.boot) return 'dead'
  }
  if (one.space !== self.space) return 'unseen'
  if (!exists(one.pid)) return 'dead'
  const start = await startOf(one.pid)
  // Where its start cannot be read any more although it is there, such as behind hidepid, it stays the same one.
  return one.start === null || start === null || start === one.start ? 'alive' : 'dead'
}

/** Who runs this program: the account's name, or its number where it has none. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
