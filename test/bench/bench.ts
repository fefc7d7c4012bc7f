import { writeFile } from 'node:fs/promises'
import { type Asked, readArguments, USAGE } from './arguments.ts'
import { documentOf } from './document.ts'
import { exitFor, Mismeasured, type Result, resultOf } from './figure.ts'
import { FIGURES } from './figures.ts'
import { openPlace } from './place.ts'
import { inShort, renderTable } from './table.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Measures one figure after the other. `say` hears the name of each before, and what it came to: all of them take hours. */
async function measure(
  { program, runs, only, isCold, isLab, servers }: Asked,
  say: (line: string) => void,
): Promise<Result[]> {
  const chosen = FIGURES.filter(
    ({ name, needsLab }) =>
      (isLab || !needsLab) && (only.length === 0 || only.some((text) => name.includes(text))),
  )
  const place = await openPlace(program, isCold, servers)
  // What was started, a LiteLLM among it, would go on without the bench.
  const leave = (): void => void place.close().finally(() => process.exit(130))
  for (const signal of SIGNALS) process.once(signal, leave)
  try {
    const results: Result[] = []
    for (const figure of chosen) {
      say(`Measuring: ${figure.name}`)
      const result = resultOf(figure, await figure.measure(place, runs))
      say(`  ${inShort(result)}`)
      results.push(result)
    }
    return results
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave)
    await place.close()
  }
}

/** Does what was asked for, and prints it. Returns the exit code. */
export async function bench(argv: readonly string[]): Promise<number> {
  let asked: Asked
  try {
    asked = readArguments(argv)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n${USAGE}`)
    return 64
  }
  try {
    const figures = await measure(asked, (line) => process.stderr.write(`${line}\n`))
    const found = await documentOf(figures, asked)
    const json = `${JSON.stringify(found, null, 2)}\n`
    if (asked.output !== null) await writeFile(asked.output, json)
    process.stdout.write(asked.json ? json : `${renderTable(found)}\n`)
    return exitFor(figures, asked.check)
  } catch (error) {
    if (!(error instanceof Mismeasured)) throw error
    process.stderr.write(`Nothing was measured: ${error.message}\n`)
    return 1
  }
}
