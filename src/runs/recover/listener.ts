import { MigrateError } from '../../core/errors.ts'
import type { Place, Reading } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'
import { isAnswering } from '../apply/silence.ts'

/**
 * Reads what became of a run. A read by id may take as long as a silent backend keeps LiteLLM waiting; where even the list,
 * which asks no backend, gets no answer, LiteLLM hangs, and reading on would only cost time and end in doubt.
 */
export class Listener {
  readonly #gateway: Gateway
  readonly #run: string
  #asking: Promise<void> | null = null

  /** `run`: the id of the run that is asked about. */
  constructor(gateway: Gateway, run: string) {
    this.#gateway = gateway
    this.#run = run
  }

  /** Throws `run-interrupted` where LiteLLM does not answer any more, and then asks nothing else. */
  async read(place: Place, id: string): Promise<Reading> {
    await this.#asking
    const reading = await place.read(id)
    if (reading.kind !== 'unreadable' || !reading.silent) return reading
    await (this.#asking ??= this.#requireAnswer())
    // It answered: the next silence is another one.
    this.#asking = null
    return reading
  }

  async #requireAnswer(): Promise<void> {
    if (await isAnswering(this.#gateway)) return
    throw new MigrateError(
      'run-interrupted',
      `LiteLLM does not answer, so what became of run ${this.#run} is not known, and it is left as it is`,
      'Restart LiteLLM, then run the same command again: it asks the gateway first what was written.',
    )
  }
}
