import { describe, expect, test } from 'vitest'
import { connect } from '../../../src/gateway/connect/connect.ts'
import { startSandbox } from '../../../src/sandbox/index.ts'
import { readAgain } from '../../../src/runs/apply/read-again.ts'

const RICH = {
  server_id: 'id-rich',
  server_name: 'rich',
  alias: 'rich',
  transport: 'http',
  url: 'http://localhost:8585/servers/rich/mcp',
  mcp_access_groups: ['dev'],
  args: ['--flag'],
  env: { A: 'b' },
  allow_all_keys: true,
}
const BARE = {
  server_id: 'id-bare',
  server_name: 'bare',
  alias: null,
  url: 'http://localhost:8585/servers/bare/sse',
}

/** A gateway whose read by id loads the row and then probes for longer than a fresh read takes. */
async function slowGateway(version: string) {
  const sandbox = await startSandbox({ version, servers: [RICH, BARE], probeDelayMs: 700 })
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: 10 }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  return { sandbox, gateway }
}

describe.concurrent.each(['1.74.0', '1.77.7', '1.81.14', '1.88.0', '1.106.2'])('on LiteLLM %s', (version) => {
  test('a record that nobody touched while it was probed is believed', async () => {
    const { sandbox, gateway } = await slowGateway(version)
    const readings = await Promise.all(['id-rich', 'id-bare'].map((id) => readAgain(gateway, id)))
    await sandbox.close()
    expect(readings.map(({ kind }) => kind)).toEqual(['record', 'record'])
  })

  test('an edit while it was probed is noticed, field by field', async () => {
    const { sandbox, gateway } = await slowGateway(version)
    const reading = readAgain(gateway, 'id-rich')
    setTimeout(() => sandbox.edit('id-rich', { transport: 'sse', alias: 'other' }), 300)
    const found = await reading
    await sandbox.close()
    expect(found).toEqual({ kind: 'edited', fields: ['alias', 'transport'] })
  })
})
