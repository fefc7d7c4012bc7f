import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entriesIn } from '../../../src/gateway/servers/entries.ts'

const split = (text: string, encoding: BufferEncoding = 'utf8'): string[] | null =>
  entriesIn(Buffer.from(text, encoding))?.map((bytes) => bytes.toString(encoding)) ?? null

test.each([
  ['[]', []],
  [' [ ] \n', []],
  ['\ufeff[1]', ['1']],
  ['[1,2]', ['1', '2']],
  ['[ {"a":[1,{"b":2}]} , "x,]y" ]', ['{"a":[1,{"b":2}]} ', ' "x,]y" ']],
  [String.raw`["\\","\"]"]`, [String.raw`"\\"`, String.raw`"\"]"`]],
  ['[1,]', ['1', '']],
])('%j are the entries %j', (text, entries) => {
  expect(split(text)).toEqual(entries)
})

test.each([
  '',
  ' ',
  '{}',
  '"[1]"',
  '1',
  '[',
  '[1',
  '[1,',
  '["x]',
  '[{]',
  '[1]]',
  '[1] 2',
  ']',
  '[1}',
  '\u00a0[1]',
])('%j is no list', (text) => {
  expect(split(text)).toBeNull()
})

test('bytes that are no UTF-8 stay in their entry', () => {
  expect(split('["é","]"]', 'latin1')).toEqual(['"é"', '"]"'])
})

describe('of any list, however it is written,', () => {
  test.each([0, 1, '\t'])('the entries read as what stands in it (indent %j)', (indent) => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 5 })), (values) => {
        const entries = split(JSON.stringify(values, null, indent))
        expect(entries?.map((entry) => JSON.parse(entry) as unknown)).toEqual(
          JSON.parse(JSON.stringify(values)),
        )
      }),
    )
  })

  test('no text of anything else is taken for one whose entries can all be read', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]{},"\\1 :a') }), (text) => {
        const isRead = (entry: string): boolean => {
          try {
            JSON.parse(entry)
            return true
          } catch {
            return false
          }
        }
        const isJsonList = isRead(text) && Array.isArray(JSON.parse(text))
        expect(split(text)?.every(isRead) ?? false).toBe(isJsonList)
      }),
      { numRuns: 3000 },
    )
  })
})
