import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, vi } from 'vitest'
import { KEY } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { ACCEPT, CLEARED, EXCHANGED, LOOSE, moved, rowOf, SIGNED } from './oauth-servers.ts'
import { test } from '../../support/sitting.ts'
import {
  documentOf,
  guideServer,
  newestFile,
  sentence,
  type Trial,
  urls,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const REAUTHORIZE = ['--accept', 'reauthorization']
const TWO = [EXCHANGED, guideServer('fetch')]

interface RunDocument {
  run: { id: string } | null
  changes: { outcome: string; collateral: unknown[] }[]
}

const row = ({ sandbox }: Trial, name = 'exchanged') => rowOf(sandbox.rows(), name)

/** Leaves of the newest run only its first lines, as a crash does, and of a server nothing that a new URL clears. */
async function dieBetween(trial: Trial, lines: number, id: string | null = 'id-exchanged'): Promise<void> {
  const file = await newestFile(trial)
  const text = await readFile(file, 'utf8')
  await writeFile(file, `${text.split('\n').slice(0, lines).join('\n')}\n`)
  if (id !== null) trial.sandbox.edit(id, CLEARED)
}

/** Every run has its end, and no server is lost. */
async function expectSettled(trial: Trial): Promise<void> {
  const { code, stdout } = await trial.call(['history', '--check'])
  expect([code, stdout]).toEqual([0, expect.not.stringContaining('it did not end')])
}

describe.concurrent('a run that died between its two writes', () => {
  // 2: the URL is written, 3: the second write was about to be, or was
  for (const lines of [2, 3]) {
    test(`(line ${lines}) is finished under its own id: the settings are put back, and the rest is done`, async ({
      open,
    }) => {
      const trial = await open({ servers: TWO })
      const before = row(trial)
      await trial.setUp(['--yes', ...REAUTHORIZE])
      await dieBetween(trial, lines)
      trial.sandbox.edit('id-fetch', { url: TWO[1]?.['url'] })
      const look = await trial.call(['--dry-run', '--unfinished', 'finish'])
      expect(sentence(look.stdout)).toContain(
        'issuer, token_exchange_endpoint, audience, subject_token_type, token_exchange_profile: put back, as a write that was cut short had not got to it',
      )
      const finished = await trial.call(['--unfinished', 'finish', '--yes', '--json'])
      expect([finished.code, documentOf<RunDocument>(finished).changes]).toMatchObject([
        0,
        [
          { outcome: 'applied', collateral: [] },
          { outcome: 'applied', collateral: [] },
        ],
      ])
      expect(row(trial)).toEqual(moved(before))
      expect(await trial.journalFiles()).toHaveLength(1)
      await expectSettled(trial)
      expect((await trial.call(['--revert', '--yes', ...REAUTHORIZE])).code).toBe(0)
      expect(row(trial)).toEqual(before)
    })

    test(`(line ${lines}) is taken back: the URL and the settings`, async ({ open }) => {
      const trial = await open({ servers: TWO })
      const before = row(trial)
      await trial.setUp(['--yes', ...REAUTHORIZE])
      await dieBetween(trial, lines)
      trial.sandbox.edit('id-fetch', { url: TWO[1]?.['url'] })
      const refused = await trial.call(['--yes'])
      expect(sentence(refused.stderr)).toMatch(/--revert \S+ --yes --accept reauthorization --url/)
      const without = await trial.call(['--unfinished', 'revert', '--yes'])
      expect(without.code).toBe(1)
      expect((await trial.call(['history', '--check'])).stdout).toContain('it did not end')
      expect((await trial.call(['--unfinished', 'revert', '--yes', ...REAUTHORIZE])).code).toBe(0)
      expect(row(trial)).toEqual(before)
      expect(urls(trial.sandbox.rows())).toEqual(urls(TWO as never))
      await expectSettled(trial)
    })
  }

  for (const version of ['1.94.3', '1.105.7'])
    for (const lines of [2, 3])
      test(`on ${version} (line ${lines}) gets its issuer back with the rest, and keeps its client, both ways`, async ({
        open,
      }) => {
        for (const way of ['finish', 'revert']) {
          const trial = await open({ servers: [SIGNED, LOOSE], version })
          const before = trial.sandbox.rows()
          await trial.setUp(['--yes', '--only', 'signed', ...REAUTHORIZE])
          await dieBetween(trial, lines, 'id-signed')
          const consents = way === 'revert' ? REAUTHORIZE : []
          const { code } = await trial.call(['--unfinished', way, '--yes', ...consents])
          const was = rowOf(before, 'signed')
          expect([way, code, row(trial, 'signed')]).toEqual([way, 0, way === 'finish' ? moved(was) : was])
          await expectSettled(trial)
        }
      })

  test('after the second write needs nothing but its end', async ({ open }) => {
    for (const [server, name] of [
      [EXCHANGED, 'exchanged'],
      [SIGNED, 'signed'],
      [LOOSE, 'loose'],
    ] as const) {
      const trial = await open({ servers: [server] })
      await trial.setUp(['--yes', ...ACCEPT])
      const after = row(trial, name)
      await dieBetween(trial, 3, null)
      const finished = await trial.call(['--unfinished', 'finish', '--yes', '--json'])
      expect([finished.code, documentOf<RunDocument>(finished).changes]).toMatchObject([
        0,
        [{ outcome: 'applied', collateral: [] }],
      ])
      expect([row(trial, name), writes(trial.sandbox)]).toEqual([after, 2])
    }
  })

  test('and dies again while it is finished, is finished all the same', async ({ open }) => {
    const trial = await open({ servers: [EXCHANGED] })
    const before = row(trial)
    await trial.setUp(['--yes', ...REAUTHORIZE])
    await dieBetween(trial, 2)
    await trial.setUp(['--unfinished', 'finish', '--yes'])
    // begun, intent, found out, intent of the settings
    await dieBetween(trial, 4)
    await trial.setUp(['--unfinished', 'finish', '--yes'])
    expect(row(trial)).toEqual(moved(before))
    await expectSettled(trial)
  })

  test('whose server cannot be read while it is finished, stays unfinished business that a revert knows', async ({
    open,
  }) => {
    const trial = await open({
      servers: [EXCHANGED],
      // planned, read again; then asked what became of it, and read again
      quirks: [
        {
          on: { method: 'GET', path: '/v1/mcp/server/id-exchanged', nth: 4 },
          do: { status: 500, body: {} },
        },
      ],
    })
    const before = row(trial)
    await trial.setUp(['--yes', ...REAUTHORIZE])
    await dieBetween(trial, 2)
    const finished = await trial.call(['--unfinished', 'finish', '--yes', '--json'])
    expect([finished.code, documentOf<RunDocument>(finished).changes[0]?.outcome]).toEqual([4, 'applied'])
    expect(row(trial)).toMatchObject(CLEARED)
    await trial.setUp(['--revert', '--yes', ...REAUTHORIZE])
    expect(row(trial)).toEqual(before)
  })
})

describe.concurrent('a revert that died between its two writes', () => {
  test('is finished', async ({ open }) => {
    const trial = await open({ servers: [EXCHANGED] })
    const before = row(trial)
    await trial.setUp(['--yes', ...REAUTHORIZE])
    await trial.setUp(['--revert', '--yes', ...REAUTHORIZE])
    await dieBetween(trial, 2)
    await trial.setUp(['--unfinished', 'finish', '--yes'])
    expect(row(trial)).toEqual(before)
    await expectSettled(trial)
  })

  test('is taken back itself', async ({ open }) => {
    const trial = await open({ servers: [EXCHANGED] })
    const before = row(trial)
    await trial.setUp(['--yes', ...REAUTHORIZE])
    await trial.setUp(['--revert', '--yes', ...REAUTHORIZE])
    await dieBetween(trial, 2)
    await trial.setUp(['--unfinished', 'revert', '--yes', ...REAUTHORIZE])
    expect(row(trial)).toEqual(moved(before))
    await expectSettled(trial)
  })
})

test('a run that died while it took itself back goes on under its own consent', async ({ open }) => {
  const refused = {
    on: { method: 'PUT', path: '/v1/mcp/server', nth: 3 },
    do: { status: 400, body: { detail: { error: 'no' } } },
  }
  const trial = await open({ servers: TWO, quirks: [refused] })
  const before = row(trial)
  await trial.call(['--yes', '--on-failure', 'revert', ...REAUTHORIZE])
  // begun; intent, intent, outcome; intent, outcome; intent of taking back
  await dieBetween(trial, 7)
  const back = await trial.call(['--unfinished', 'finish', '--yes'])
  expect([back.code, row(trial)]).toEqual([0, before])
  await expectSettled(trial)
  // What only put settings back is nothing to do again.
  const again = await trial.call(['--revert', '--yes', ...REAUTHORIZE])
  expect([again.code, row(trial)]).toEqual([0, before])
})

describe.concurrent('in a terminal', () => {
  const servers = [guideServer('fetch'), SIGNED]
  const signIns = { 'id-signed': ['ada', 'bob'] }

  test('whoever loses something is left out by default', async ({ sit }) => {
    const trial = await sit({ servers, signIns })
    const session = trial.start()
    await session.waitFor('(1) 2 people will have to sign in again')
    await session.waitFor('Change 1 server')
    session.answer('?')
    await session.waitFor('1 server loses something that cannot be put back, see above; then this')
    await session.waitFor('Change 1 server')
    session.answer('y')
    await session.waitFor('1 left as you chose: signed')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toMatchObject({ 'id-signed': SIGNED['url'] })
  })

  test('and what is to be put back is shown with its values before anybody agrees, however quiet', async ({
    sit,
  }) => {
    const trial = await sit({ servers: [guideServer('odd', { token_url: 'https://id.example/token' })] })
    await trial.setUp(['--yes', ...ACCEPT])
    const session = trial.start({ args: ['--revert', '--quiet'] })
    await session.waitFor('token_url: https://id.example/token')
    await session.waitFor('(1 waits; c agrees)? [n]')
    session.press(KEY.enter)
    await session.exit()
  })

  test('and goes with the others where that is answered, forth and back', async ({ sit }) => {
    const trial = await sit({ servers, signIns })
    for (const [args, question, result] of [
      [[], 'Change 2 servers', '2 of 2 servers changed.'],
      [['--revert'], 'Take back 2 servers', '2 of 2 servers taken back.'],
    ] as const) {
      const session = trial.start({ args })
      await session.waitFor('c consent, then 2')
      session.answer('c')
      await session.waitFor(question)
      session.answer('y')
      await session.waitFor(result)
      expect(await session.exit()).toBe(0)
    }
    expect(rowOf(trial.sandbox.rows(), 'signed')).toMatchObject({
      url: SIGNED['url'],
      token_url: SIGNED['token_url'],
    })
  })

  test('can be chosen from', async ({ sit }) => {
    const trial = await sit({ servers: [SIGNED, LOOSE] })
    const session = trial.start()
    await session.waitFor('(2 wait; c agrees)? [n]')
    session.answer('c')
    await session.waitFor('Change 2 servers')
    session.answer('s')
    await session.waitFor('0 of 2 marked')
    session.press(KEY.down, KEY.space, KEY.enter)
    await session.waitFor('Change 1 server')
    session.answer('y')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())['id-loose']).toBe(LOOSE['url'])
    expect(urls(trial.sandbox.rows())['id-signed']).not.toBe(SIGNED['url'])
  })

  test('nobody is asked about what --accept said already', async ({ sit }) => {
    const trial = await sit({ servers })
    const session = trial.start({ args: REAUTHORIZE })
    await session.waitFor('Change 2 servers')
    expect(session.text).not.toContain('consent, then')
    session.press(KEY.enter)
    expect(await session.exit()).toBe(130)
    expect(writes(trial.sandbox)).toBe(0)
  })
})
