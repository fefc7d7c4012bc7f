import { describe, expect } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, sentence, test, TWO } from '../../support/trial.ts'

watchForLeaks()

interface Run {
  propagation: { agreed: boolean; answers: number; old: number; stopped: string | null } | null
  changes: { outcome: string }[]
}

const WAIT = { wait: true }
const LIST = { method: 'GET', path: '/v1/mcp/server' }

describe.concurrent('after a run, until all workers of the gateway use the new URLs,', () => {
  test('it is waited for, and told', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const finished = await trial.call(['--yes', '--json'], WAIT)
    expect(finished.code).toBe(0)
    expect(documentOf<Run>(finished).propagation).toMatchObject({ agreed: true, answers: 10, old: 0 })
    // So is a revert.
    const back = await trial.call(['--revert', '--yes', '--json'], WAIT)
    expect(documentOf<Run>(back).propagation).toMatchObject({ agreed: true })
  })

  test('not with --no-wait, nor where nothing was written', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const before = trial.sandbox.requests.length
    const finished = await trial.call(['--yes', '--json', '--no-wait'])
    expect([finished.code, documentOf<Run>(finished).propagation]).toEqual([0, null])
    const lists = trial.sandbox.requests.slice(before).filter(({ path }) => path === LIST.path)
    expect(lists.length).toBeLessThan(10)
    const again = await trial.call(['--yes', '--json'], WAIT)
    expect(documentOf<Run>(again)).toMatchObject({ changes: [], propagation: null })
  })

  test.for(['1.77.7', '1.80.0'])('not on %s, where only a restart helps', async (version, { open }) => {
    const trial = await open({ version, servers: TWO })
    const finished = await trial.call(['--yes', '--json'], WAIT)
    expect([finished.code, documentOf<Run>(finished).propagation]).toEqual([0, null])
  })

  test('another worker that holds on to an old URL for a while is waited for, and said once', async ({
    open,
  }) => {
    let asked = 0
    const lagging = (body: unknown): unknown => {
      asked += 1
      // The first two answers come before the run.
      if (!Array.isArray(body) || asked <= 2 || asked > 7) return body
      return body.map((row: { server_id: string }) => ({
        ...row,
        url: TWO.find(({ server_id: id }) => id === row.server_id)?.['url'],
      }))
    }
    const trial = await open({ servers: TWO, quirks: [{ on: LIST, do: { alter: lagging } }] })
    const { code, stderr, stdout } = await trial.call(['--yes'], WAIT)
    expect(code).toBe(0)
    expect(
      sentence(stderr).split('Waiting until all workers of the gateway use the new URLs, up to 90 s'),
    ).toHaveLength(2)
    expect(stdout).not.toContain('still old')
  })
})
