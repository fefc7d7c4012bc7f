import { expect, test } from 'vitest'
import { renderDrift } from '../../../../src/cli/render/plan/drift.ts'

const LOOK = { width: 60, paint: (_: unknown, text: string) => text, colour: false, verbose: false }

test('the states of a field stand in columns, whatever letters it has', () => {
  const drift = [
    { field: 'url', before: 'http://old', ours: 'http://new', now: 'http://other' },
    { field: 'env["日本"]', before: null, ours: null, now: { sha256: 'f'.repeat(64) } },
  ]
  expect(`\n${renderDrift(drift, LOOK).join('\n')}\n`).toMatchInlineSnapshot(`
    "
          url          before            http://old
                       ours              http://new
                       now               http://other
          env["日本"]  before, and ours  (nothing)
                       now               (hidden)
    "
  `)
})
