import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { folderIn, homeFolder } from '../core/home.ts'

/** The user's home folder; `null` where nobody knows it. */
export const home = (env: NodeJS.ProcessEnv): string | null => homeFolder(env, () => userInfo().homedir)

/**
 * Where the journal is when nobody says otherwise: the user's data folder for this tool. `null` where nobody knows a home
 * folder to look for it in. https://specifications.freedesktop.org/basedir-spec: a relative path there is to be ignored.
 */
export function defaultJournalFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  const isMac = process.platform === 'darwin'
  const named = isMac ? null : folderIn(env['XDG_DATA_HOME'])
  const own = home(env)
  const inHome = isMac ? 'Library/Application Support' : '.local/share'
  const data = named ?? (own === null ? null : join(own, inHome))
  return data === null ? null : resolve(data, 'mcp-url-migrate', 'journal')
}
