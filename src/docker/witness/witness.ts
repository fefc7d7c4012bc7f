import { parsedJson } from '../../core/parsed-json.ts'
import { lookWith } from '../../core/reach/look.ts'
import { type Observed, observed } from '../../core/reach/observed.ts'
import { maskUrl, redactText } from '../../core/show/redact.ts'
import type { Reach, Witness } from '../../core/reach/reach.ts'
import { printable } from '../../core/show/text.ts'
import { HANDSHAKE } from './script.ts'
import { type Container, type Docker, DockerFailure, type Ended } from '../port.ts'

const LIMIT_MS = 10_000
/** The script gives up before the engine does, so that it can say what it saw. */
const SCRIPT_SECONDS = 8

const PYTHONS = ['python3', 'python'] as const

/** The facts in the last line of what the script printed, `undefined` where there are none. */
const readFacts = (stdout: string): Observed | undefined =>
  observed.safeParse(parsedJson(stdout.trim().split('\n').at(-1) ?? '')).data

/** Nobody could look, and why. */
class NoLook extends Error {}

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

  /** Runs the script with the first Python there is. `null` where there is none. */
  async #run(url: string, transport: string): Promise<Ended | null> {
    let failure: DockerFailure | null = null
    for (const python of this.#pythons) {
      try {
        const command = [python, '-c', HANDSHAKE, url, transport, String(SCRIPT_SECONDS)]
        const ended = await this.#docker.look(this.#id, command, LIMIT_MS)
        this.#pythons = [python]
        return ended
      } catch (error) {
        if (!(error instanceof DockerFailure)) throw error
        failure = error
      }
    }
    if (failure && !failure.lacksProgram) throw failure
    return null
  }

  async #observe(url: string, transport: string): Promise<Observed> {
    const ended = await this.#run(url, transport).catch((error: unknown) => {
      throw new NoLook(error instanceof DockerFailure ? error.message : 'Docker failed')
    })
    if (!ended) throw new NoLook('there is neither python3 nor python to look with')
    const seen = readFacts(ended.stdout)
    if (seen) return seen
    if (ended.code === null) return { event: 'late', opened: false }
    throw new NoLook(`looking at ${maskUrl(url)} failed: ${redactText(lastLine(ended.stderr))}`)
  }

  async look(url: string, transport: string): Promise<Reach> {
    try {
      const asked = { url, transport, seconds: SCRIPT_SECONDS }
      const reach = await lookWith(({ href }, over) => this.#observe(href, over), asked)
      return { ...reach, evidence: `${this.where}: ${reach.evidence}` }
    } catch (error) {
      if (!(error instanceof NoLook)) throw error
      return { kind: 'unclear', tools: null, evidence: `${this.where}: ${error.message}` }
    }
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) || 'it printed nothing'

/** A witness inside a running container. It sends no credentials, and changes nothing. */
export function witnessInside(docker: Docker, container: Pick<Container, 'id' | 'name'>): Witness {
  return new ContainerWitness(docker, container)
}
