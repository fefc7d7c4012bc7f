import { readFile } from 'node:fs/promises'
import { describe, expect, test, vi } from 'vitest'
import { type AppliedChange, type Outcome, settledAs } from '../../../src/core/run/outcome.ts'
import { LiteLlmGateway } from '../../../src/gateway/servers/litellm.ts'
import type { FileJournal } from '../../../src/journal/file-journal.ts'
import type { RecordedRun } from '../../../src/journal/fold.ts'
import { closeRun, investigate, isTakenBack, wasTakingBack } from '../../../src/runs/recover/recover.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts'
import type { QuirkAction } from '../../../src/sandbox/quirks.ts'
import { changeOf, fileOf, NEW, newJournal, readRun, recordOf, recordRun, type Told } from './recorded.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import { Gate } from '../../../src/gateway/http/pace.ts'

vi.setConfig({ maxConcurrency: 4, testTimeout: 30_000 })

const RUN = '20260101T000000Z-000001'
const ID = 'id-fetch'

function gatewayAt({ url, masterKey, version }: Sandbox): LiteLlmGateway {
  const endpoint = {
    url,
    key: masterKey,
    keyHeader: 'authorization',
    timeoutSeconds: 1,
    trouble: { since: null },
    gate: new Gate(),
    redactor: new Redactor(),
    headers: {},
  }
  return new LiteLlmGateway(endpoint, { url, version, account: 'master key' })
}

interface Scene {
  sandbox: Sandbox
  journal: FileJournal
  run: RecordedRun
  /** What is found out of the run by somebody who waits for no write any more. */
  look: (record?: 'dry run') => Promise<Awaited<ReturnType<typeof investigate>>>
  /** What was asked since the run, as method and path. */
  asked: () => string[]
}

/** What the gateway holds of the server by the time of the investigation. */
type State = 'as before' | 'as after' | 'something else' | 'gone'

async function bring(sandbox: Sandbox, state: State): Promise<void> {
  if (state === 'as after') sandbox.edit(ID, { url: `${NEW}fetch/sse` })
  if (state === 'something else') sandbox.edit(ID, { url: 'http://elsewhere/sse' })
  if (state !== 'gone') return
  const headers = { authorization: `Bearer ${sandbox.masterKey}` }
  await fetch(`${sandbox.url}/v1/mcp/server/${ID}`, { method: 'DELETE', headers })
}

/**
 * Somebody moved one server, and the process died when this much of it was recorded; the gateway holds `state`.
 * `onRead`: what it does when it is asked about that.
 */
async function afterCrash(
  told: readonly Told[],
  state: State,
  act: (scene: Scene) => Promise<void>,
  onRead?: QuirkAction,
): Promise<void> {
  // The first time that the record is read is before the run.
  const on = { method: 'GET', path: `/v1/mcp/server/${ID}`, nth: 2 }
  const sandbox = await startSandbox({
    servers: [recordOf('fetch')],
    quirks: onRead ? [{ on, do: onRead }] : [],
  })
  try {
    const gateway = gatewayAt(sandbox)
    const reading = await gateway.read(ID)
    if (reading.kind !== 'record') throw new Error(reading.message)
    const journal = await newJournal()
    const changes = [changeOf(reading.record)]
    const run = await recordRun(journal, { id: RUN, url: sandbox.url, changes, told: [told] })
    await bring(sandbox, state)
    const before = sandbox.requests.length
    await act({
      sandbox,
      journal,
      run,
      look: (record) => investigate(run, gateway, 0, record === 'dry run' ? null : journal),
      asked: () => sandbox.requests.slice(before).map(({ method, path }) => `${method} ${path}`),
    })
  } finally {
    await sandbox.close()
  }
}

const IN_FLIGHT: Told[] = ['change']
const UNKNOWN: Told[] = ['change', 'unknown']
const GOING_BACK: Told[] = ['change', 'applied', 'take-back']

