import { printable } from '../../../core/show/text.ts'
import { chatFailure } from '../../../gateway/keys.ts'
import { askingGateway, judged, mend } from '../check.ts'
import { noKeys } from './no-keys.ts'

/** Each key may complete a chat. Off unless a model is named, as it costs. */
export const chat = askingGateway({
  id: 'chat',
  title: 'Each key can complete a chat',
  skip: ({ gateway, chatModel, keys }) => {
    if (chatModel === null) return 'it costs money; --chat MODEL asks the model for one token with each key'
    const none = noKeys(gateway)
    if (none !== null) return none
    return keys.length === 0 ? 'no keys to try: name them with --keys FILE or --key NAME=ENV' : null
  },
  look: async ({ keys, chatModel, endpointFor, gatewayUrl }) => {
    const model = chatModel ?? ''
    const said = await Promise.all(
      keys.map(async ({ expected: { name }, secret }) => ({
        name: printable(name),
        failure: await chatFailure(endpointFor(secret), model),
      })),
    )
    const faults = said.flatMap(({ name, failure }) =>
      failure === null
        ? []
        : [
            {
              line: `${name}: ${printable(model)} did not answer it (${failure})`,
              hint: mend(
                `Make sure that the key ${name} may use the model (Virtual Keys), and that the model works (Models):`,
                `${gatewayUrl}/ui/`,
              ),
            },
          ],
    )
    return judged(
      faults,
      said
        .filter(({ failure }) => failure === null)
        .map(({ name }) => `${name}: ${printable(model)} answers`),
    )
  },
})
