import type { Condition } from './conditions.ts'
import { option } from './declare.ts'
import { usage } from './usage.ts'

/** The release that a sandbox plays. */
export const releaseOption = (help: string) =>
  option('--release <VERSION>', help, ({ filled }) => filled().optional())

/** What goes wrong on a sandbox. */
export const scenarioOption = (help: string) =>
  option(
    '--scenario <guide|unreachable|drift|crash>',
    help,
    ({ oneOf }) => oneOf(['guide', 'unreachable', 'drift', 'crash']).optional(),
    { usual: 'guide, where nothing does' },
  )

/** The release is one that the sandbox knows. What knows them is loaded for this alone. */
export const KNOWN_RELEASE: Condition<{ release?: string | undefined }> = async ({ release }) => {
  if (release === undefined) return
  const { worldRelease } = await import('../../sandbox/world-file/file.ts')
  const { error } = worldRelease.safeParse(release)
  if (error) throw usage(`--release: ${error.issues[0]?.message}`)
}
