import { expect, test } from 'vitest'
import { elapsedText, Stopwatch } from '../../../src/cli/terminal/elapsed.ts'

test.each([
  [0, ''],
  [2999, ''],
  [3000, '3 s'],
  [59_999, '59 s'],
  [60_000, '1 min 0 s'],
  [125_000, '2 min 5 s'],
])('%d ms are told as "%s"', (ms, text) => {
  expect(elapsedText(ms)).toBe(text)
})

test('a step goes on while its count moves, and the next one begins anew', () => {
  let time = 0
  const watch = new Stopwatch(() => time)
  watch.tell('Reading 200 records: 0 done')
  time = 8000
  watch.tell('Reading 200 records: 57 done')
  expect(watch.text).toBe('8 s')
  watch.tell('Trying 200 new addresses: 0 done')
  expect(watch.text).toBe('')
  time = 12_000
  expect(watch.text).toBe('4 s')
  watch.stop()
  expect(watch.text).toBe('')
})
