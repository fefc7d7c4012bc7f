import { shellQuoted } from '../show/shell.ts'

/** The programs that run containers. Podman answers as Docker does over its socket, and has a command of its own. */
export type Engine = 'docker' | 'podman'

/** The service of a Compose project that a container is. `program`: what made it, as the labels of the container tell. */
export interface ComposeService {
  program: 'docker compose' | 'docker-compose' | 'podman-compose'
  project: string
  service: string
  /** The project's files and its files of variables, as whoever started it named them. */
  files: string[]
  environment: string[]
}

/** A container, by all that a command for it needs. `compose` is `null` where nobody but the engine started it. */
export interface NamedContainer {
  engine: Engine
  name: string
  compose: ComposeService | null
}

/** What is done to a container that exists. */
export type ContainerVerb = 'start' | 'unpause' | 'restart' | 'logs'

const each = (option: string, values: readonly string[]): string[] =>
  values.flatMap((value) => [option, shellQuoted(value)])

/** A command of Compose for the service that a container is. */
function composed(
  { program, project, service, files, environment }: ComposeService,
  verb: readonly string[],
): string {
  const which = [...each('-f', files), ...each('--env-file', environment), '-p', shellQuoted(project)]
  return [program, ...which, ...verb, shellQuoted(service)].join(' ')
}

const OPTIONS: Partial<Record<ContainerVerb, string[]>> = { logs: ['--tail', '50'] }

/** podman-compose leaves a container as it is where its file has changed, unless it is told. */
const remake = (compose: ComposeService): string =>
  composed(compose, ['up', '-d', ...(compose.program === 'podman-compose' ? ['--force-recreate'] : [])])

/** Early releases of podman-compose have no such command. */
const cannot = ({ program }: ComposeService, verb: ContainerVerb): boolean =>
  program === 'podman-compose' && verb === 'unpause'

/** The command that does something to a container, by the program that runs it. */
export function commandTo(verb: ContainerVerb, { engine, name, compose }: NamedContainer): string {
  const words = [verb, ...(OPTIONS[verb] ?? [])]
  if (compose && !cannot(compose, verb)) return composed(compose, words)
  return [engine, ...words, shellQuoted(name)].join(' ')
}

/** The command that joins a container to a network, where it has these names besides its own. */
export const connectCommand = (
  { engine, name }: NamedContainer,
  network: string,
  aliases: readonly string[] = [],
): string =>
  [`${engine} network connect`, ...each('--alias', aliases), shellQuoted(network), shellQuoted(name)].join(
    ' ',
  )

/** The command that takes a container off a network. */
export const disconnectCommand = ({ engine, name }: NamedContainer, network: string): string =>
  `${engine} network disconnect ${shellQuoted(network)} ${shellQuoted(name)}`

/** The command that lists all containers. */
export const listCommand = (engine: Engine): string => `${engine} ps -a`

/** Where the settings of a Compose service stand, for a person. */
const settingsOf = ({ service, project, files }: ComposeService): string =>
  `the service ${service} in ${files.length === 0 ? `the Compose file of ${project}` : files.join(', ')}`

/**
 * How a container is made anew with other settings: a sentence, and the command that goes with it. `inRun` and
 * `inCompose` say what should be different, as in "without -p 8080:8080" and "take its ports: out of"; they end in the
 * name of the container or of its service.
 */
export function madeAnew(
  container: NamedContainer,
  inRun: string,
  inCompose: string,
): { sentence: string; command: string } {
  const { engine, name, compose } = container
  if (compose)
    return {
      sentence: `${inCompose} ${settingsOf(compose)}, then:`,
      command: remake(compose),
    }
  return {
    sentence: `Recreate ${name} ${inRun}; until then nothing in it answers. First:`,
    command: `${engine} rm -f ${shellQuoted(name)}`,
  }
}

/** Compose makes a container anew by its file: where a change of networks has to stand there, else an empty text. */
export const keptByCompose = ({ compose }: NamedContainer, what: string): string =>
  compose === null ? '' : ` So that Compose keeps it, write ${what} of ${settingsOf(compose)}.`