describe.concurrent('what became of a write that nobody saw the end of is asked, and recorded at once:', () => {
  const cases: [told: Told[], state: State, outcome: Outcome][] = [
    [IN_FLIGHT, 'as before', 'not-applied'],
    [IN_FLIGHT, 'as after', 'applied'],
    [IN_FLIGHT, 'something else', 'drifted'],
    [IN_FLIGHT, 'gone', 'drifted'],
    [UNKNOWN, 'as before', 'not-applied'],
    [UNKNOWN, 'as after', 'applied'],
    [[...IN_FLIGHT, 'restore'], 'as after', 'applied'],
    [GOING_BACK, 'as before', 'reverted'],
    [GOING_BACK, 'as after', 'applied'],
    [GOING_BACK, 'something else', 'drifted'],
    [GOING_BACK, 'gone', 'drifted'],
  ]
  for (const [told, state, outcome] of cases)
    test(`${told.join(', ')}; ${state}: ${outcome}`, () =>
      afterCrash(told, state, async ({ journal, look }) => {
        const { run, settled } = await look()
        expect(settled).toMatchObject([{ id: run.changes[0]?.change.id, outcome }])
        expect(run.changes).toMatchObject([{ outcome, open: null }])
        expect(run).toEqual(await readRun(journal, RUN))
        expect(run.finishedAt).toBeNull()
      }))
})

describe.concurrent('what was recorded stays so, whatever is there by now:', () => {
  const cases: [told: Told[], state: State, outcome: Outcome][] = [
    [['change', 'applied'], 'as after', 'applied'],
    [['change', 'applied'], 'as before', 'not-applied'],
    [['change', 'applied'], 'something else', 'drifted'],
    [['change', 'applied'], 'gone', 'drifted'],
    [['change', 'applied', 'take-back', 'reverted'], 'as before', 'reverted'],
    [['change', 'applied', 'take-back', 'reverted'], 'as after', 'applied'],
  ]
  for (const [told, state, outcome] of cases)
    test(`${told.join(', ')}; ${state}: ${outcome}`, () =>
      afterCrash(told, state, async ({ journal, run, look }) => {
        const text = await readFile(fileOf(journal, RUN), 'utf8')
        expect(await look()).toMatchObject({ run, settled: [{ outcome, wrote: true }] })
        expect(await readFile(fileOf(journal, RUN), 'utf8')).toBe(text)
      }))
})

describe.concurrent('of what cannot have written anything the gateway is not asked:', () => {
  const cases: [told: Told[], outcome: Outcome, wrote: boolean][] = [
    [['change', 'failed'], 'failed', false],
    [['change', 'not-applied'], 'not-applied', false],
    [['drifted'], 'drifted', false],
    [['change', 'drifted'], 'drifted', true],
  ]
  for (const [told, outcome, wrote] of cases)
    test(told.join(', '), () =>
      afterCrash(told, 'as after', async ({ run, look, asked }) => {
        expect(await look()).toMatchObject({ run, settled: [{ outcome, wrote }] })
        expect(asked()).toEqual([])
      }),
    )

  test('nothing, as the run had not come so far', () =>
    afterCrash(['change', 'failed'], 'as after', async ({ sandbox, journal, asked }) => {
      const changes = [changeOf(recordOf('n8n')), changeOf(recordOf('fetch'))]
      const run = await recordRun(journal, {
        id: `${RUN}-2`,
        url: sandbox.url,
        changes,
        told: [['drifted']],
      })
      const { settled } = await investigate(run, gatewayAt(sandbox), 0, journal)
      expect(settled).toMatchObject([{ outcome: 'drifted' }, { outcome: 'not-applied', wrote: false }])
      expect(asked()).toEqual([])
    }))
})

describe.concurrent('a gateway that tells nothing of use', () => {
  const garbled: QuirkAction = { alter: (body) => ({ ...Object(body), url: 7 }) }

  test('leaves the outcome of a write unknown, and says why', () =>
    afterCrash(
      IN_FLIGHT,
      'as after',
      async ({ look }) => {
        const { run, settled } = await look()
        expect(settled).toMatchObject([
          { outcome: 'unknown', error: 'its record is not what LiteLLM sends (field url)' },
        ])
        expect(run.changes).toMatchObject([{ outcome: 'unknown', open: null }])
      },
      garbled,
    ))

  test('changes nothing about what was recorded, and is told of', () =>
    afterCrash(
      ['change', 'applied'],
      'as before',
      async ({ run, look }) => {
        const error = 'as recorded; its record is not what LiteLLM sends (field url) this time'
        expect(await look()).toMatchObject({ run, settled: [{ outcome: 'applied', error }] })
      },
      garbled,
    ))

  test('and does not answer at all ends the look with run-interrupted: nothing is recorded', () =>
    afterCrash(
      IN_FLIGHT,
      'as after',
      async ({ journal, look }) => {
        const text = await readFile(fileOf(journal, RUN), 'utf8')
        await expect(look()).rejects.toMatchObject({ code: 'run-interrupted' })
        expect(await readFile(fileOf(journal, RUN), 'utf8')).toBe(text)
      },
      'silence',
    ))
})

