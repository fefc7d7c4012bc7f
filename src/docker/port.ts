import type { Engine, NamedContainer } from '../core/deployment/containers.ts'
import { MigrateError } from '../core/errors.ts'

/** A port of a container that is open on this machine. `hostIp` is `0.0.0.0` or `::` where every address answers. */
export interface PublishedPort {
  hostIp: string
  hostPort: number
  containerPort: number
  protocol: string
}

/** A container's place on one network. `names`: all under which the network's DNS knows it. */
export interface Attachment {
  network: string
  ip: string | null
  names: string[]
}

/** One container, running or not. */
export interface Container extends NamedContainer {
  id: string
  image: string
  /** `running`, `exited`, `paused`, `restarting`, … as the engine says. */
  state: string
  /** For a person: "Up 2 hours". */
  status: string
  attachments: Attachment[]
  /** What is published in fact: nothing while it does not run. */
  published: PublishedPort[]
  /** Does it share the machine's own network, so that every port that it opens is open on the machine? */
  onHostNetwork: boolean
}

/** One network. `internal`: no way out of it. */
export interface Network {
  name: string
  driver: string
  internal: boolean
}

/** A line of a container's log. `time`: ISO 8601. */
export interface LogLine {
  time: string | null
  stream: 'stdout' | 'stderr'
  text: string
}

/** How a command inside a container ended. `code` is `null` where it did not end in time. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** `docker-failed`: an engine that did not do what it was asked. `what` and `reason`: clauses for a person. */
export class DockerFailure extends MigrateError {
  /** Does the container have no such program? */
  readonly lacksProgram: boolean

  constructor(what: string, reason: string, lacksProgram = false) {
    super('docker-failed', `Docker could not ${what}: ${reason}`)
    this.lacksProgram = lacksProgram
  }
}

/**
 * All that the tool asks of a Docker engine. Nothing here starts, stops or changes a container. Every method throws a
 * `DockerFailure` when the engine does not answer.
 */
export interface Docker {
  /** Where the engine is, for a person: `unix:///var/run/docker.sock`. */
  readonly where: string
  /** Is it this machine's own engine, so that its published ports are ports of this machine? */
  readonly isLocal: boolean
  /** Whose it is: the program with which a person works on it. */
  readonly engine: Engine
  containers(): Promise<Container[]>
  networks(): Promise<Network[]>
  /** The last lines of a container's log, oldest first. */
  logs(id: string, lines: number): Promise<LogLine[]>
  /** A file inside a container as text, `null` where there is none. */
  readFile(id: string, path: string): Promise<string | null>
  /** The command line with which a container was started. */
  commandOf(id: string): Promise<string[]>
  /**
   * Runs a command that only looks, inside a running container. Its output is bounded to 1 MB. `env`: what it gets besides
   * the container's own environment; unlike the command, no list of processes shows it. Throws a `DockerFailure` that says
   * so where the container has no such program.
   */
  look(
    id: string,
    command: readonly string[],
    limitMs: number,
    env?: Readonly<Record<string, string>>,
  ): Promise<Ended>
}
