import { describe, expect, vi } from 'vitest'
import type { SandboxRow } from '../../../src/sandbox/index.ts'
import type { Quirk, QuirkAction } from '../../../src/sandbox/quirks.ts'
import { journalFiles } from '../../support/lab-journal.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { ACCEPT, ALL, bound, CLEARED, EXCHANGED, LOOSE, moved, rowOf, SIGNED } from './oauth-servers.ts'
import {
  documentOf,
  guideServer,
  sentence,
  test,
  type Trial,
  TWO,
  urls,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

interface Document {
  changes: {
    server: { name: string }
    outcome: string
    effects: { code: string; message: string; reversible: boolean }[]
    awaiting: string[]
    reason: string | null
    collateral: { field: string; repaired: boolean }[]
  }[]
  skipped: { server: { name: string }; code: string }[]
  summary: { changes: number; awaiting: number; skipped: number }
  notes: { code: string; message: string; server: { name: string } | null }[]
  halted: string | null
  undo: string | null
}

const REFUSED: QuirkAction = { status: 400, body: { detail: { error: 'no' } } }
const REAUTHORIZE = ['--accept', 'reauthorization']

/** Does something at the how-manieth PUT. */
const atPut = (nth: number, action: QuirkAction): Quirk => ({
  on: { method: 'PUT', path: '/v1/mcp/server', nth },
  do: action,
})

const effectsOf = ({ changes }: Document) =>
  Object.fromEntries(changes.map(({ server, effects }) => [server.name, effects.map(({ code }) => code)]))

const outcomesOf = ({ changes }: Document) => changes.map(({ outcome }) => outcome)

/** The bodies of all PUTs, in order. */
const bodies = ({ sandbox }: Trial): unknown[] =>
  sandbox.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body)

const row = ({ sandbox }: Trial, name: string) => rowOf(sandbox.rows(), name)

