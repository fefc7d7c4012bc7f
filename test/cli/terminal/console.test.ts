import { expect, test } from 'vitest'
import { ConsoleTerminal } from '../../../src/cli/terminal/console.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'

test('a terminal in which nothing may be asked refuses every kind of question', async () => {
  const terminal = await ConsoleTerminal.open({ quiet: false, mayAsk: false, redactor: new Redactor() })
  const refused = { code: 'no-terminal', message: 'There is no terminal to ask in (Which one?)' }
  const choices = [{ key: 't', name: 'this one', value: 1 }]
  await expect(terminal.askText('Which one?', 'this')).rejects.toMatchObject(refused)
  await expect(terminal.askSecret('Which one?')).rejects.toMatchObject({ code: 'no-terminal' })
  await expect(terminal.choose('Which one?', choices, 1)).rejects.toMatchObject(refused)
  await expect(terminal.chooseSome('Which one?', choices)).rejects.toMatchObject(refused)
})
