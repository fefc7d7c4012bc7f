import { describe, expect, test } from 'vitest'
import { exactNumber } from '../../../src/core/exact-json.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { listedServer } from '../../../src/core/record/server.ts'
import { printsOf } from '../../../src/core/record/sighting.ts'

const { era } = eraOf('1.106.2')
const ENTRY = {
  server_id: 'a',
  url: 'http://old',
  updated_at: 'then',
  description: 'one',
  status: null,
  timeout: 30,
}
const MOVE = [{ field: 'url' }]

const printed = (more: object = {}, edits: readonly { field: string }[] = MOVE) =>
  printsOf(listedServer.parse({ ...ENTRY, ...more }), edits, era)

describe('the prints of an entry', () => {
  const now = printed()

  test.each<[string, object, whole: boolean, rest: boolean]>([
    ['nothing', {}, true, true],
    ['the order of its fields', Object.fromEntries(Object.entries(ENTRY).toReversed()), true, true],
    ['what a probe found', { status: 'healthy', last_health_check: 'now' }, true, true],
    ['a number written another way', { timeout: exactNumber('30.0') }, true, true],
    ['the field that is written', { url: 'http://new' }, false, true],
    ['its time of change', { updated_at: 'now' }, false, true],
    ['a setting that goes and comes back', { token_url: 'https://issuer' }, false, true],
    ['another field', { description: 'two' }, false, false],
    ['a field that was not there', { instructions: 'new' }, false, false],
    ['a field that is gone', { description: undefined }, false, false],
  ])('where %s differs', (_what, more, whole, rest) => {
    const then = printed(more)
    expect([then.whole === now.whole, then.rest === now.rest]).toEqual([whole, rest])
  })

  test('leave out the whole field in which an edit stands', () => {
    const edits = [{ field: 'static_headers["X-A"]' }]
    const [one, two] = ['1', '2'].map((value) => printed({ static_headers: { 'X-A': value } }, edits))
    expect([one?.rest === two?.rest, one?.whole === two?.whole]).toEqual([true, false])
  })
})
