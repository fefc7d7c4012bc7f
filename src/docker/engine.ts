import type { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import type { Engine } from '../core/containers.ts'
import { unpack } from './archive.ts'
import { dockerFailed, isMissing, reasonOf, within } from './ask.ts'
import { type InspectedContainer, inspectedContainer, listedContainer, readContainers } from './container.ts'
import { readLog, separate, textOf } from './log-lines.ts'
import type { Container, Docker, Ended, LogLine, Network } from './port.ts'

const CALL_MS = 10_000
const OUTPUT_LIMIT = 1024 * 1024
const LINKS_FOLLOWED = 5

const listedNetwork = z.object({
  Name: z.string(),
  Driver: z.string().default(''),
  Internal: z.boolean().default(false),
})

/** Everything that a stream brings, at most `limit` bytes of it, until it ends or the signal tells. */
function collect(
  stream: Readable,
  limit: number,
  signal: AbortSignal,
): Promise<{ raw: Buffer; ended: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const settle = (ended: boolean): void => {
      resolve({ raw: Buffer.concat(chunks).subarray(0, limit), ended })
      stream.destroy()
    }
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length > limit) settle(true)
    })
    stream.once('end', () => settle(true))
    stream.once('error', reject)
    signal.addEventListener('abort', () => settle(false), { once: true })
  })
}

/** A Docker engine behind its API. Reads, and runs commands that only look. */
export class DockerEngine implements Docker {
  readonly where: string
  readonly isLocal: boolean
  readonly engine: Engine
  readonly #api: Dockerode

  constructor(api: Dockerode, { where, isLocal, engine }: Pick<Docker, 'where' | 'isLocal' | 'engine'>) {
    this.#api = api
    this.where = where
    this.isLocal = isLocal
    this.engine = engine
  }

  async #ask<T>(what: string, act: (abortSignal: AbortSignal) => Promise<T>, limitMs = CALL_MS): Promise<T> {
    try {
      return await within(limitMs, act)
    } catch (error) {
      throw dockerFailed(what, reasonOf(error))
    }
  }

  async #inspect(id: string, abortSignal: AbortSignal): Promise<InspectedContainer | null> {
    const found: unknown = await this.#api
      .getContainer(id)
      .inspect({ abortSignal })
      .catch((error: unknown) => {
        if (isMissing(error)) return null // it went away meanwhile
        throw error
      })
    return found === null ? null : inspectedContainer.parse(found)
  }

  async #existing(id: string, abortSignal: AbortSignal): Promise<InspectedContainer> {
    const found = await this.#inspect(id, abortSignal)
    if (!found) throw new Error('there is no such container any more')
    return found
  }

  containers(): Promise<Container[]> {
    return this.#ask('list its containers', async (abortSignal) => {
      const listed = z
        .array(listedContainer)
        .parse(await this.#api.listContainers({ all: true, abortSignal }))
      const found = await Promise.all(
        listed.map(async ({ Id, Status }) => ({
          inspected: await this.#inspect(Id, abortSignal),
          status: Status,
        })),
      )
      return readContainers(
        found.flatMap(({ inspected, status }) => (inspected ? [{ inspected, status }] : [])),
        this.engine,
      ).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  networks(): Promise<Network[]> {
    return this.#ask('list its networks', async (abortSignal) =>
      z
        .array(listedNetwork)
        .parse(await this.#api.listNetworks({ abortSignal }))
        .map(({ Name: name, Driver: driver, Internal: internal }) => ({ name, driver, internal }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    )
  }

  logs(id: string, lines: number): Promise<LogLine[]> {
    return this.#ask('read the log', async (abortSignal) => {
      const { Config } = await this.#existing(id, abortSignal)
      const options = { follow: false as const, stdout: true, stderr: true, timestamps: true }
      const raw = await this.#api.getContainer(id).logs({ ...options, tail: lines, abortSignal })
      return readLog(Buffer.from(raw), Config.Tty)
    })
  }

  async readFile(id: string, path: string): Promise<string | null> {
    return this.#ask('read a file', async (abortSignal) => {
      let place = path
      for (let links = 0; links < LINKS_FOLLOWED; links += 1) {
        const archive = await this.#api
          .getContainer(id)
          .getArchive({ path: place, abortSignal })
          .catch((error: unknown) => {
            if (isMissing(error)) return null
            throw error
          })
        if (archive === null) return null
        const found = await unpack(archive as Readable, place)
        if (found.kind !== 'link') return found.kind === 'file' ? found.text : null
        place = found.to
      }
      return null
    })
  }

  commandOf(id: string): Promise<string[]> {
    return this.#ask('inspect a container', async (abortSignal) => {
      const { Path, Args } = await this.#existing(id, abortSignal)
      return [Path, ...(Args ?? [])]
    })
  }

  async look(id: string, command: readonly string[], limitMs: number): Promise<Ended> {
    const what = `run ${command[0] ?? 'nothing'} inside a container`
    // Ends by itself at the limit; the rest is for an engine that does not answer.
    const { code, stdout, stderr } = await this.#ask(
      what,
      () => this.#run(id, command, limitMs),
      limitMs + CALL_MS,
    )
    const missing = /executable file not found|no such file or directory/i.test(stdout + stderr)
    if ((code === 126 || code === 127) && missing) throw dockerFailed(what, 'it is not there')
    return { code, stdout, stderr }
  }

  async #run(id: string, command: readonly string[], limitMs: number): Promise<Ended> {
    const exec = await this.#api
      .getContainer(id)
      .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: false })
    const stream = await exec.start({ Detach: false, Tty: false })
    const { raw, ended } = await collect(stream, OUTPUT_LIMIT, AbortSignal.timeout(limitMs))
    const parts = separate(raw, false)
    const { ExitCode } = z
      .object({ ExitCode: z.number().nullable() })
      .parse(ended ? await exec.inspect() : { ExitCode: null })
    return { code: ExitCode, stdout: textOf(parts, 'stdout'), stderr: textOf(parts, 'stderr') }
  }
}
