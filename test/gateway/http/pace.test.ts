import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { type End, Gate, Pace } from '../../../src/gateway/http/pace.ts'
import { test } from '../../support/trial.ts'

/** A gateway of a simulation: how long it takes for a request that is the `nth`, with so many under way, and how that ends. */
type Model = (nth: number, underWay: number) => { tookMs: number; how: End }

interface Simulated {
  /** When the last request was over, in milliseconds. */
  tookMs: number
  /** How many were under way as each began, itself included; and of these, how many did not wait for a silent backend. */
  begun: { at: number; underWay: number; young: number; limit: number }[]
  refused: number
}

const ANSWERED: End = { kind: 'answered' }

/** A gateway on a clock that jumps. In doubt it shows life where it is `alive`. */
class Simulation {
  readonly begun: Simulated['begun'] = []
  refused = 0
  now = 0
  readonly #pace = new Pace()
  readonly #model: Model
  readonly #alive: boolean
  readonly #ends: { at: number; end: () => void }[] = []
  #left: number
  #askedAt = -Infinity

  constructor(count: number, model: Model, alive: boolean) {
    this.#left = count
    this.#model = model
    this.#alive = alive
  }

  get isOver(): boolean {
    return this.#left === 0 && this.#ends.length === 0
  }

  /** One request begins. */
  #begin(): void {
    const { now } = this
    const request = this.#pace.begin(now)
    const { underWay, limit } = this.#pace
    const { tookMs, how } = this.#model(this.begun.length, underWay)
    this.begun.push({ at: now, underWay, young: this.#pace.young(now), limit })
    this.#left -= 1
    const end = (): void => {
      this.#pace.end(request, how, this.now)
      if (how.kind === 'answered' || how.kind === 'failed') return
      this.#left += 1
      this.refused += 1
    }
    this.#ends.push({ at: now + tookMs, end })
  }

  /** When to look again, if nothing ends by then; `null` where one may begin. */
  #lookAt(): number | null {
    if (this.#left === 0) return Infinity
    const verdict = this.#pace.verdict(this.now)
    if (verdict.kind !== 'unsure') return verdict.kind === 'go' ? null : verdict.until
    if (!this.#alive) return Infinity
    if (this.now - this.#askedAt < 1000) return this.#askedAt + 1000
    this.#askedAt = this.now
    this.#pace.hear(this.now)
    return this.now
  }

  step(): void {
    const look = this.#lookAt()
    if (look === null) return this.#begin()
    this.#ends.sort((a, b) => a.at - b.at)
    const [first] = this.#ends
    const isEnd = first !== undefined && first.at <= look
    this.now = isEnd ? first.at : look
    if (this.now === Infinity) throw new Error(`nothing goes on, with ${this.#left} left`)
    if (isEnd) this.#ends.shift()?.end()
  }
}

/** Sends so many requests, each refused one again. */
function simulate(count: number, model: Model, alive = true): Simulated {
  const simulation = new Simulation(count, model, alive)
  while (!simulation.isOver) simulation.step()
  const { now: tookMs, begun, refused } = simulation
  return { tookMs, begun, refused }
}

const mostOf = (numbers: readonly number[]): number => Math.max(...numbers)

describe('how many requests a gateway gets at once', () => {
  test('is four at first, and eight of one that keeps up', () => {
    const { begun } = simulate(200, () => ({ tookMs: 50, how: ANSWERED }))
    expect(begun.filter(({ at }) => at === 0)).toHaveLength(4)
    expect(mostOf(begun.map(({ underWay }) => underWay))).toBe(8)
  })

  test('is hardly more where each takes as long as all those at once', () => {
    const { begun } = simulate(400, (_, underWay) => ({ tookMs: 50 * underWay ** 2, how: ANSWERED }))
    expect(mostOf(begun.map(({ underWay }) => underWay))).toBeLessThanOrEqual(6)
  })

  test('is fewer where it becomes slow', () => {
    const { begun } = simulate(200, (nth) => ({ tookMs: nth < 100 ? 50 : 400, how: ANSWERED }))
    expect(Math.min(...begun.slice(100, 160).map(({ limit }) => limit))).toBeLessThanOrEqual(4)
  })

  test('is half after a refusal, and grows back slowly', () => {
    const limited: Model = (_, underWay) =>
      underWay > 3 ? { tookMs: 5, how: { kind: 'busy', pauseMs: 1000 } } : { tookMs: 50, how: ANSWERED }
    const { begun, refused } = simulate(40, limited)
    expect(refused).toBe(1)
    expect(mostOf(begun.slice(5).map(({ underWay }) => underWay))).toBeLessThanOrEqual(3)
  })

  test('is none while one that was refused waits', () => {
    const model: Model = (nth) =>
      nth === 2 ? { tookMs: 5, how: { kind: 'busy', pauseMs: 3000 } } : { tookMs: 50, how: ANSWERED }
    const { begun } = simulate(40, model)
    expect(begun.filter(({ at }) => at > 5 && at < 3005)).toEqual([])
  })
})

describe('silent backends', () => {
  const silent = { tookMs: 10_000, how: ANSWERED }
  const quick = { tookMs: 50, how: ANSWERED }

  test('are waited for side by side, as others are read', () => {
    const { tookMs, begun } = simulate(200, (nth) => (nth % 4 === 1 ? silent : quick))
    expect(tookMs).toBeLessThan(16_000)
    expect(mostOf(begun.map(({ underWay }) => underWay))).toBeGreaterThan(40)
  })

  test('are waited for side by side after a connection was lost', () => {
    const lost: End = { kind: 'lost', pauseMs: 250 }
    const { tookMs } = simulate(51, (nth) => (nth === 0 ? { tookMs: 5, how: lost } : silent))
    expect(tookMs).toBeLessThan(40_000)
  })

  test('and hardly one after the other where the gateway refused all but one', () => {
    const busy: End = { kind: 'busy', pauseMs: 250 }
    const { tookMs } = simulate(51, (nth) => (nth === 0 ? { tookMs: 5, how: busy } : silent))
    expect(tookMs).toBeLessThan(100_000)
  })

  test('are waited for side by side where they come first', () => {
    const { tookMs } = simulate(200, (nth) => (nth < 50 ? silent : quick))
    expect(tookMs).toBeLessThan(24_000)
  })

  test('are waited for side by side where there are no others', () => {
    const { tookMs, begun } = simulate(64, () => silent)
    expect(tookMs).toBeLessThan(27_000)
    expect(mostOf(begun.map(({ underWay }) => underWay))).toBeGreaterThan(40)
  })

  test('cannot be told from a slow gateway that shows no life: then no more are asked than others', () => {
    const { begun } = simulate(40, () => silent, false)
    expect(mostOf(begun.map(({ underWay }) => underWay))).toBe(4)
  })

  test('are not what a gateway is that takes a second for each, and shows life', () => {
    const { begun } = simulate(100, (_, underWay) => ({ tookMs: 300 * underWay, how: ANSWERED }))
    expect(mostOf(begun.map(({ underWay }) => underWay))).toBeLessThanOrEqual(8)
  })
})

test('whatever a gateway does, all are asked, and never too many at once', () => {
  const how = fc.oneof(
    { weight: 8, arbitrary: fc.constant(ANSWERED) },
    { weight: 1, arbitrary: fc.constant<End>({ kind: 'failed' }) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 0, max: 60_000 }).map((pauseMs): End => ({ kind: 'busy', pauseMs })),
    },
  )
  const tookMs = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 31_000 }))
  fc.assert(
    fc.property(
      fc.array(fc.record({ tookMs, how }), { minLength: 1, maxLength: 300 }),
      fc.boolean(),
      (answers, alive) => {
        const { begun } = simulate(200, (nth) => answers[nth] ?? { tookMs: 50, how: ANSWERED }, alive)
        for (const { underWay, young, limit } of begun) {
          expect(underWay).toBeLessThanOrEqual(64)
          expect(young).toBeLessThanOrEqual(limit)
          expect(limit).toBeLessThanOrEqual(8)
          expect(limit).toBeGreaterThanOrEqual(1)
        }
      },
    ),
  )
})

