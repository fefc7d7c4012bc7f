import { describe, expect, test } from 'vitest'
import { isSince } from './http.ts'
import type { Benched } from './suite.ts'

const chat = (model: string): object => ({
  model,
  max_tokens: 1,
  messages: [{ role: 'user', content: 'ping' }],
})

/** A chat completion, as far as trying a key needs one. */
export function chatting(bench: Benched, version: string): void {
  describe('completes chats', () => {
    test('with a key, and not without', async () => {
      const key = await bench().key({})
      const json = chat('fake-gpt')
      const answer = await bench().ask('POST', '/v1/chat/completions', { key, json })
      expect([answer.status, (answer.body as { model: string }).model]).toEqual([200, 'fake-gpt'])
      const stranger = await bench().ask('POST', '/v1/chat/completions', { key: null, json })
      expect(stranger.status).toBe(401)
    })

    test('with a model that it has', async () => {
      const { status, body } = await bench().ask('POST', '/v1/chat/completions', { json: chat('none') })
      const said =
        '/chat/completions: Invalid model name passed in model=none. Call `/v1/models` to view available models for your key.'
      const message = isSince(version, '1.105.7') ? said : `{'error': '${said}'}`
      expect([status, body]).toMatchObject([400, { error: { message, code: '400' } }])
    })
  })
}
