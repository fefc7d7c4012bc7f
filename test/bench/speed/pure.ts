import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Figure } from '../figure.ts'
import type { Place } from '../place.ts'
import { run } from '../run.ts'
import { INSIDE, type Piece } from './inside.ts'
import { listOf, MANY } from './sandbox.ts'

/** The bench itself, as the program that does one piece of it in a new process: nothing has been called there before. */
async function asked(place: Place, piece: Piece, files: Files): Promise<number> {
  const words = [process.execPath, String(process.argv[1]), INSIDE, piece, files.list, files.journal] as const
  const { stdout } = await run(words, place)
  return Number(stdout)
}

interface Files {
  /** The list of a gateway with many servers, as a file. */
  list: string
  /** An empty folder. */
  journal: string
}

async function filesFor(place: Place): Promise<Files> {
  const folder = await mkdtemp(join(place.cwd, '..', 'inside-'))
  const list = join(folder, 'list.json')
  await writeFile(list, JSON.stringify(await listOf(place, MANY)))
  return { list, journal: join(folder, 'journal') }
}

/** One sample a process. `first`: what has to be there before. */
const alone =
  (piece: Piece, first: readonly Piece[]): Figure['measure'] =>
  async (place, runs) => {
    const files = await filesFor(place)
    for (const each of first) await asked(place, each, files)
    const samples: number[] = []
    while (samples.length < runs) samples.push(await asked(place, piece, files))
    return { samples, baseline: null }
  }

/** How long the program thinks, with no gateway to wait for. */
export const PURE: readonly Figure[] = [
  { name: 'plan and render 5,000', unit: 'ms', limit: 1000, measure: alone('plan', []) },
  { name: 'read the journal of 5,000', unit: 'ms', limit: 300, measure: alone('read', ['record']) },
]
