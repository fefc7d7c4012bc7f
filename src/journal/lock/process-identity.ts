import { readFile, readlink } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { codeOf } from '../../core/errors.ts'

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

/** What the system tells of a process; `null` where it does not. `ended`: a zombie, which only waits to be counted. */
interface Sight {
  start: string | null
  uid: number | null
  ended: boolean
}

const ENDED = /^[ZXx]/

const text = (read: Promise<string>): Promise<string | null> =>
  read.then((found) => found.trim()).catch(() => null)

/**
 * From /proc/PID/stat the state and, in ticks since the boot, the start: fields 3 and 22; the command in field 2 may hold
 * spaces and parentheses. The owner from /proc/PID/status: the folder itself is root's where a program may not be looked into.
 */
async function lookOnLinux(pid: number): Promise<Sight> {
  // A /proc of another numbering tells of other processes.
  if ((await text(readlink('/proc/self'))) !== String(process.pid))
    return { start: null, uid: null, ended: false }
  const [stat, status] = await Promise.all(
    ['stat', 'status'].map((name) => text(readFile(`/proc/${pid}/${name}`, 'utf8'))),
  )
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const effective = /^Uid:\t\d+\t(\d+)/m.exec(status ?? '')?.[1]
  return {
    start: fields[19] ?? null,
    uid: effective === undefined ? null : Number(effective),
    ended: ENDED.test(fields[0] ?? ''),
  }
}

/** What a program of the system prints, `null` where it fails. It gets nothing of this program's environment but PATH. */
async function printedBy(program: string, args: readonly string[]): Promise<string | null> {
  const { execFile } = await import('node:child_process')
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' }
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 5000 }, (failure, printed) =>
      resolve(failure ? null : printed.trim()),
    )
  })
}

async function lookElsewhere(pid: number): Promise<Sight> {
  const columns = ['uid=', 'stat=', 'lstart='].flatMap((name) => ['-o', name])
  const printed = await printedBy('ps', [...columns, '-p', String(pid)])
  const [, uid, state = '', start = null] = /^(\d+)\s+(\S+)\s+(\S.*)$/.exec(printed ?? '') ?? []
  return { start, uid: uid === undefined ? null : Number(uid), ended: ENDED.test(state) }
}

const onLinux = process.platform === 'linux'

const look = onLinux ? lookOnLinux : lookElsewhere

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return {
    host: hostname(),
    pid: process.pid,
    start: (await look(process.pid)).start,
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

/** `unseen`: it runs, or ran, where it cannot be looked for from here. */
export type Life = 'alive' | 'dead' | 'unseen'

/**
 * Does that process of this user still live? What began before this machine did does not. Another machine that shares a
 * folder with this one, or another numbering on this same machine (a container), cannot be seen into.
 */
export async function lifeOf(one: ProcessIdentity, uid: number, self: ProcessIdentity): Promise<Life> {
  if (one.boot !== self.boot || self.boot === null) {
    if (one.host !== self.host) return 'unseen'
    if (one.boot !== self.boot) return 'dead'
  }
  if (one.space !== self.space) return 'unseen'
  const seen = await look(one.pid)
  if (seen.ended || !exists(one.pid)) return 'dead'
  const isSame = one.start === null || seen.start === null || seen.start === one.start
  if (!isSame || (seen.uid ?? uid) !== uid) return 'dead'
  // Behind hidepid, another user's process is there, but not whose it is.
  return seen.uid === null && uid !== ownUid() ? 'unseen' : 'alive'
}

/** The number of the user whom this process acts for: who owns what it makes. */
export const ownUid = (): number => process.geteuid?.() ?? 0

/** Who runs this program: the account's name, or its number where it has none. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** What the system calls a user: the account's name, or the number where it has none. */
export async function nameOf(uid: number): Promise<string> {
  if (uid === ownUid()) return userName()
  return (await printedBy('id', ['-nu', String(uid)])) ?? String(uid)
}
