import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeContract } from '../contract/suite.ts'
import { startGuideServers } from '../support/guide-servers.ts'
import { realGateways } from '../support/real-gateways.ts'

const gateways = realGateways()

let servers: { close(): Promise<void> } | undefined
beforeAll(async () => {
  servers = await startGuideServers()
})
afterAll(() => servers?.close())

test('there are real gateways to ask: LITELLM_GATEWAYS names them', () => {
  expect(gateways).not.toEqual([])
})

for (const gateway of gateways) {
  describeContract({ name: gateway.url, version: gateway.version, start: async () => gateway })
}
