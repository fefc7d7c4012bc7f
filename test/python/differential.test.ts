import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { compare, type Outcome } from './compare.ts'
import { generate } from './generate.ts'
import { askPython } from './python.ts'

const COUNT = Number(process.env['DIFFERENTIAL'] ?? 40_000)
const FIRST_SEED = Number(process.env['SEED'] ?? 1)
const BATCH = 5_000

interface Difference {
  seed: number
  text: string
  outcome: Outcome
}

const outcomes: Outcome[] = []
const differences: Difference[] = []
const versions = new Set<string>()

async function runBatch(first: number): Promise<void> {
  const seeds = Array.from(
    { length: Math.min(BATCH, FIRST_SEED + COUNT - first) },
    (_, index) => first + index,
  )
  const texts = seeds.map(generate)
  const { version, answers } = await askPython(texts)
  versions.add(version)
  for (const [index, seed] of seeds.entries()) {
    const text = texts[index] ?? ''
    const outcome = compare(text, answers[index] ?? '', version)
    outcomes.push(outcome)
    if (outcome.startsWith('differs')) differences.push({ seed, text, outcome })
  }
}

async function runAll(): Promise<void> {
  let next = FIRST_SEED
  async function work(): Promise<void> {
    while (next < FIRST_SEED + COUNT) {
      const first = next
      next += BATCH
      await runBatch(first)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
}

function figures(): string {
  const count = (...kinds: Outcome[]): number => outcomes.filter((outcome) => kinds.includes(outcome)).length
  const sameLine = count('both refuse, same line')
  return [
    `differential: ${outcomes.length} documents`,
    `${count('both read')} read by both`,
    `${sameLine + count('both refuse, no line')} refused by both (${sameLine} on the same line)`,
    `${count('only we refuse')} refused by this program only`,
    `${count('disputed')} read differently by releases of PyYAML`,
    `${differences.length} differences; PyYAML ${[...versions].join()}`,
  ].join(', ')
}

test('what PyYAML reads is read, what it refuses is refused on the same line', {
  timeout: 3_600_000,
}, async () => {
  await runAll()
  console.log(figures())
  expect(differences.slice(0, 5)).toEqual([])
  for (const version of versions) expect(version).toMatch(/^6\.0(?:\.\d+)?$/)
  expect(outcomes.length).toBe(COUNT)
  expect(outcomes.filter((outcome) => outcome === 'both read').length).toBeGreaterThan(COUNT / 4)
  const refused = outcomes.filter((outcome) => outcome === 'only we refuse' || outcome === 'disputed')
  expect(refused.length).toBeLessThan(COUNT / 100)
})
