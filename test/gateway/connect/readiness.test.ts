import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import { connect } from '../../../src/gateway/connect/connect.ts'

const SECRET = 'geheim-readiness-1'

test('what a gateway says of its database is told without a secret, and not at any length', async () => {
  const db = `${SECRET} ${'long '.repeat(1000)}`
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify({ status: 'healthy', db, litellm_version: '1.106.2' }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const redactor = new Redactor().learn(SECRET)
  const target = { url: `http://127.0.0.1:${port}`, keyHeader: null, timeoutSeconds: 5, redactor }
  const error: unknown = await connect(target, () => Promise.reject(new Error('not asked'))).catch(
    (failure: unknown) => failure,
  )
  expect(error).toMatchObject({ code: 'no-database' })
  expect(String(error)).toContain('*** long')
  expect(String(error)).not.toContain(SECRET)
  expect(String(error).length).toBeLessThan(500)
})
