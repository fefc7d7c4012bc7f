import { expect, test } from 'vitest'
import { describeUnfinished } from '../../../src/cli/ask/unfinished.ts'
import { settledAs } from '../../../src/core/run/outcome.ts'
import { changeOf, newJournal, recordOf, recordRun } from '../../runs/recover/recorded.ts'

const LOOK = { width: 80, paint: (_: unknown, text: string) => text, colour: false, verbose: false }

test('an unfinished run of 200 servers is a few lines, whose numbers add up', async () => {
  const changes = Array.from({ length: 200 }, (_, i) => changeOf(recordOf(`server-${i}`)))
  const run = await recordRun(await newJournal(), {
    id: '20261101T231400Z-aaaaaa',
    url: 'http://localhost:4000',
    changes,
    told: [['change', 'applied']],
  })
  const settled = changes.map((change, i) =>
    settledAs(change, i === 97 ? 'drifted' : i < 100 ? 'applied' : 'not-applied'),
  )
  const text = describeUnfinished({ run, settled }, { look: LOOK })
  expect(text.split('\n').length).toBeLessThan(20)
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'The gateway was asked: 99 of 200 servers changed, 100 not changed, 1 drifted.',
  )
  expect(text).toContain('! server-97: left alone, it was changed by somebody else')
})
