import { litellmConfig } from './litellm.ts'
import { Random } from './random.ts'
import { Structure } from './structure.ts'
import { mutate } from './mutate.ts'
import { typed } from './typed.ts'
import { BEFORE, BEHIND, BREAKS, SIGNS } from './words.ts'

function withOtherBreaks(random: Random, text: string): string {
  if (!random.once(6)) return text
  const odd = random.pick(BREAKS)
  return random.once(3)
    ? text.replaceAll('\n', () => (random.once(3) ? odd : '\n'))
    : text.replaceAll('\n', odd)
}

function withEnds(random: Random, text: string): string {
  let whole = text
  if (random.once(12)) whole = random.pick(BEFORE) + whole
  if (random.once(4)) whole = whole.replace(/\n+$/, '')
  if (random.once(15)) whole += random.pick(BEHIND)
  if (random.once(30)) whole = `\uFEFF${whole}`
  return whole
}

function longKey(random: Random): string {
  const length = 1015 + random.below(20)
  const key = random.once(3) ? '🗂'.repeat(length) : 'a'.repeat(length)
  const quote = random.pick(['', '"', "'"])
  return random.pick([
    `${quote}${key}${quote}: 1\n`,
    `{${quote}${key}${quote} : 1}\n`,
    `- a: b\n  ${key}: 1\n`,
    `[[${key}], a]: 1`,
  ])
}

function deep(random: Random): string {
  const levels = random.pick([50, 390, 399, 400, 401, 420, 480])
  const open = random.pick(['[', '{a: ', '[a: ', '- '])
  const close = { '[': ']', '{': '}', '-': '' }[open.charAt(0)] ?? ''
  return open.repeat(levels) + (random.once(9) ? '' : 'a') + close.repeat(levels)
}

/** Signs without any sense, as mistakes are easiest to see in short texts. */
const soup = (random: Random): string => random.some(SIGNS, 12)

/** A document that a seed stands for: well formed, nearly so, or not at all. */
export function generate(seed: number): string {
  const random = new Random(seed)
  if (random.once(150)) return longKey(random)
  if (random.once(600)) return deep(random)
  if (random.once(8)) return soup(random)
  if (random.once(8)) return typed(random)
  const base = random.once(4) ? litellmConfig(random) : new Structure(random).document()
  const text = withOtherBreaks(random, withEnds(random, base))
  return random.below(5) < 2 ? mutate(random, text) : text
}
