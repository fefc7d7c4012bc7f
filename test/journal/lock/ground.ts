import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type HeldLock, type LockOptions, acquireLock } from '../../../src/journal/lock.ts'
import { temporaryFolder } from '../../support/cli.ts'

/** The gateway whose lock the tests are about. */
export const GATEWAY = 'http://gateway.example:4000'
/** The number of the user who runs the tests. */
export const OWN = process.geteuid?.() ?? 0
/** Another user, nobody, who means no good. */
export const MALLORY = 65_534
/** Only root may start a program as somebody else. */
export const asRoot = process.getuid?.() === 0

/** A user's folder of locks in a place. */
export const folderOf = (uid: number, place: string): string => join(place, `mcp-url-migrate-locks-${uid}`)

/** Takes the lock, and waits for another user's for no longer than a moment. */
export const take = (place: string, options: Partial<LockOptions> = {}): Promise<HeldLock> =>
  acquireLock(GATEWAY, 'migrating', { place, patienceMs: 50, ...options })

/** What the lock is refused with; the words `no refusal` where it is not. */
export const refusal = (place: string, options: Partial<LockOptions> = {}): Promise<unknown> =>
  take(place, options).then(
    (lock) => {
      lock.release()
      return 'no refusal'
    },
    (error: unknown) => error,
  )

/** The entry of a lock that is held, and what stands in it. */
async function honest(place: string): Promise<{ lock: string; content: Record<string, unknown> }> {
  const held = await take(place)
  const [name = ''] = await readdir(folderOf(OWN, place))
  const content = JSON.parse(await readFile(join(folderOf(OWN, place), name), 'utf8')) as object
  held.release()
  return { lock: name.split('.')[0] ?? '', content: { ...content } }
}

/** A place in which all users may have folders, and one of this user's in it. */
export async function freshPlace(): Promise<string> {
  const folder = await temporaryFolder()
  await chmod(folder, 0o711)
  const place = join(folder, 'locks')
  ;(await take(place)).release()
  return place
}

const started: ChildProcess[] = []

/** Ends a process with the tests of a file: see `endStarted`. */
export function toEnd(child: ChildProcess): void {
  started.push(child)
}

/** The number of a process of a user that does nothing. */
export function idler(uid: number): number {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore', cwd: '/', uid, gid: uid })
  toEnd(child)
  return child.pid ?? 0
}

/** Ends what the tests of a file have started. */
export function endStarted(): void {
  for (const child of started.splice(0)) child.kill('SIGKILL')
}

/** What Mallory puts into a folder: of a name that an entry can have, with this in place of what an honest one says. */
export async function forge(
  place: string,
  said: Record<string, unknown> & { pid: number },
  { uid = MALLORY, folder = folderOf(uid, place), end = 'ffffffff' } = {},
): Promise<string> {
  const { lock, content } = await honest(place)
  await mkdir(folder, { recursive: true })
  await chown(folder, uid, uid)
  const path = join(folder, `${lock}.${end}-${said.pid}.lock`)
  await writeFile(path, JSON.stringify({ ...content, state: 'holding', start: null, ...said }))
  await chown(path, uid, uid)
  return path
}
