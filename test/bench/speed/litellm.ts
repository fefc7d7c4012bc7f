import type { Figure } from '../figure.ts'
import type { Place } from '../place.ts'
import { inTurns, quotients } from '../ratio.ts'
import type { Mover } from './fleet.ts'
import type { Release } from './lab.ts'
import { blind, floor, program, script } from './movers.ts'
import type { Body } from './floor.ts'

/** What stands beside the program, by what it is called in the table. */
const RIVALS = {
  'list, GET, PUT': (_place: Place, body: Body): Mover => floor(body),
  'the careful script': (place: Place, body: Body): Mover => script(place, 'careful', body),
  'list, PUT': (): Mover => blind,
  'the naive script': (place: Place, body: Body): Mover => script(place, 'naive', body),
} as const
type Rival = keyof typeof RIVALS

interface Row {
  release: Release
  body: Body
  /** With the limit of each. Before 1.88 a PUT of the URL alone empties other fields, so that there is nothing to compare. */
  rivals: readonly (readonly [Rival, number | null])[]
  /** The limit where a quarter of the servers accepts and never answers. */
  silent: number | null
}

const ROWS: readonly Row[] = [
  {
    release: '1.106.2',
    body: 'url',
    rivals: [
      ['list, GET, PUT', 1.1],
      ['the careful script', 1],
      ['list, PUT', null],
      ['the naive script', null],
    ],
    silent: 1.3,
  },
  {
    release: '1.81.14',
    body: 'record',
    rivals: [
      ['list, GET, PUT', 1.15],
      ['the careful script', 1],
    ],
    silent: null,
  },
]

const limited = (name: string, limit: number | null, measure: Figure['measure']): Figure => ({
  name,
  unit: '×',
  limit,
  measure,
  needsLab: true,
})

/** The program beside one of the others. */
const besideRival = ({ release, body }: Row, rival: Rival, isBare: boolean): Figure['measure'] =>
  async function measure(place, runs) {
    const { fleet } = await place.lab.on(release)
    const movers = [RIVALS[rival](place, body), program(place, { isBare })]
    const rounds = await inTurns(
      movers.map((mover) => () => fleet.time(mover)),
      runs,
    )
    return quotients(rounds, rival)
  }

/** The program where a quarter of the servers is silent, beside itself where all answer. */
const withSilent = ({ release }: Row): Figure['measure'] =>
  async function measure(place, runs) {
    const { fleet, silence } = await place.lab.on(release)
    const mover = program(place, { isBare: true })
    const time = async (isSilent: boolean): Promise<number> => {
      silence(isSilent)
      try {
        return await fleet.time(mover)
      } finally {
        silence(false)
      }
    }
    return quotients(await inTurns([() => time(false), () => time(true)], runs), 'all answer')
  }

function figuresOf(row: Row): Figure[] {
  const named = `LiteLLM ${row.release}`
  return [
    ...row.rivals.map(([rival, limit]) =>
      limited(`${named}: against ${rival}`, limit, besideRival(row, rival, true)),
    ),
    limited(`${named}: a quarter silent`, row.silent, withSilent(row)),
    limited(
      `${named}: all defaults, against list, GET, PUT`,
      null,
      besideRival(row, 'list, GET, PUT', false),
    ),
  ]
}

/** How fast real LiteLLM lets the program be, against what else somebody could use. */
export const LITELLM: readonly Figure[] = ROWS.flatMap(figuresOf)
