import { describe, expect, test } from 'vitest'
import { changeOf } from '../plan/samples.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import type { Tried } from '../../../src/core/reach/reach.ts'
import { brokenChanges } from '../../../src/core/run/report.ts'
import { settledAs } from '../../../src/core/run/outcome.ts'

const change = changeOf('fetch')

const tried = (outcome: Tried['outcome']): Tried => ({
  outcome,
  kind: outcome === 'failed' ? 'refused' : 'tools',
  evidence: 'seen',
  tools: null,
  hint: null,
})

const DEAD = { code: 'unreachable', message: 'does not work at the new URL', reversible: true }

/** Is a change broken that was applied and fails its check, after this was found beforehand? */
const isBroken = (before: Tried | null, effects: Change['effects'] = []): boolean => {
  const applied = { ...settledAs({ ...change, effects }, 'applied'), check: tried('failed') }
  return brokenChanges({ changes: [applied], preflight: before ? { [change.id]: before } : {} }).length > 0
}

describe('a server that fails its check after the run', () => {
  test('is a surprise where it worked, wanted a sign-in, or could not be tried beforehand', () => {
    for (const outcome of ['reached', 'sign-in', 'not-tried'] as const)
      expect(isBroken(tried(outcome))).toBe(true)
    expect(isBroken(null)).toBe(true)
  })

  test('is none where it was found dead beforehand, going forward by consent or back without a question', () => {
    expect(isBroken(tried('failed'), [DEAD])).toBe(false)
    expect(isBroken(tried('failed'))).toBe(false)
  })

  test('is none where it was found dead when the run began that is finished now, and a surprise where it worked since', () => {
    expect(isBroken(null, [DEAD])).toBe(false)
    expect(isBroken(tried('reached'), [DEAD])).toBe(true)
  })
})
