import { expect, test } from 'vitest'
import { renderByHand } from '../../../../src/cli/render/report/report.ts'
import type { Look } from '../../../../src/cli/render/layout.ts'
import { settledAs } from '../../../../src/core/run/outcome.ts'
import type { RunReport } from '../../../../src/core/run/report.ts'

const LOOK: Look = { width: 200, paint: (_, text) => text, colour: false, verbose: false }

const moved = settledAs(
  {
    id: 'change',
    server: { id: 'id-one', name: 'one', alias: 'one', source: 'database' },
    file: null,
    settings: {},
    landed: [],
    migration: 'a-migration',
    transport: 'sse',
    signsIn: false,
    edits: [{ field: 'url', before: 'http://old:1/sse', after: 'http://new:2/sse' }],
    effects: [],
    fields: {},
    fingerprint: '',
  },
  'applied',
)

test('the URLs of before are told where the journal is lost, of servers whose settings alone were put back, too', () => {
  const puttingBack = { ...moved, edits: [], landed: moved.edits }
  for (const change of [moved, puttingBack])
    expect(renderByHand({ changes: [change] } as unknown as RunReport, LOOK)).toContain(
      '\n  one: url http://old:1/sse',
    )
})
