import { expect, test } from 'vitest'
import { historyCommand } from '../../../src/cli/commands/history.ts'
import { mainCommand } from '../../../src/cli/commands/main.ts'
import { sandboxCommand } from '../../../src/cli/commands/sandbox-gateway.ts'
import { statusCommand } from '../../../src/cli/commands/status.ts'
import { verifyCommand } from '../../../src/cli/commands/verify.ts'
import * as kinds from '../../../src/cli/options/kinds.ts'
import { commandLine } from '../../../src/cli/program.ts'

const PROGRAM = commandLine('0', { on: () => {} })

test.each([mainCommand, historyCommand, verifyCommand, statusCommand, sandboxCommand])(
  '$name: the command line keeps each value under the name by which it is read',
  ({ name, options }) => {
    const parser = [PROGRAM, ...PROGRAM.commands].find((each) => each.name() === name)
    const kept = parser?.options.map((each) => each.attributeName()).filter((each) => each !== 'version')
    const read = options.filter(({ flags }) => flags.startsWith('-')).map((each) => each.name)
    expect(read.length).toBeGreaterThan(2)
    expect(kept).toEqual(read)
  },
)

test('what is not given has its default, and the argument of history is one of its options', async () => {
  expect(await historyCommand.read({ run: 'abc', unknown: 1 })).toEqual({
    run: 'abc',
    check: false,
    json: false,
    verbose: false,
    color: true,
  })
})

test('an option of history or sandbox that makes no sense is wrong usage like any other', async () => {
  await expect(historyCommand.read({ journal: '' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('--journal: '),
  })
  await expect(sandboxCommand.read({ world: '' })).rejects.toMatchObject({
    code: 'usage',
    message: '--world: takes a file',
  })
})

const COMMANDS = [mainCommand, historyCommand, verifyCommand, statusCommand, sandboxCommand]

test.each(COMMANDS)(
  '$name: what --help says holds without an option is what is read without it',
  async (command) => {
    const read = new Map(Object.entries(await command.read({ yes: true })))
    for (const { flags, name, usual } of command.options) {
      const value = read.get(name)
      if (typeof value === 'string' || typeof value === 'number')
        expect([flags, usual]).toEqual([flags, String(value)])
    }
  },
)

test.each(COMMANDS)('$name: every word that completion offers is taken', ({ options }) => {
  for (const { flags, kind, words, repeats } of options) {
    const schema = kind(kinds)
    const refused = words.filter((word) => !schema.safeParse(repeats ? [word] : word).success)
    expect([flags, refused]).toEqual([flags, []])
  }
})
