import { afterAll, beforeAll, describe } from 'vitest'
import { aboutIt } from './about.ts'
import { Bench } from './bench.ts'
import { chatting } from './chatting.ts'
import { configured } from './configured.ts'
import { creating } from './creating.ts'
import { holding } from './grants.ts'
import type { Target } from './http.ts'
import { keysAndRoles } from './keys.ts'
import { movingOAuth } from './oauth.ts'
import { passwords } from './passwords.ts'
import { probing } from './probing.ts'
import { reading } from './reading.ts'
import { signingInToServers } from './sign-ins.ts'
import { shortLists } from './short-lists.ts'
import { signingIn } from './signing-in.ts'
import { trying } from './trying.ts'
import { updating } from './updating.ts'

/** A gateway that the contract is held against. */
export interface GatewayUnderTest {
  readonly name: string
  /** The LiteLLM release that it is, or plays. */
  readonly version: string
  start(): Promise<Target & { close?(): Promise<void> }>
}

/** The bench of a gateway, once it runs. */
export type Benched = () => Bench

/** What a LiteLLM release answers, asked over plain HTTP: the same of a real proxy and of the sandbox. */
export function describeContract(gateway: GatewayUnderTest): void {
  describe(`${gateway.name} as LiteLLM ${gateway.version}`, () => {
    let bench: Bench | undefined
    let close: (() => Promise<void>) | undefined
    beforeAll(async () => {
      const target = await gateway.start()
      close = target.close?.bind(target)
      bench = new Bench(gateway.version, target)
    })
    afterAll(async () => {
      await bench?.clear()
      await close?.()
    })
    const benched: Benched = () => {
      if (!bench) throw new Error('the gateway did not start')
      return bench
    }
    const groups = [
      aboutIt,
      signingIn,
      passwords,
      creating,
      reading,
      updating,
      configured,
      movingOAuth,
      signingInToServers,
      keysAndRoles,
      shortLists,
      probing,
      trying,
      holding,
      chatting,
    ]
    for (const group of groups) group(benched, gateway.version)
  })
}
