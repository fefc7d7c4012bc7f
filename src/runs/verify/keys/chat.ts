import { printable } from '../../../core/show/text.ts'
import { mend } from '../../../core/show/remedy.ts'
import { chatFailure } from '../../../gateway/as-key.ts'
import { askingGateway, fault, fine, found, type Found, judged } from '../check.ts'
import { noKeysToTry } from './no-keys.ts'

const unanswered = (name: string, model: string, failure: string, gatewayUrl: string): Found =>
  fault(
    `${name}: ${model} did not answer it (${failure})`,
    mend(
      `Make sure that the key ${name} may use the model (Virtual Keys), and that the model works (Models):`,
      `${gatewayUrl}/ui/`,
    ),
  )

/** Each key may complete a chat. Off unless a model is named, as it costs. */
export const chat = askingGateway({
  id: 'chat',
  title: 'Each key can complete a chat',
  skip: (scene) =>
    scene.chatModel === null
      ? 'it costs money; --chat MODEL asks the model for one token with each key'
      : noKeysToTry(scene),
  look: async ({ keys, chatModel, endpointFor, gatewayUrl }) => {
    const model = chatModel ?? ''
    const said = await Promise.all(
      keys.map(async ({ expected: { name }, secret }): Promise<Found> => {
        const failure = await chatFailure(endpointFor(secret), model)
        return failure === null
          ? fine(`${printable(name)}: ${printable(model)} answers`)
          : unanswered(printable(name), printable(model), failure, gatewayUrl)
      }),
    )
    const all = found(...said)
    return judged(all.faults, all.fine)
  },
})
