import { describe, expect, test } from 'vitest'
import { readNumbers } from '../../../../src/cli/terminal/prompts/plain.ts'

const NAMES = ['fetch', 'my server', 'again, and more', '日本語', '9']

describe('an answer to a numbered list names', () => {
  for (const [answer, numbers] of [
    ['1', [0]],
    ['1 3 5', [0, 2, 4]],
    ['3,1, 3', [0, 2]],
    ['a', [0, 1, 2, 3, 4]],
    ['ALL', [0, 1, 2, 3, 4]],
    ['Fetch', [0]],
    ['fetch,', [0]],
    ['fetch 日本語', [0, 3]],
    ['my server', [1]],
    ['again, and more', [2]],
    // A number of the list beats a name, and a name what is no number of it.
    ['9', [4]],
  ] as const)
    test(answer, () => expect(readNumbers(answer, NAMES)).toEqual(numbers))
})

describe('an answer to a numbered list names nothing where a part of it is not in the list:', () => {
  for (const answer of ['', ' ', '0', '6', '-1', '1.5', '1 6', 'fetc', 'my', '1 and 2'])
    test(JSON.stringify(answer), () => expect(readNumbers(answer, NAMES)).toBeNull())
})
