import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Gives one run of vitest a temporary folder of its own, in which all its tests make theirs, and removes it at the end.
 * Some tests start programs as other users: as in the system's, everybody may add to it and remove their own.
 */
export default async function oneFolder(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-url-migrate-'))
  await chmod(folder, 0o1777)
  process.env['TMPDIR'] = folder
  return () => rm(folder, { recursive: true, force: true })
}
