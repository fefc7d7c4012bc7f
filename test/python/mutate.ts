import type { Random } from './random.ts'
import { INSERTED } from './words.ts'

function mutateOnce(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  const lines = text.split('\n')
  const from = random.below(lines.length)
  const length = 1 + random.below(3)
  switch (random.below(7)) {
    case 0:
    case 1:
    case 2:
      return text.slice(0, at) + random.pick(INSERTED) + text.slice(at)
    case 3:
      return text.slice(0, at) + text.slice(at + 1)
    case 4:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at)
    case 5:
      return lines.toSpliced(random.below(lines.length), 0, ...lines.slice(from, from + 1)).join('\n')
    default:
      return lines.toSpliced(from, 1).join('\n')
  }
}

/** The text after one to four changes. */
export function mutate(random: Random, text: string): string {
  let mutated = text
  for (let left = 1 + random.below(4); left > 0; left--) mutated = mutateOnce(random, mutated)
  return mutated
}
