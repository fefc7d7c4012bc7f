import { describe, expect, test } from 'vitest'
import { type Direction, directionOf, objectionTo } from '../../../src/runs/apply/guard.ts'
import { puttingBack } from '../../../src/core/plan/assemble-change.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { changeOf, ERA, newUrl, oldUrl, recordOf } from './scene.ts'

describe('against writing a record it speaks', () => {
  const BEFORE = recordOf('a', { description: 'kept' })
  const CHANGE = changeOf(BEFORE)
  const BACK = changeOf(BEFORE, { edits: [{ field: 'url', before: newUrl('a'), after: oldUrl('a') }] })
  const RESTORE = puttingBack(CHANGE, { issuer: 'https://issuer' })

  const [old, fresh, third] = [oldUrl('a'), newUrl('a'), 'http://elsewhere']
  const HELD = 'it holds the new value already, and not from this run'
  const CHANGED = 'changed since it was shown'
  const LOST = 'no longer holds what was written'

  type Row = [direction: Direction, what: string, fields: Record<string, unknown>, error: string | null]
  test.each<Row>([
    ['apply', 'it is as it was shown', {}, null],
    ['apply', 'it has the new URL', { url: fresh }, HELD],
    ['apply', 'it has a third one', { url: third }, `${CHANGED}: url`],
    ['apply', 'another field changed', { description: 'new' }, `${CHANGED}: description`],
    ['revert', 'it holds what was written', { url: fresh }, null],
    ['revert', 'it has the URL of before', { url: old }, HELD],
    ['revert', 'it has a third one', { url: third }, `${LOST}: url`],
    ['revert', 'another field changed', { url: fresh, description: 'new' }, null],
    ['restore', 'it holds what was written', { url: fresh }, null],
    ['restore', 'it has the URL of before', { url: old }, `${LOST}: url`],
    ['restore', 'it has a third one', { url: third }, `${LOST}: url`],
    ['restore', 'another field changed', { url: fresh, description: 'new' }, null],
  ])('%s: where %s', (direction, _what, fields, error) => {
    const change = { apply: CHANGE, revert: BACK, restore: RESTORE }[direction]
    const found = objectionTo(change, { ...BEFORE, ...fields }, direction, ERA)
    expect(found?.error ?? null).toBe(error)
  })

  test('that nobody was asked for what would be lost by now', () => {
    const signedInto = recordOf('a', { auth_type: 'oauth2' })
    const unaware = changeOf(signedInto, { effects: [] })
    expect(objectionTo(changeOf(signedInto), signedInto, 'apply', ERA)).toBeNull()
    expect(objectionTo(unaware, signedInto, 'apply', ERA)?.error).toMatch(/^nobody was asked about this: /)
  })

  test('that the release would damage its name', () => {
    const hyphened = recordOf('a', { alias: 'a-b' })
    const { era } = eraOf('1.80.0')
    expect(objectionTo(changeOf(hyphened), hyphened, 'apply', era)?.error).toMatch(
      /^this release refuses or changes an alias with a hyphen/,
    )
  })

  test('that a setting would be cleared that no run could put back', () => {
    const odd = recordOf('a', { audience: ['a'] })
    expect(objectionTo(changeOf(odd), odd, 'apply', ERA)?.error).toMatch(/^a new URL clears its audience, /)
  })

  test('a change leads where its plan does, and one without edits only to its settings', () => {
    const directions = [CHANGE, RESTORE].flatMap((change) =>
      [null, 'a-run'].map((reverts) => directionOf(change, { reverts })),
    )
    expect(directions).toEqual(['apply', 'revert', 'restore', 'restore'])
  })
})
