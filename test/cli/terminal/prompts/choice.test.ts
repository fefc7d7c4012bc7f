import { describe, expect, test } from 'vitest'
import { askChoice } from '../../../../src/cli/terminal/prompts/choice.ts'
import { cancelled, type Choice } from '../../../../src/cli/terminal/terminal.ts'

const SHORT: Choice<string>[] = [
  { key: 'y', name: 'yes', about: 'change 7 servers now', value: 'all of them' },
  { key: 'n', name: 'no', words: ['no', 'q', 'quit'], value: 'nothing' },
  { key: 'o', name: 'one by one', value: 'each' },
]

const SENTENCES: Choice<string>[] = [
  { key: 'l', name: 'leave it for now, and do nothing else', words: ['leave'], value: 'leave' },
  { key: 'f', name: 'finish it: 2 servers to go', words: ['finish'], value: 'finish' },
]

/** What comes of typing these lines, one at each time that it is asked, and the screen as it is then. */
async function typing(
  lines: readonly string[],
  choices: readonly Choice<string>[] = SHORT,
): Promise<{ answer: string; screen: string }> {
  const left = [...lines]
  const screen: string[] = []
  const prompts = {
    line: (above: string, message: string) => {
      const typed = left.shift()
      if (typed === undefined) return Promise.reject(cancelled())
      screen.push(above, message)
      return Promise.resolve(typed)
    },
    list: () => Promise.reject(new Error('no list was asked for')),
    echo: (text: string) => void screen.push(`→ ${text}`),
  }
  const say = (text: string) => void screen.push(text)
  const usual = choices === SHORT ? 'nothing' : 'leave'
  const answer = await askChoice(choices, usual, { message: 'Change 7 servers?', prompts, say })
  expect(left).toEqual([])
  return { answer, screen: screen.join('\n') }
}

describe('a question is answered', () => {
  for (const [typed, answer] of [
    ['y', 'all of them'],
    ['Y', 'all of them'],
    ['yes', 'all of them'],
    ['  YES ', 'all of them'],
    ['n', 'nothing'],
    ['no', 'nothing'],
    ['q', 'nothing'],
    ['o', 'each'],
    ['one by one', 'each'],
    ['', 'nothing'],
    ['   ', 'nothing'],
  ] as const)
    test(`by ${JSON.stringify(typed)}`, async () => {
      expect((await typing([typed])).answer).toBe(answer)
    })
})

describe('a question is not answered', () => {
  for (const typed of ['x', 'ye', 'yess', 'yes please', 'y n', 'npm run yes', 'j', 'yy', '[y]', '\u0443'])
    test(`by ${JSON.stringify(typed)}, and asked again`, async () => {
      const { answer, screen } = await typing([typed, 'o'])
      expect(answer).toBe('each')
      expect(screen).toContain('That is no answer here. Type y, n, o or ?, and Enter.')
      if (typed.length > 3) expect(screen).not.toContain(typed)
    })

  for (const typed of ['ls\ny', 'y\n', '\ny', '\n', 'y\ny'])
    test(`by several lines, ${JSON.stringify(typed)}, and asked again`, async () => {
      const { answer, screen } = await typing([typed, 'o'])
      expect(answer).toBe('each')
      expect(screen).toContain('That is no answer here.')
    })

  test('by Ctrl-C', async () => {
    await expect(typing([])).rejects.toMatchObject({ code: 'cancelled' })
  })
})

test('its keys stand in a line above it, and the answer beside it', async () => {
  expect((await typing([''])).screen).toMatchInlineSnapshot(`
    "y yes  n no  o one by one  ? help
    Change 7 servers? [n]
    → Change 7 servers? [n] n"
  `)
})

test('keys that are sentences have a line each', async () => {
  expect((await typing(['finish'], SENTENCES)).screen).toMatchInlineSnapshot(`
    "l  leave it for now, and do nothing else
    f  finish it: 2 servers to go
    Change 7 servers? [l]
    → Change 7 servers? [l] f"
  `)
})

test('? explains every key, decides nothing, and asks again', async () => {
  expect((await typing(['?', 'y'])).screen).toMatchInlineSnapshot(`
    "y yes  n no  o one by one  ? help
    Change 7 servers? [n]
    y  change 7 servers now
    n  no
    o  one by one
    Type a letter, or its word, and Enter; Enter alone is n.
    y yes  n no  o one by one  ? help
    Change 7 servers? [n]
    → Change 7 servers? [n] y"
  `)
})
