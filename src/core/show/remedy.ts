import { printable } from './text.ts'

/** How a failure is mended. `command`: to be typed as it is, a line for each, `null` where there is none to give. */
export interface Remedy {
  sentence: string
  command: string | null
}

/** A remedy as one text, the commands on lines of their own after the sentence. */
export function remedyText({ sentence, command }: Remedy, indent = ''): string {
  const commands = command?.split('\n') ?? []
  // Names in a sentence may hold anything: no line of theirs is to pass for a command.
  return [printable(sentence), ...commands.map((line) => indent + line)].join('\n')
}

/** A remedy as a hint, where commands are indented. */
export const hintOf = (remedy: Remedy): string => remedyText(remedy, '  ')

/** A hint that ends in commands, each on a line of its own. */
export const mend = (sentence: string, ...commands: readonly string[]): string =>
  hintOf({ sentence, command: commands.length === 0 ? null : commands.join('\n') })
