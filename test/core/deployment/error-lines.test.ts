import { expect, test } from 'vitest'
import { errorLines } from '../../../src/core/deployment/error-lines.ts'

const told = (lines: string[], limit = 5): string[] =>
  errorLines(
    lines.map((text) => ({ text })),
    limit,
  ).map(({ text }) => text)

test('levels and exceptions are errors, whoever wrote the log', () => {
  const errors = [
    '17:40:42 - LiteLLM Proxy:ERROR: auth.py:197 - no key',
    '2026-11-25 12:00:00 UTC [7] FATAL:  role "x" does not exist',
    '{"level": "error", "msg": "no"}',
    'httpx.ConnectError: All connection attempts failed',
    'ExceptionGroup: unhandled errors in a TaskGroup',
  ]
  expect(told(['INFO: ready, 0 errors', ...errors, 'GET /error 200'])).toEqual(errors)
})

test('a traceback is told by the line that it ends with, without the code in between', () => {
  expect(
    told([
      'Traceback (most recent call last):',
      '  File "a.py", line 3, in f',
      '    raise ValueError("no")',
      'ValueError: no',
    ]),
  ).toEqual(['ValueError: no'])
})

test('a traceback whose end is missing is told by its beginning', () => {
  expect(told(['Traceback (most recent call last):', '  File "a.py", line 3, in f'])).toEqual([
    'Traceback (most recent call last):',
  ])
})

test('the last ones, oldest first, and none where none are wanted', () => {
  const lines = ['ERROR in one', 'ERROR in two', 'ERROR in three']
  expect(told(lines, 2)).toEqual(['ERROR in two', 'ERROR in three'])
  expect(told(lines, 0)).toEqual([])
})

test('one that came again and again stands once, where it came last', () => {
  const lines = ['10:01 ERROR of 17', 'ERROR elsewhere', '10:02 ERROR of 18'].map((text) => ({ text }))
  expect(errorLines(lines, 5)).toEqual([
    { text: 'ERROR elsewhere', times: 1 },
    { text: '10:02 ERROR of 18', times: 2 },
  ])
})
