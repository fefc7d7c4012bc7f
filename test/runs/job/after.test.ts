import { expect, test } from 'vitest'
import type { RunReport } from '../../../src/core/run/report.ts'
import { awaitWorkers } from '../../../src/runs/job/after.ts'
import type { Job } from '../../../src/runs/job/context.ts'

const URL_EDIT = { field: 'url', before: 'http://old/sse', after: 'http://new/sse' }
const ENV_EDIT = { field: 'env.A', before: 'a', after: 'b' }

/** How often the gateway's list is asked for after a run that made this change. */
async function asked(change: object): Promise<number> {
  let lists = 0
  const gateway = {
    era: { restart: 'no' },
    listAnew: () => Promise.resolve([{ server_id: 'one', url: 'http://new/sse', n: (lists += 1) }]),
  }
  const job = { gateway, options: { wait: true }, watch: () => {}, stopping: { requested: () => null } }
  const made = { server: { id: 'one' }, outcome: 'applied', file: null, ...change }
  const report = { changes: [made], halted: null, reverts: null }
  await awaitWorkers(report as unknown as RunReport, job as unknown as Job)
  return lists
}

test('all workers are waited for wherever a new URL is in force, also one that landed in an earlier run', async () => {
  expect(await asked({ edits: [URL_EDIT], landed: [] })).toBe(10)
  expect(await asked({ edits: [], landed: [URL_EDIT] })).toBe(10)
  expect(await asked({ edits: [ENV_EDIT], landed: [] })).toBe(0)
  expect(await asked({ edits: [URL_EDIT], landed: [], outcome: 'failed' })).toBe(0)
})
