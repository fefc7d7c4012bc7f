import { describe, expect } from 'vitest'
import type { Sandbox } from '../../../src/sandbox/index.ts'
import type { Quirk } from '../../../src/sandbox/quirks.ts'
import { guideServer, test } from '../../support/trial.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()

/** The first of three servers keeps LiteLLM waiting. */
const SILENT: Quirk = { on: { method: 'GET', path: '/v1/mcp/server/id-fetch' }, do: { delayMs: 2100 } }
const THREE = ['fetch', 'n8n', 'postgres'].map((name) => guideServer(name))

/** In which order servers were written. */
const written = ({ requests }: Sandbox): unknown[] =>
  requests.flatMap(({ method, body }) => (method === 'PUT' ? (body as { server_id: unknown }).server_id : []))

describe.concurrent('a server whose backend is silent is written', () => {
  test('last on 1.81.14, there and back', async ({ open }) => {
    const trial = await open({ version: '1.81.14', servers: THREE, quirks: [SILENT] })
    await trial.setUp(['--yes', '--no-preflight', '--no-wait'])
    await trial.setUp(['--revert', '--yes', '--no-preflight', '--no-wait'])
    const order = written(trial.sandbox)
    expect(order.slice(0, 3)).toEqual(['id-n8n', 'id-postgres', 'id-fetch'])
    expect(order[5]).toBe('id-fetch')
  })

  test('in its turn on 1.88.0', async ({ open }) => {
    const trial = await open({ version: '1.88.0', servers: THREE, quirks: [SILENT] })
    await trial.setUp(['--yes', '--no-preflight', '--no-wait'])
    expect(written(trial.sandbox)).toEqual(['id-fetch', 'id-n8n', 'id-postgres'])
  })
})
