import { shellQuoted } from './show/shell.ts'

/** Who may write to a file or folder: as Node's `Stats` tell it. */
export interface Owned {
  uid: number
  mode: number
}

/** Is there anybody among the group or all others who may write? With an access list, these bits hold its mask. */
const isOpen = ({ mode }: Owned): boolean => (mode & 0o022) !== 0

/** May anybody among the group or all others read it? */
export const isReadable = ({ mode }: Owned): boolean => (mode & 0o044) !== 0

/** A user who is not the one that runs this program, in words. */
export const stranger = (uid: number): string => (uid === 0 ? 'root' : `another user (uid ${uid})`)

/**
 * Why somebody else may have put there what stands in a file or folder, in words; `null` where only its owner can, and
 * that is one of `trusted` (numbers of users).
 */
export function whyNotOwn(found: Owned, trusted: readonly number[]): string | null {
  if (!trusted.includes(found.uid)) return `it belongs to ${stranger(found.uid)}`
  return isOpen(found) ? 'other users may write to it' : null
}

/** A user of this machine, by number and by what a shell calls them. */
export interface User {
  uid: number
  name: string
}

/** The line of a shell that makes a file or folder this user's own, with all in it if `whole`, and closed to the hands of others. */
export function takeOver(path: string, found: Owned, user: User, whole = false): string {
  const [word, name] = [shellQuoted(path), shellQuoted(user.name)]
  const asRoot = user.uid === 0 ? '' : 'sudo '
  const all = whole ? '-R ' : ''
  const give = found.uid === user.uid ? [] : [`${asRoot}chown ${all}-- ${name} ${word}`]
  const close = isOpen(found) ? [`chmod ${all}go-w -- ${word}`] : []
  return [...give, ...close].join(' && ')
}
