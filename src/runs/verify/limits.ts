import { orLate } from '../../core/in-time.ts'
import type { Reach, Witness } from '../../core/reach/reach.ts'
import type { Scene } from './scene/scene.ts'

type Timed = Pick<Scene, 'timeoutMs'>

// All of them are shares of the time for one request (5 s unless told otherwise), so that whoever has a slow machine
// gives more of it with --timeout, and has to know nothing of this.

/** For a TCP connection to an old address, and for whatever answers there, in milliseconds. */
export const KNOCK_MS = 2000

/** For LiteLLM to list the tools of one server. */
export const firstLook = ({ timeoutMs }: Timed): number => timeoutMs * 0.8

/** For whatever is asked once that has failed: at the address itself, or from inside LiteLLM's container. */
export const secondLook = ({ timeoutMs }: Timed): number => timeoutMs / 2

/** For a whole check. What has not ended by then is told as it stands. */
export const wholeCheck = ({ timeoutMs }: Timed): number => timeoutMs * 1.5

/** What a witness sees at an address, within a time of ours: what it gives itself may be longer. */
export function lookWithin(
  limitMs: number,
  witness: Witness,
  url: string,
  transport: string,
): Promise<Reach> {
  const evidence = `${witness.where}: no answer in ${limitMs / 1000} s`
  return orLate(limitMs, witness.look(url, transport), () => ({ kind: 'time-out', tools: null, evidence }))
}
