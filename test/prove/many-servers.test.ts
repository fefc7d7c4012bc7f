import { expect } from 'vitest'
import { watchForLeaks } from '../support/secrets.ts'
import { documentOf, guideServer, test, urls, writes } from '../support/trial.ts'
import { amount, tellFigures } from './amount.ts'

watchForLeaks()

const MOVED = ['fetch', 'n8n', 'postgres']

const OTHERS = amount({ sample: 1000, ci: 20_000, full: 20_000 })

const SERVERS = [
  ...Array.from({ length: OTHERS }, (_, i) => guideServer(`s${i}`, { url: `https://s${i}.example/mcp` })),
  ...MOVED.map((name) => guideServer(name)),
]

test('of many servers the three that are meant are found, moved and taken back, and no other is touched', {
  timeout: 300_000,
}, async ({ open }) => {
  const trial = await open({ servers: SERVERS })
  const before = urls(trial.sandbox.rows())
  const plan = await trial.call(['--dry-run', '--json'])
  expect(documentOf<{ summary: object }>(plan).summary).toMatchObject({ servers: SERVERS.length })
  expect((await trial.call(['--yes', '--no-wait'])).code).toBe(0)
  const after = urls(trial.sandbox.rows())
  expect(Object.keys(after).filter((id) => after[id] !== before[id])).toEqual(
    MOVED.map((name) => `id-${name}`),
  )
  expect((await trial.call(['--revert', '--yes', '--no-wait'])).code).toBe(0)
  expect([urls(trial.sandbox.rows()), writes(trial.sandbox)]).toEqual([before, 2 * MOVED.length])
  tellFigures('many-servers', { servers: SERVERS.length, 'moved and taken back': MOVED.length })
})
