import { describe, expect } from 'vitest'
import { ERAS } from '../../../src/core/record/eras.ts'
import type { Sandbox } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { guideServer, test, urls } from '../../support/trial.ts'

watchForLeaks()

const SERVERS = Array.from({ length: 12 }, (_, i) => guideServer(`s${i}`))

const LIST = '/v1/mcp/server'

/** How often each server was read by id, how often the list was asked for, and how often each server was written. */
function counted({ requests }: Sandbox) {
  const gets = requests.filter(({ method }) => method === 'GET')
  const each = SERVERS.map(
    ({ server_id: id }) => gets.filter(({ path }) => path === `${LIST}/${String(id)}`).length,
  )
  return {
    reads: [...new Set(each)],
    lists: gets.filter(({ path }) => path === LIST).length,
    writes: requests.filter(({ method, path }) => method === 'PUT' && path === LIST).length,
  }
}

/** A release of each row of the table of eras, the newest of it that is known to begin there. */
const RELEASES = ERAS.map(({ from, putBody }) => [from ?? '1.74.0', putBody] as const)

describe.concurrent('a server that is moved, and one that is taken back, costs', () => {
  test.for(RELEASES)('on LiteLLM %s (%s)', async ([version, putBody], { open }) => {
    const trial = await open({ servers: SERVERS, version })
    const { requests } = trial.sandbox
    const before = urls(trial.sandbox.rows())
    // Up to 1.87 a write holds the whole record, which is read once more right before it.
    const reads = putBody === 'changed-fields' ? [1] : [2]
    for (const args of [['--yes'], ['--revert', '--yes']]) {
      const first = requests.length
      const began = performance.now()
      await trial.setUp([...args, '--no-wait', '--no-preflight'])
      const seconds = (performance.now() - began) / 1000
      const own = counted({ ...trial.sandbox, requests: requests.slice(first) })
      expect([own.reads, own.writes]).toEqual([reads, SERVERS.length])
      // One for the plan, one that compares all in the end, and between them one for the writes of a tenth of a second or more.
      expect(own.lists).toBeLessThanOrEqual(putBody === 'changed-fields' ? 3 + seconds * 10 : 2)
    }
    expect(urls(trial.sandbox.rows())).toEqual(before)
  })
})
