import type { Engine } from '../core/deployment/containers.ts'
import { inParallel } from '../core/in-parallel.ts'
import type { EngineApi, Exec } from './api/api.ts'
import { unpack } from './api/archive.ts'
import { isMissing, reasonOf, inTime } from './api/ask.ts'
import { type InspectedContainer, readContainers } from './api/container.ts'
import { readLog, separate, textOf } from './api/log-lines.ts'
import { type Container, type Docker, DockerFailure, type Ended, type LogLine, type Network } from './port.ts'

const CALL_MS = 10_000
const LINKS_FOLLOWED = 5
const INSPECTED_AT_ONCE = 16

/** `null` for what is not there, or not any more. */
const orNull = <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)

/** A Docker engine behind its API. Reads, and runs commands that only look. */
export class DockerEngine implements Docker {
  readonly where: string
  readonly isLocal: boolean
  readonly engine: Engine
  readonly #api: EngineApi

  constructor(api: EngineApi, { where, isLocal, engine }: Pick<Docker, 'where' | 'isLocal' | 'engine'>) {
    this.#api = api
    this.where = where
    this.isLocal = isLocal
    this.engine = engine
  }

  async #ask<T>(what: string, act: (signal: AbortSignal) => Promise<T>, limitMs = CALL_MS): Promise<T> {
    try {
      return await inTime(limitMs, act)
    } catch (error) {
      throw new DockerFailure(what, reasonOf(error))
    }
  }

  async #existing(id: string, signal: AbortSignal): Promise<InspectedContainer> {
    const found = await orNull(this.#api.inspect(id, signal))
    if (!found) throw new Error('there is no such container any more')
    return found
  }

  containers(): Promise<Container[]> {
    return this.#ask('list its containers', async (signal) => {
      const listed = await this.#api.list({ all: 'true' }, signal)
      const found: { inspected: InspectedContainer; status: string }[] = []
      await inParallel(INSPECTED_AT_ONCE, listed, async ({ Id, Status: status }) => {
        const inspected = await orNull(this.#api.inspect(Id, signal))
        if (inspected) found.push({ inspected, status })
      })
      return readContainers(found, this.engine).toSorted(byName)
    })
  }

  networks(): Promise<Network[]> {
    return this.#ask('list its networks', async (signal) =>
      (await this.#api.networks(signal))
        .map(({ Name: name, Driver: driver, Internal: internal }) => ({ name, driver, internal }))
        .toSorted(byName),
    )
  }

  logs(id: string, lines: number): Promise<LogLine[]> {
    return this.#ask('read the log', async (signal) => {
      const { Config } = await this.#existing(id, signal)
      return readLog(await this.#api.log(id, lines, signal), Config.Tty)
    })
  }

  async readFile(id: string, path: string): Promise<string | null> {
    return this.#ask('read a file', async (signal) => {
      let place = path
      for (let links = 0; links < LINKS_FOLLOWED; links += 1) {
        const archive = await orNull(this.#api.archive(id, place, signal))
        if (archive === null) return null
        const found = unpack(archive, place)
        if (found.kind !== 'link') return found.kind === 'file' ? found.text : null
        place = found.to
      }
      return null
    })
  }

  commandOf(id: string): Promise<string[]> {
    return this.#ask('inspect a container', async (signal) => {
      const { Path, Args } = await this.#existing(id, signal)
      return [Path, ...(Args ?? [])]
    })
  }

  async look(
    id: string,
    command: readonly string[],
    limitMs: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const what = `run ${command[0] ?? 'nothing'} inside a container`
    // Ends by itself at the limit; the rest is for an engine that does not answer.
    const { code, stdout, stderr } = await this.#ask(
      what,
      (signal) => this.#run(id, { command, env, limitMs }, signal),
      limitMs + CALL_MS,
    )
    const missing = /executable file not found|no such file or directory/i.test(stdout + stderr)
    if ((code === 126 || code === 127) && missing) throw new DockerFailure(what, 'it is not there', true)
    return { code, stdout, stderr }
  }

  async #run(
    id: string,
    { limitMs, ...asked }: Exec & { limitMs: number },
    signal: AbortSignal,
  ): Promise<Ended> {
    const exec = await this.#api.createExec(id, asked, signal)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
    const { body, end } = await this.#api.startExec(exec, limit)
    const parts = separate(body, false)
    if (end === 'whole' && parts.at(-1)?.isWhole === false) throw new Error('the connection was cut')
    const code = end === 'signal' ? null : await this.#api.exitCode(exec, signal)
    return { code, stdout: textOf(parts, 'stdout'), stderr: textOf(parts, 'stderr') }
  }
}
