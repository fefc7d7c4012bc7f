import { z } from 'zod'
import { canonical, sha256 } from '../core/canonical.ts'
import { MigrateError } from '../core/errors.ts'
import { maskUrl, redactText } from '../core/redact.ts'
import { REACH_KINDS, type Reach, type Witness } from '../core/reach.ts'
import { printable } from '../core/text.ts'
import { HANDSHAKE } from './handshake.ts'
import type { Container, Docker, Ended } from './port.ts'

const LIMIT_MS = 10_000
/** The script gives up before the engine does, so that it can say what it saw. */
const SCRIPT_SECONDS = 8

const PYTHONS = ['python3', 'python'] as const

const verdict = z.object({
  kind: z.enum(REACH_KINDS),
  tools: z.array(z.object({ name: z.string(), inputSchema: z.unknown() })).nullable(),
  saw: z.string(),
})

/** The last line of what the script printed, `null` where it is no verdict. */
function readVerdict(stdout: string): z.infer<typeof verdict> | null {
  try {
    return verdict.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  } catch {
    return null
  }
}

/** Somebody inside a container, who has Python and nothing else. */
class ContainerWitness implements Witness {
  readonly where: string
  readonly #docker: Docker
  readonly #id: string
  #pythons: readonly string[] = PYTHONS

  constructor(docker: Docker, { id, name }: Pick<Container, 'id' | 'name'>) {
    this.#docker = docker
    this.#id = id
    this.where = `from inside the container ${printable(name)}`
  }

  #unclear(why: string): Reach {
    return { kind: 'unclear', tools: null, evidence: `${this.where}: ${why}` }
  }

  /** Runs the script with the first Python there is. `null` where there is none. */
  async #run(url: string, transport: string): Promise<Ended | null> {
    let failure: MigrateError | null = null
    for (const python of this.#pythons) {
      try {
        const command = [python, '-c', HANDSHAKE, url, transport, String(SCRIPT_SECONDS)]
        const ended = await this.#docker.look(this.#id, command, LIMIT_MS)
        this.#pythons = [python]
        return ended
      } catch (error) {
        if (!(error instanceof MigrateError)) throw error
        failure = error
      }
    }
    if (failure && !failure.message.endsWith('it is not there')) throw failure
    return null
  }

  async look(url: string, transport: string): Promise<Reach> {
    let ended: Ended | null
    try {
      ended = await this.#run(url, transport)
    } catch (error) {
      return this.#unclear(error instanceof MigrateError ? error.message : 'Docker failed')
    }
    if (!ended) return this.#unclear('there is neither python3 nor python to look with')
    const seen = readVerdict(ended.stdout)
    if (!seen && ended.code === null)
      return { kind: 'time-out', tools: null, evidence: `${this.where}: no answer in ${LIMIT_MS / 1000} s` }
    if (!seen)
      return this.#unclear(`looking at ${maskUrl(url)} failed: ${redactText(lastLine(ended.stderr))}`)
    const tools = seen.tools?.map((tool) => ({
      name: tool.name,
      schema: sha256(canonical(tool.inputSchema)),
    }))
    return { kind: seen.kind, tools: tools ?? null, evidence: `${this.where}: ${redactText(seen.saw)}` }
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) || 'nothing was said'

/** A witness inside a running container. It sends no credentials, and changes nothing. */
export function witnessInside(docker: Docker, container: Pick<Container, 'id' | 'name'>): Witness {
  return new ContainerWitness(docker, container)
}
