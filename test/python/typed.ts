import type { Random } from './random.ts'
import { BASE64, DATES, NUMERALS, TIMES, TYPED, ZONES } from './words.ts'

/** One value that may be read as a number, a date or bytes. */
function typedScalar(random: Random): string {
  const kind = random.below(5)
  if (kind < 2) {
    const tag = random.pick(['', '', '', '!!int ', '!!float ', '! '])
    const text = random.some(NUMERALS, 6)
    return tag + (tag !== '' && random.once(2) ? `"${text}${random.pick(['', '\\n', '\\t'])}"` : text)
  }
  if (kind === 2)
    return (
      random.pick(['', '', '!!timestamp ']) + random.pick(DATES) + random.pick(TIMES) + random.pick(ZONES)
    )
  return kind === 3 ? `!!binary "${random.some(BASE64, 6)}"` : random.pick(TYPED)
}

/** Such a value alone, or two as keys that may be equal. */
export function typed(random: Random): string {
  if (random.once(2)) return `a: ${typedScalar(random)}\n`
  return `? ${typedScalar(random)}\n: 1\n? ${typedScalar(random)}\n: 2\n`
}
