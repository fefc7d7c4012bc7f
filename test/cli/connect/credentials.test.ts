import { expect, test } from 'vitest'
import { keysIn } from '../../../src/cli/connect/credentials.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'

test('what the environment holds for a proxy is known as a secret, as it is and as it is sent', () => {
  const known = new Redactor().learn(
    ...keysIn({
      https_proxy: 'http://anna:p%40ss:w0rd9@proxy:3128',
      ALL_PROXY: 'http://t0ken-4711@proxy:3128',
    }),
  )
  const sent = Buffer.from('anna:p@ss:w0rd9').toString('base64')
  expect(known.own('anna, p@ss:w0rd9, p%40ss:w0rd9, t0ken-4711')).toBe('anna, ***, ***, ***')
  expect(known.own(`Proxy-Authorization: Basic ${sent}`)).not.toContain(sent.slice(8))
})
