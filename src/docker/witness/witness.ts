import { parsedJson } from '../../core/parsed-json.ts'
import { lookWith } from '../../core/reach/look.ts'
import { type Observed, observed } from '../../core/reach/observed.ts'
import { maskUrl } from '../../core/show/redact.ts'
import type { Reach, Witness } from '../../core/reach/reach.ts'
import { printable } from '../../core/show/text.ts'
import { HANDSHAKE } from './script.ts'
import { Python } from '../python.ts'
import { type Container, type Docker, DockerFailure } from '../port.ts'

/** How long it looks at an address. */
const SECONDS = 8

/** The facts in the last line of what the script printed, `undefined` where there are none. */
const readFacts = (stdout: string): Observed | undefined =>
  observed.safeParse(parsedJson(stdout.trim().split('\n').at(-1) ?? '')).data

/** Nobody could look, and why. */
class NoLook extends Error {}

/** Somebody inside a container, who has Python and nothing else. */
class ContainerWitness implements Witness {
  readonly where: string
  readonly #python: Python
  /** Why its engine failed. That is not asked again: it may be silent, and there may be hundreds of addresses. */
  #failed: NoLook | null = null

  constructor(docker: Docker, { id, name }: Pick<Container, 'id' | 'name'>) {
    this.#python = new Python(docker, id)
    this.where = `from inside the container ${printable(name)}`
  }

  async #observe(url: string, transport: string): Promise<Observed> {
    if (this.#failed) throw this.#failed
    const asked = { url, transport, seconds: SECONDS }
    const ended = await this.#python.run(HANDSHAKE, asked).catch((error: unknown) => {
      this.#failed = new NoLook(error instanceof DockerFailure ? error.message : 'Docker failed')
      throw this.#failed
    })
    if (!ended) throw new NoLook('there is neither python3 nor python to look with')
    const seen = readFacts(ended.stdout)
    if (seen) return seen
    if (ended.isLate) return { event: 'late', opened: false }
    throw new NoLook(`looking at ${maskUrl(url)} failed: ${ended.complaint}`)
  }

  async look(url: string, transport: string): Promise<Reach> {
    try {
      const asked = { url, transport, seconds: SECONDS }
      const reach = await lookWith(({ href }, over) => this.#observe(href, over), asked)
      return { ...reach, evidence: `${this.where}: ${reach.evidence}` }
    } catch (error) {
      if (!(error instanceof NoLook)) throw error
      return { kind: 'unclear', tools: null, evidence: `${this.where}: ${error.message}` }
    }
  }
}

/** A witness inside a running container. It sends no credentials, and changes nothing. */
export function witnessInside(docker: Docker, container: Pick<Container, 'id' | 'name'>): Witness {
  return new ContainerWitness(docker, container)
}
