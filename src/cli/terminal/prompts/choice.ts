import { filled, wrap } from '../../render/layout.ts'
import type { Choice } from '../terminal.ts'
import { isSeveral, type Prompts, roomFor } from './port.ts'

/** The longest name that stands in a line with others. */
const SHORT = 18

const aLine = (key: string, text: string, width: number): string => wrap(`${key}  ${text}`, width, '   ')

/** The keys of a question: in one line where their names are short, else a line for each. */
function keysOf(choices: readonly Choice<unknown>[], width: number): string {
  const isShort = choices.every(({ name }) => name.length <= SHORT)
  if (!isShort) return choices.map(({ key, name }) => aLine(key, name, width)).join('\n')
  return filled([...choices.map(({ key, name }) => `${key} ${name}`), '? help'], width, '  ').join('\n')
}

/** What `?` tells. */
const helpOf = (choices: readonly Choice<unknown>[], usual: string, width: number): string =>
  [
    ...choices.map(({ key, name, about = name }) => aLine(key, about, width)),
    wrap(`Type a letter, or its word, and Enter; Enter alone is ${usual}.`, width),
  ].join('\n')

function complaintAbout(choices: readonly Choice<unknown>[], width: number): string {
  const keys = choices.map(({ key }) => key).join(', ')
  return wrap(`That is no answer here. Type ${keys} or ?, and Enter.`, width)
}

const isMeant = ({ key, name, words = [name.toLowerCase()] }: Choice<unknown>, typed: string): boolean =>
  key === typed || words.includes(typed)

/** What a question needs besides its choices. `say` prints a text. */
export interface ChoiceQuestion {
  message: string
  prompts: Prompts
  say: (text: string) => void
}

/** Asks for one of some choices until a letter or a word of one of them is typed, or nothing, for the fallback. */
export async function askChoice<T>(
  choices: readonly Choice<T>[],
  fallback: T,
  { message, prompts, say }: ChoiceQuestion,
): Promise<T> {
  const usual = choices.find(({ value }) => value === fallback)
  if (!usual) throw new Error('the usual answer is none of the choices')
  const question = `${message} [${usual.key}]`
  for (;;) {
    const width = roomFor()
    const line = await prompts.line(keysOf(choices, width), question)
    const typed = line.trim().toLowerCase()
    const meant = typed === '' ? usual : choices.find((choice) => isMeant(choice, typed))
    if (meant && !isSeveral(line)) {
      prompts.echo(`${question} ${meant.key}`)
      return meant.value
    }
    say(typed === '?' ? helpOf(choices, usual.key, width) : complaintAbout(choices, width))
  }
}