describe.concurrent('servers with OAuth or token exchange are left out without consent:', () => {
  test('each with what it would lose, and the options that would move it', async ({ open }) => {
    const trial = await open({ servers: ALL, signIns: { 'id-signed': ['ada', 'bob', 'cleo'] } })
    const finished = await trial.call(['--dry-run', '--json'])
    const { changes, skipped, summary } = documentOf<Document>(finished)
    expect([finished.code, skipped]).toEqual([1, []])
    expect(summary).toMatchObject({ changes: 4, awaiting: 4, skipped: 0 })
    expect(
      changes.map(({ server, awaiting, effects }) => [server.name, awaiting, effects.map((e) => e.code)]),
    ).toEqual([
      ['exchanged', ['reauthorization'], ['settings-restored', 'reauthorization']],
      ['loose', ['reauthorization', 'client-loss'], ['settings-restored', 'reauthorization', 'client-loss']],
      ['odd', ['reauthorization'], ['settings-restored', 'reauthorization']],
      ['signed', ['reauthorization'], ['settings-restored', 'reauthorization', 'issuer-cleared']],
    ])
    const messages = (name: string) =>
      changes.find(({ server }) => server.name === name)?.effects.map(({ message }) => message)
    expect(messages('signed')).toEqual([
      'authorization_url, token_url, registration_url, oauth2_flow, dcr_bridge: cleared with the URL, and put back by a second write',
      '3 people will have to sign in again',
      "the issuer is cleared and cannot be put back without the client's secret",
    ])
    expect(messages('loose')?.at(-1)).toBe('client id and secret may be lost; have them at hand')
    expect(messages('exchanged')?.at(-1)).toMatch(/^nobody is signed in now; /)
  })

  test('their diff is shown, with what each waits for; what they share is said once', async ({
    open,
    expect,
  }) => {
    const trial = await open({ servers: [...ALL, guideServer('fetch')] })
    const { code, stdout } = await trial.call(['--dry-run'])
    expect(code).toBe(1)
    expect(stdout.slice(stdout.indexOf('\n- '), stdout.indexOf('Nothing was'))).toMatchInlineSnapshot(`
      "
      - http://localhost:8585
      + http://mcp-proxy-sse:8080
        ! exchanged  /servers/exchanged/sse  (1)
            cleared, and put back: issuer: https://id.example,
            token_exchange_endpoint: https://id.example/exchange, audience: mcp,
            subject_token_type: urn:***, token_exchange_profile: rfc8693
        ! loose      /servers/loose/sse      (1, 2)
            cleared, and put back: authorization_url: https://id.example/authorize,
            token_url: https://id.example/token,
            registration_url: https://id.example/register,
            oauth2_flow: authorization_code
        ! odd        /servers/odd/sse        (1)
            cleared, and put back: token_url: https://id.example/token
        ! signed     /servers/signed/sse     (1, 3)
            cleared, and put back: authorization_url: https://id.example/authorize,
            token_url: https://id.example/token,
            registration_url: https://id.example/register,
            oauth2_flow: authorization_code, dcr_bridge: false
          fetch      /servers/fetch/sse

      (1) 4 servers: nobody is signed in now; anybody who signs in before then will
          have to do so again
          Agreed: --accept reauthorization
      (2) client id and secret may be lost; have them at hand
          Agreed: --accept client-loss
      (3) the issuer is cleared and cannot be put back without the client's secret

      5 to change: 1 now, 4 wait for your consent.
      ! 4 servers lose something that cannot be put back, see (1, 2, 3).
      "
    `)
  })

  test('a consent that is not enough is not taken for more', async ({ open }) => {
    const trial = await open({ servers: [SIGNED, LOOSE] })
    const finished = await trial.call(['--yes', '--json', ...REAUTHORIZE])
    const { changes } = documentOf<Document>(finished)
    expect(finished.code).toBe(4)
    expect(
      changes.map(({ server, outcome, reason, awaiting }) => [server.name, outcome, reason, awaiting]),
    ).toEqual([
      ['loose', 'not-applied', 'awaiting', ['client-loss']],
      ['signed', 'applied', null, []],
    ])
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('what is no effect is wrong usage, and names those that there are: exit 64', async ({ open }) => {
    const trial = await open({ servers: ALL })
    const { code, stderr } = await trial.call(['--yes', '--accept', 'everything'])
    expect([code, sentence(stderr)]).toEqual([
      64,
      '--accept: takes reauthorization, client-loss, grants or unreachable',
    ])
  })

  test('where people cannot be counted, their number is unknown', async ({ open }) => {
    const trial = await open({ servers: [SIGNED], version: '1.102.4', signIns: { 'id-signed': ['ada'] } })
    const { stdout } = await trial.call(['--dry-run', ...REAUTHORIZE])
    expect(sentence(stdout)).toContain('(1) an unknown number of people will have to sign in again')
    const counting = await open({ servers: [SIGNED], version: '1.104.9', signIns: { 'id-signed': ['ada'] } })
    const counted = await counting.call(['--dry-run', ...REAUTHORIZE])
    expect(sentence(counted.stdout)).toContain('(1) 1 person will have to sign in again')
  })

  test('people are counted once, keys that they brought are not, and rubbish counts for nothing', async ({
    open,
  }) => {
    const entry = (user_id: string, credential_type: string) => ({ user_id, credential_type })
    const told = async (action: QuirkAction): Promise<string | undefined> => {
      const on = { method: 'GET', path: /\/user-credentials$/ }
      const trial = await open({ servers: [SIGNED], quirks: [{ on, do: action }] })
      const { changes } = documentOf<Document>(await trial.call(['--dry-run', '--json', ...REAUTHORIZE]))
      return changes[0]?.effects.find(({ code }) => code === 'reauthorization')?.message
    }
    const list = [
      entry('ada', 'oauth2'),
      entry('ada', 'oauth2'),
      entry('bob', 'byok'),
      entry('cleo', 'oauth2'),
    ]
    expect(await told({ alter: () => list })).toMatch(/^2 people /)
    for (const action of [
      { alter: () => ({ detail: 'what?' }) },
      { status: 500, body: [] },
      { status: 403, body: { detail: { error: 'no' } } },
    ] satisfies QuirkAction[])
      expect(await told(action)).toMatch(/^an unknown number of people /)
  })

  test('nothing is asked of releases that lose nothing', async ({ open }) => {
    for (const version of ['1.77.7', '1.81.14', '1.93.2']) {
      const trial = await open({ servers: ALL, version })
      const before = trial.sandbox.rows()
      const finished = await trial.call(['--yes', '--json'])
      // That LiteLLM may look at the new URL first loses nothing.
      const effects = new Set(Object.values(effectsOf(documentOf(finished))).flat())
      effects.delete('may-hang')
      expect([finished.code, ...effects]).toEqual([0])
      for (const { server_name: name } of ALL)
        expect(row(trial, String(name))).toEqual(moved(rowOf(before, String(name))))
      expect(writes(trial.sandbox)).toBe(4)
    }
  })
})

describe.concurrent('with consent they move:', () => {
  test('the plan shows each loss', async ({ open }) => {
    const trial = await open({ servers: ALL, signIns: { 'id-loose': ['ada'] } })
    const { code, stdout } = await trial.call(['--dry-run', ...ACCEPT])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain(' 1 person will have to sign in again')
    expect(sentence(stdout)).toContain('client id and secret may be lost; have them at hand')
    expect(sentence(stdout)).toContain(
      "the issuer is cleared and cannot be put back without the client's secret",
    )
    expect(sentence(stdout)).toContain('! 4 servers lose something that cannot be put back, see ')
    expect(writes(trial.sandbox)).toBe(0)
  })

  test('a second write puts back what the first cleared, except what was told', async ({ open }) => {
    const trial = await open({ servers: ALL, signIns: { 'id-signed': ['ada'] } })
    const before = trial.sandbox.rows()
    const finished = await trial.call(['--yes', '--json', ...ACCEPT])
    const document = documentOf<Document>(finished)
    expect([finished.code, document.changes.flatMap(({ collateral }) => collateral)]).toEqual([0, []])
    const was = (name: string) => rowOf(before, name)
    expect(row(trial, 'exchanged')).toEqual(moved(was('exchanged')))
    expect(row(trial, 'odd')).toEqual(moved(was('odd')))
    expect(row(trial, 'signed')).toEqual(
      moved(was('signed'), { issuer: null, credentials: bound(was('signed')) }),
    )
    expect(row(trial, 'loose')).toEqual(moved(was('loose'), { credentials: { scopes: ['read'] } }))
    expect(bodies(trial)).toContainEqual({ server_id: 'id-odd', token_url: 'https://id.example/token' })
  })

  test('every write has its intent, and the first of them holds what the second puts back', async ({
    open,
  }) => {
    const trial = await open({ servers: [SIGNED] })
    await trial.setUp(['--yes', ...ACCEPT])
    const [file] = await journalFiles(trial.journal)
    expect(file?.lines.map(({ type, purpose, writes: fields }) => [type, purpose, fields])).toEqual([
      ['run-started', undefined, undefined],
      ['intent', 'change', ['url']],
      [
        'intent',
        'restore',
        ['authorization_url', 'token_url', 'registration_url', 'oauth2_flow', 'dcr_bridge'],
      ],
      ['outcome', undefined, undefined],
      ['run-finished', undefined, undefined],
    ])
    expect(file?.lines[1]?.['settings']).toMatchObject({ issuer: 'https://id.example', dcr_bridge: false })
  })

  for (const version of ['1.94.3', '1.100.5', '1.102.4', '1.104.9', '1.105.7'])
    test(`${version} takes an issuer back and keeps the client, forth and back: nothing else is asked`, async ({
      open,
    }) => {
      const trial = await open({ servers: ALL, version })
      const before = trial.sandbox.rows()
      const forth = await trial.call(['--yes', '--json', ...REAUTHORIZE])
      const there = documentOf<Document>(forth)
      const codes = ['settings-restored', 'reauthorization']
      // Up to 1.100.4 LiteLLM may look at the new URL first, which loses nothing.
      const effects = Object.entries(effectsOf(there)).map(([name, all]) => [
        name,
        all.filter((code) => code !== 'may-hang'),
      ])
      expect([forth.code, there.skipped, Object.fromEntries(effects)]).toEqual([
        0,
        [],
        { exchanged: codes, loose: codes, odd: codes, signed: codes },
      ])
      for (const { server_name: name } of ALL)
        expect(row(trial, String(name))).toEqual(moved(rowOf(before, String(name))))
      expect(there.undo).not.toContain('client-loss')
      const back = await trial.call(['--revert', '--yes', '--json', ...REAUTHORIZE])
      const { changes, notes } = documentOf<Document>(back)
      expect([back.code, changes.flatMap(({ collateral }) => collateral)]).toEqual([0, []])
      const lost = notes.filter(({ code }) => code === 'not-restorable').map(({ message }) => message)
      expect(new Set(lost)).toEqual(new Set(["what that run took does not come back: people's sign-ins"]))
      for (const { server_name: name } of ALL)
        expect(row(trial, String(name))).toEqual(rowOf(before, String(name)))
    })

  for (const version of ['1.106.0-rc.1', '1.106.0', '1.110.2'])
    test(`${version} asks for the client, and tells that an issuer goes`, async ({ open }) => {
      const trial = await open({ servers: [SIGNED, LOOSE], version })
      const finished = await trial.call(['--yes', '--json', ...ACCEPT])
      expect(finished.code).toBe(0)
      expect(effectsOf(documentOf<Document>(finished))).toEqual({
        signed: ['settings-restored', 'reauthorization', 'issuer-cleared'],
        loose: ['settings-restored', 'reauthorization', 'client-loss'],
      })
      expect(row(trial, 'signed')).toMatchObject({ issuer: null, token_url: 'https://id.example/token' })
      expect(row(trial, 'loose')).toMatchObject({ credentials: { scopes: ['read'] } })
    })

  test('a release that hides its version gets what the newest needs', async ({ open }) => {
    const trial = await open({ servers: ALL, hideVersion: true })
    const before = rowOf(trial.sandbox.rows(), 'exchanged')
    expect((await trial.call(['--yes', ...ACCEPT])).code).toBe(0)
    expect(row(trial, 'exchanged')).toEqual(moved(before))
    expect(row(trial, 'signed')).toMatchObject({ token_url: 'https://id.example/token', issuer: null })
  })
})

describe.concurrent('taking it back', () => {
  test('needs the consent again, and the last line of the run holds it', async ({ open }) => {
    const trial = await open({ servers: ALL })
    const before = trial.sandbox.rows()
    const forth = await trial.call(['--yes', ...ACCEPT])
    const undo = forth.stdout.trim().split('\n').at(-1) ?? ''
    expect(undo).toMatch(/--revert \S+ --accept reauthorization --accept client-loss --url /)
    const refused = await trial.call(['--revert', '--yes', '--json'])
    expect([refused.code, documentOf<Document>(refused).changes.map(({ reason }) => reason)]).toEqual([
      1,
      ['awaiting', 'awaiting', 'awaiting', 'awaiting'],
    ])
    const back = await trial.call([...undo.split(' ').slice(2), '--yes', '--json'])
    const { changes, notes } = documentOf<Document>(back)
    expect([back.code, changes.flatMap(({ collateral }) => collateral)]).toEqual([0, []])
    const was = (name: string) => rowOf(before, name)
    expect(row(trial, 'exchanged')).toEqual(was('exchanged'))
    expect(row(trial, 'odd')).toEqual(was('odd'))
    expect(row(trial, 'signed')).toEqual({
      ...was('signed'),
      issuer: null,
      credentials: bound(was('signed')),
    })
    expect(row(trial, 'loose')).toEqual({ ...was('loose'), credentials: { scopes: ['read'] } })
    expect(
      notes.filter(({ code }) => code === 'not-restorable').map((n) => [n.server?.name, n.message]),
    ).toEqual([
      ['exchanged', "what that run took does not come back: people's sign-ins"],
      [
        'loose',
        "what that run took does not come back: people's sign-ins, client id and secret, if they were lost",
      ],
      ['odd', "what that run took does not come back: people's sign-ins"],
      ['signed', "what that run took does not come back: people's sign-ins, the issuer"],
    ])
  })

  test('does not put the client at risk that LiteLLM has bound to its issuer', async ({ open }) => {
    const trial = await open({ servers: [SIGNED] })
    await trial.setUp(['--yes', ...REAUTHORIZE])
    await trial.setUp(['--revert', '--yes', ...REAUTHORIZE])
    await trial.setUp(['--revert', '--yes', ...REAUTHORIZE])
    expect(row(trial, 'signed')).toMatchObject({
      url: 'http://mcp-proxy-sse:8080/servers/signed/sse',
      token_url: 'https://id.example/token',
      credentials: { client_id: 'me', client_secret: SIGNED['credentials'] && expect.any(String) },
    })
  })

  test('keeps what somebody set meanwhile, and does not bring back what somebody took away', async ({
    open,
  }) => {
    const trial = await open({ servers: [SIGNED] })
    await trial.setUp(['--yes', ...REAUTHORIZE])
    trial.sandbox.edit('id-signed', { token_url: 'https://new.example/token', registration_url: null })
    await trial.setUp(['--revert', '--yes', ...REAUTHORIZE])
    expect(row(trial, 'signed')).toMatchObject({
      url: SIGNED['url'],
      token_url: 'https://new.example/token',
      registration_url: null,
      authorization_url: 'https://id.example/authorize',
    })
  })

  test('leaves a server alone that came to have something to lose since it was shown', async ({ open }) => {
    const fields = { auth_type: 'oauth2', token_url: 'https://id.example/token' }
    const turned: QuirkAction = { edits: { server: 'fetch', fields } }
    // The run reads once, to plan; the second read plans the revert.
    const quirk = { on: { method: 'GET', path: '/v1/mcp/server/id-fetch', nth: 2 }, do: turned }
    const trial = await open({ servers: [guideServer('fetch')], quirks: [quirk] })
    await trial.setUp(['--yes'])
    const { code, stdout } = await trial.call(['--revert', '--yes'])
    expect(code).toBe(3)
    expect(sentence(stdout)).toContain(
      'nobody was asked about this: an unknown number of people will have to sign in again; client id and secret may be lost',
    )
    expect(writes(trial.sandbox)).toBe(1)
  })

  test('by the run itself happens under the consent already given', async ({ open }) => {
    const servers = [EXCHANGED, guideServer('fetch')]
    const trial = await open({ servers, quirks: [atPut(3, REFUSED)] })
    const before = row(trial, 'exchanged')
    const finished = await trial.call(['--yes', '--json', '--on-failure', 'revert', ...REAUTHORIZE])
    expect([finished.code, outcomesOf(documentOf(finished))]).toEqual([4, ['reverted', 'failed']])
    expect(row(trial, 'exchanged')).toEqual(before)
  })
})

describe.concurrent('where the second write', () => {
  for (const [what, action] of [
    ['loses its answer after the commit', 'reset-after'],
    ['is answered with 500 after the commit', { status: 500, body: { detail: 'late' }, after: true }],
    ['is answered by something in between', { status: 502, body: 'bad gateway', after: true }],
  ] as const satisfies readonly (readonly [string, QuirkAction])[]) {
    test(`${what}, reading settles it`, async ({ open }) => {
      const trial = await open({ servers: [EXCHANGED], quirks: [atPut(2, action)] })
      const before = row(trial, 'exchanged')
      expect((await trial.call(['--yes', ...REAUTHORIZE])).code).toBe(0)
      expect(row(trial, 'exchanged')).toEqual(moved(before))
    })
  }

  for (const [what, action] of [
    ['is refused', REFUSED],
    ['never arrives', 'reset-before'],
  ] as const satisfies readonly (readonly [string, QuirkAction])[]) {
    test(`${what}, the run stops and tells, and a revert brings it all back`, async ({ open }) => {
      const servers = [EXCHANGED, ...TWO]
      const trial = await open({ servers, quirks: [atPut(2, action)] })
      const before = row(trial, 'exchanged')
      const forth = await trial.call(['--yes', '--json', '--patience', '0.3', ...REAUTHORIZE])
      const document = documentOf<Document>(forth)
      expect([forth.code, document.halted, ...outcomesOf(document)]).toEqual([
        4,
        'collateral',
        'applied',
        'not-applied',
        'not-applied',
      ])
      expect(document.changes[0]?.collateral.map(({ field, repaired }) => [field, repaired])).toEqual([
        ['audience', false],
        ['issuer', false],
        ['subject_token_type', false],
        ['token_exchange_endpoint', false],
        ['token_exchange_profile', false],
      ])
      expect(row(trial, 'exchanged')).toMatchObject(CLEARED)
      expect((await trial.call(['--revert', '--yes', ...REAUTHORIZE])).code).toBe(0)
      expect(row(trial, 'exchanged')).toEqual(before)
      expect(urls(trial.sandbox.rows())).toEqual(urls(servers as never))
    })

    test(`${what}, --on-failure revert brings it all back at once`, async ({ open }) => {
      const trial = await open({ servers: [EXCHANGED], quirks: [atPut(2, action)] })
      const before = row(trial, 'exchanged')
      const args = ['--yes', '--json', '--patience', '0.3', '--on-failure', 'revert', ...REAUTHORIZE]
      const finished = await trial.call(args)
      const { changes } = documentOf<Document>(finished)
      expect(changes).toMatchObject([{ outcome: 'reverted', collateral: [] }])
      expect(row(trial, 'exchanged')).toEqual(before)
    })
  }

  test('meets somebody who set something else in between, theirs stays, and the run stops', async ({
    open,
  }) => {
    let edit = (): void => {}
    const theirs: QuirkAction = {
      alter: (record) => {
        edit()
        return { ...(record as SandboxRow), audience: 'theirs' }
      },
    }
    const trial = await open({ servers: [EXCHANGED], quirks: [atPut(1, theirs)] })
    edit = () => trial.sandbox.edit('id-exchanged', { audience: 'theirs' })
    const finished = await trial.call(['--yes', '--json', ...REAUTHORIZE])
    const { changes, halted } = documentOf<Document>(finished)
    expect([finished.code, halted]).toEqual([4, 'collateral'])
    expect(changes[0]?.collateral).toMatchObject([{ field: 'audience', repaired: false }])
    expect(row(trial, 'exchanged')).toMatchObject({ audience: 'theirs', token_exchange_profile: 'rfc8693' })
  })
})

test('a column that is only false is put back too, and needs no consent', async ({ open }) => {
  const trial = await open({ servers: [guideServer('fetch', { dcr_bridge: false })] })
  const before = row(trial, 'fetch')
  expect((await trial.call(['--yes'])).code).toBe(0)
  expect(row(trial, 'fetch')).toEqual(moved(before))
})
