import { expect, test } from 'vitest'
import { localTime } from '../../../src/cli/render/local-time.ts'

test.each([
  ['Europe/Berlin', '2026-11-24T03:14:46.000Z', '2026-11-24 04:14 +01:00'],
  ['Europe/Berlin', '2026-07-24T22:14:46.000Z', '2026-07-25 00:14 +02:00'],
  ['Asia/Kolkata', '2026-11-24T03:14:46.000Z', '2026-11-24 08:44 +05:30'],
  ['America/St_Johns', '2026-01-01T00:00:00.000Z', '2025-12-31 20:30 -03:30'],
  ['UTC', '2026-11-24T03:14:46.000Z', '2026-11-24 03:14 UTC'],
  ['Europe/London', '2026-01-24T03:14:46.000Z', '2026-01-24 03:14 UTC'],
])('in %s %s is %s', (zone, iso, text) => {
  expect(localTime(iso, zone)).toBe(text)
})

test('what is no time stays as it is', () => {
  expect(localTime('yesterday', 'UTC')).toBe('yesterday')
})
