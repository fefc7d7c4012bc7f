import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The folder of this package: the nearest above with a package.json, from the sources as from the build. Throws as Node does
 * where a part of a program is missing.
 */
export function packageFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder))
      throw Object.assign(new Error('there is no package.json'), { code: 'MODULE_NOT_FOUND' })
  }
}
