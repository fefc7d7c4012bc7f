import { expect, test } from 'vitest'
import { giveWidth } from '../../../src/cli/terminal/width.ts'

test('a terminal that has not been told its width counts as 80 columns, and any other as it is', () => {
  const stream: { isTTY: boolean; columns?: number } = { isTTY: true, columns: 0 }
  giveWidth(stream)
  expect(stream.columns).toBe(80)
  stream.columns = 132
  expect(stream.columns).toBe(132)
  stream.columns = 0
  expect(stream.columns).toBe(80)
})

test('what is no terminal has no width', () => {
  const file: { columns?: number } = {}
  giveWidth(file)
  expect(file.columns).toBeUndefined()
})
