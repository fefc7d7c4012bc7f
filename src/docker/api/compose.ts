import { posix, win32 } from 'node:path'
import type { ComposeService } from '../../core/deployment/containers.ts'

export type Labels = Readonly<Record<string, string>>

const DOCKER = 'com.docker.compose.'
const PODMAN = 'io.podman.compose.'

/** The programs by what they write into the labels: podman-compose its own besides Docker's, the old one in Python a version 1. */
function programOf(labels: Labels): ComposeService['program'] {
  if (Object.keys(labels).some((name) => name.startsWith(PODMAN))) return 'podman-compose'
  return /^v?1\./.test(labels[`${DOCKER}version`] ?? '') ? 'docker-compose' : 'docker compose'
}

/** Paths of a label; the old programs wrote them as they were typed, in the project's folder. What came from standard input has none. */
function pathsIn(text: string | undefined, folder: string | undefined): string[] {
  const names = (text ?? '').split(',').filter((name) => name !== '' && name !== '-')
  return names.map((name) => {
    if (folder === undefined || posix.isAbsolute(name) || win32.isAbsolute(name)) return name
    return posix.join(folder, name)
  })
}

/** The service of a Compose project that a container belongs to, by its labels; `null` where it belongs to none. */
export function composeServiceOf(labels: Labels): ComposeService | null {
  const project = labels[`${DOCKER}project`] || labels[`${PODMAN}project`]
  const service = labels[`${DOCKER}service`]
  // Commands for the service would not reach one that `run` made beside it.
  if (!project || !service || /^true$/i.test(labels[`${DOCKER}oneoff`] ?? '')) return null
  const folder = labels[`${DOCKER}project.working_dir`]
  return {
    program: programOf(labels),
    project,
    service,
    files: pathsIn(labels[`${DOCKER}project.config_files`], folder),
    environment: pathsIn(labels[`${DOCKER}project.environment_file`], folder),
  }
}
