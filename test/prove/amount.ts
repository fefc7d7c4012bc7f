import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How much is proved: a sample in `npm test`, more in CI, everything in `npm run prove`. */
export interface Amounts {
  sample: number
  ci: number
  full: number
}

/** The amount that the environment asks for: PROVE is unset, `ci` or `full`. */
export function amount({ sample, ci, full }: Amounts): number {
  const asked = process.env['PROVE']
  if (asked === 'full') return full
  return asked === 'ci' ? ci : sample
}

/** Prints what a proof came to where more than a sample was asked for, and keeps it in the folder PROVE_FIGURES. */
export function tellFigures(proof: string, figures: Readonly<Record<string, number>>): void {
  if (!process.env['PROVE']) return
  const text = Object.entries(figures).map(([name, n]) => `${n} ${name}`)
  console.log(`${proof}: ${text.join(', ')}`)
  const folder = process.env['PROVE_FIGURES']
  if (folder) writeFileSync(join(folder, `${proof}.json`), `${JSON.stringify(figures)}\n`)
}
