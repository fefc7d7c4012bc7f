import type { Asking } from '../../../src/cli/ask/choose-or-show.ts'
import { type Choice, cancelled, type Listed, type Terminal } from '../../../src/cli/terminal/terminal.ts'

/** What a person answers: a key, nothing for Enter alone, or the names to mark in a list, `null` for going back. */
export type Answered = string | readonly string[] | null

const nothing = (): void => {}
const unasked = (): Promise<never> => Promise.reject(new Error('nothing else is asked for'))

/** Somebody who gives these answers, one after the other, and then leaves; and what was asked and shown, line by line. */
export function scripted(answers: readonly Answered[]): { asking: Asking; seen: string[]; left: Answered[] } {
  const left = [...answers]
  const seen: string[] = []
  const terminal: Terminal = {
    interactive: true,
    width: 80,
    isHeard: true,
    isLive: true,
    print: (text) => void seen.push(text.trim()),
    document: () => void seen.push('(a document)'),
    clear: nothing,
    remark: nothing,
    warn: nothing,
    progress: nothing,
    settle: nothing,
    askText: unasked,
    askSecret: unasked,
    choose: <T>(message: string, choices: readonly Choice<T>[], fallback: T): Promise<T> => {
      seen.push(`${choices.map(({ key }) => key).join('')}: ${message}`)
      const answer = left.shift()
      if (answer === undefined) return Promise.reject(cancelled())
      const chosen = choices.find(({ key }) => key === answer)
      if (answer !== '' && !chosen) return Promise.reject(new Error(`${String(answer)} is no key here`))
      return Promise.resolve(chosen ? chosen.value : fallback)
    },
    chooseSome: <T>(message: string, listed: readonly Listed<T>[]): Promise<T[] | null> => {
      seen.push(`${message} ${listed.map(({ name }) => name).join(', ')}`)
      const answer = left.shift()
      if (answer === null || !Array.isArray(answer)) return Promise.resolve(null)
      return Promise.resolve(listed.filter(({ name }) => answer.includes(name)).map(({ value }) => value))
    },
  }
  const look = { width: 80, paint: (_: unknown, text: string) => text, colour: false, verbose: false }
  return { asking: { terminal, look }, seen, left }
}
