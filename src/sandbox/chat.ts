import { randomUUID } from 'node:crypto'
import { type Answer, ok, proxyError } from './answers.ts'
import { type Ask, fieldsOf } from './request.ts'

/** The one model that there is: it answers, and costs nothing. */
const MODEL = 'fake-gpt'

const invalid = (model: string): string =>
  `/chat/completions: Invalid model name passed in model=${model}. Call \`/v1/models\` to view available models for your key.`

/** POST /v1/chat/completions. Observed: an unknown model is a 400, whose text is a dictionary's before 1.105. */
export function completeChat({ world, text }: Ask): Answer {
  const { model } = fieldsOf(text)
  if (model !== MODEL) {
    const said = invalid(String(model))
    return world.release.verboseErrors
      ? proxyError(400, `{'error': '${said}'}`, 'None')
      : {
          status: 400,
          json: {
            error: {
              message: said,
              type: 'invalid_request_error',
              param: null,
              code: '400',
              provider_specific_fields: { error: said },
            },
          },
        }
  }
  const message = { content: 'Hello from the mock model.', role: 'assistant' }
  return ok({
    id: `chatcmpl-${randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: MODEL,
    object: 'chat.completion',
    choices: [{ finish_reason: 'stop', index: 0, message }],
    usage: { completion_tokens: 20, prompt_tokens: 10, total_tokens: 30 },
  })
}
