import { createInterface } from 'node:readline'
import { wrap } from '../../render/layout.ts'
import { cancelled } from '../terminal.ts'
import {
  isSeveral,
  letTypedGoBy,
  type Prompts,
  roomFor,
  type Shown,
  unlessPasted,
  unlessSignalled,
} from './port.ts'

const say = (text: string): void => void process.stderr.write(text)

/** What the terminal hands over after `ask` up to the end of a line that nothing follows for a moment. */
async function nextLine(ask: () => void): Promise<string> {
  await letTypedGoBy()
  process.stdin.setRawMode(false)
  const lines = createInterface({ input: process.stdin, terminal: false })
  const heard: string[] = []
  try {
    ask()
    return await new Promise<string>((resolve, reject) => {
      let stop = (): void => {}
      lines.on('line', (line) => {
        stop()
        heard.push(line)
        stop = unlessPasted(() => resolve(heard.join('\n')))
      })
      lines.once('close', () => {
        // A line without an end, as before Ctrl-D, is handed over, too.
        stop()
        say('\n')
        unlessSignalled(() => reject(cancelled()))
      })
    })
  } finally {
    lines.removeAllListeners('close')
    lines.close()
  }
}

/** Which of a list an answer names: by numbers, by names, or `a` for all. `null` where it names anything else. */
export function readNumbers(answer: string, names: readonly string[]): number[] | null {
  const all = names.map((_, i) => i)
  if (/^(a|all)$/i.test(answer)) return all
  const known = names.map((name) => name.toLowerCase())
  const indexOf = (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) - 1 : -1
    return number in all ? number : known.indexOf(text.toLowerCase())
  }
  const whole = indexOf(answer)
  if (whole !== -1) return [whole]
  const found = answer
    .split(/[\s,]+/)
    .filter((text) => text !== '')
    .map(indexOf)
  if (found.length === 0 || found.includes(-1)) return null
  return [...new Set(found)].toSorted((a, b) => a - b)
}

const NAMES_NONE = 'Type numbers or names from the list, a for all, or q to go back.'

/** Questions by lines alone, for a terminal whose cursor cannot be moved: no escape sequence leaves the program for them. */
export const plain = (shown: Shown): Prompts => {
  const fit = (text: string): string => shown(wrap(text, roomFor()))
  return {
    line: (above, message) =>
      nextLine(() => say(`${above === '' ? '' : `${shown(above)}\n`}${fit(message)} `)),
    list: async (message, names) => {
      const room = String(names.length).length
      const numbered = names.map((name, i) => shown(`${String(i + 1).padStart(room)}  ${name}`)).join('\n')
      say(`${numbered}\n`)
      for (;;) {
        const question = fit(`${message} Numbers or names; a all, q back:`)
        const typed = await nextLine(() => say(`${question} `))
        const answer = typed.trim()
        if (/^(q|quit|back)$/i.test(answer)) return null
        const chosen = isSeveral(typed) ? null : readNumbers(answer, names)
        if (chosen !== null) return chosen
        say(`${fit(answer === '' ? `Nothing is marked yet. ${NAMES_NONE}` : NAMES_NONE)}\n`)
      }
    },
    // The terminal shows what is typed.
    echo: () => {},
  }
}