test('a dry run finds the same, and records nothing', () =>
  afterCrash(IN_FLIGHT, 'as after', async ({ journal, run, look }) => {
    const text = await readFile(fileOf(journal, RUN), 'utf8')
    expect(await look('dry run')).toMatchObject({ run, settled: [{ outcome: 'applied' }] })
    expect(await readFile(fileOf(journal, RUN), 'utf8')).toBe(text)
  }))

test('a journal that takes nothing more is told of before anything else is written', () =>
  afterCrash(IN_FLIGHT, 'as after', async ({ journal, run, look }) => {
    await closeRun(journal, run)
    await expect(look()).rejects.toMatchObject({ code: 'journal-unwritable' })
  }))

describe('a run was taking itself back', () => {
  const cases: [told: Told[], was: boolean][] = [
    [GOING_BACK, true],
    [[...GOING_BACK, 'reverted'], true],
    [['change', 'applied'], false],
    [IN_FLIGHT, false],
    [[], false],
  ]
  for (const [told, was] of cases)
    test(`${told.join(', ') || 'not begun'}: ${was ? 'yes' : 'no'}`, async () => {
      const changes = [changeOf(recordOf('fetch')), changeOf(recordOf('n8n'))]
      const url = 'http://gateway:4000'
      const run = await recordRun(await newJournal(), { id: RUN, url, changes, told: [['drifted'], told] })
      expect(wasTakingBack(run)).toBe(was)
    })
})

describe('a run is taken back', () => {
  const PLAN = { skipped: [], withheld: {} }
  const reported = (outcome: Outcome): { changes: AppliedChange[]; halted: null; trouble: null } => ({
    changes: [settledAs(changeOf(recordOf('fetch')), outcome)],
    halted: null,
    trouble: null,
  })
  const skipped = (code: 'unreadable' | 'wrong-id' | 'absent' | 'drifted') => [
    { server: changeOf(recordOf('fetch')).server, matched: null, code, message: '', url: null },
  ]

  test('when all is, or somebody else has been there since', () => {
    expect(isTakenBack(PLAN, null)).toBe(true)
    for (const outcome of ['applied', 'drifted'] as const)
      expect(isTakenBack(PLAN, reported(outcome))).toBe(true)
  })

  test('where what is left is gone, or somebody else’s, and not where nobody could see it', () => {
    const codes = ['absent', 'drifted', 'unreadable', 'wrong-id'] as const
    expect(codes.map((code) => isTakenBack({ ...PLAN, skipped: skipped(code) }, null))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  test('where somebody declined the rest, and not where it waits for a consent', () => {
    const waiting = { one: { reason: 'awaiting', consents: [] } } as const
    const declined = { one: { reason: 'declined', consents: [] } } as const
    expect([waiting, declined].map((withheld) => isTakenBack({ ...PLAN, withheld }, null))).toEqual([
      false,
      true,
    ])
  })

  test('not where something failed, was not tried, or is not known', () => {
    for (const outcome of ['failed', 'not-applied', 'unknown'] as const)
      expect(isTakenBack(PLAN, reported(outcome))).toBe(false)
  })

  test('not where it was stopped, or the journal met trouble', () => {
    expect(isTakenBack(PLAN, { ...reported('applied'), halted: 'SIGINT' })).toBe(false)
    expect(isTakenBack(PLAN, { ...reported('applied'), trouble: 'the disk is full' })).toBe(false)
  })
})

test('a run that is closed has its end, as an interrupted one, and what was recorded of it stays', async () => {
  const journal = await newJournal()
  const changes = [changeOf(recordOf('fetch'))]
  const url = 'http://gateway:4000'
  const run = await recordRun(journal, { id: RUN, url, changes, told: [['change', 'applied']] })
  await closeRun(journal, run)
  const closed = await readRun(journal, RUN)
  expect(closed).toMatchObject({ halted: 'interrupted', changes: run.changes })
  expect(closed.finishedAt).not.toBeNull()
  // It is no longer the run that was read.
  await expect(closeRun(journal, run)).rejects.toMatchObject({ code: 'journal-unwritable' })
})