test('after a refusal no more than half of what was under way is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), (count) => {
      const pace = new Pace()
      const requests = []
      for (let now = 0; requests.length < count; now += 1) {
        const verdict = pace.verdict(now)
        if (verdict.kind === 'go') requests.push(pace.begin(now))
        else if (verdict.kind === 'unsure') pace.hear(now)
      }
      const now = 100_000
      const [first, ...rest] = requests
      if (first) pace.end(first, { kind: 'busy', pauseMs: 500 }, now)
      for (const each of rest) pace.end(each, { kind: 'failed' }, now)
      expect(pace.verdict(now + 499)).toEqual({ kind: 'wait', until: now + 500 })
      while (pace.verdict(now + 500).kind === 'go') pace.begin(now + 500)
      expect(pace.underWay).toBeLessThanOrEqual(Math.max(1, Math.floor(count / 2)))
    }),
  )
})

test('one that was refused goes before those that never were', async () => {
  const gate = new Gate()
  const sign = (): Promise<boolean> => Promise.resolve(true)
  const first = await Promise.all([1, 2, 3, 4].map(() => gate.turn(false, sign)))
  const order: string[] = []
  const take = async (name: string, isAgain: boolean): Promise<void> => {
    const end = await gate.turn(isAgain, sign)
    order.push(name)
    end(ANSWERED)
  }
  const later = take('later', false)
  const again = take('again', true)
  for (const end of first) end(ANSWERED)
  await Promise.all([later, again])
  expect(order).toEqual(['again', 'later'])
})

test('a sign of life is asked for once, where nothing comes back', async () => {
  const gate = new Gate()
  let asked = 0
  const sign = (): Promise<boolean> => {
    asked += 1
    return Promise.resolve(true)
  }
  const ends = await Promise.all([1, 2, 3, 4, 5].map(() => gate.turn(false, sign)))
  expect(asked).toBe(1)
  for (const end of ends) end(ANSWERED)
})
